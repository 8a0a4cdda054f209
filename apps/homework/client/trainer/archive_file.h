// Files of several documents: gzipped tars and zips, through libarchive. Nothing of an archive is ever used as a
// path.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "homework/client/common/result.h"

namespace hearth::homework::client {

enum class ArchiveKind : unsigned char { kTarGz, kZip };

// Written beside `path` first, mode 0600; finish() puts it in its place, durably. Without finish() nothing is left.
class ArchiveWriter final {
 public:
  // Throws std::runtime_error when the file cannot be made.
  ArchiveWriter(std::string path, ArchiveKind kind);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  ~ArchiveWriter();

  // Both throw std::runtime_error when the disk refuses.
  void add(const std::string& name, std::string_view content);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Every regular file of the tar at `path`, in order; `visit` answers a Failure to end it. Failure kUsage for what
// is no such archive, is cut off, or holds more than `mostBytes` in one file.
Status readArchive(const std::string& path, std::size_t mostBytes,
                   const std::function<Status(const std::string& name, std::string content)>& visit);

}  // namespace hearth::homework::client
