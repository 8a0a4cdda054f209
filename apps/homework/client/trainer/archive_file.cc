#include "homework/client/trainer/archive_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::size_t kMostEntries = 5'000'000;

[[noreturn]] void fail(const std::string& path, const char* why) {
  throw std::runtime_error(path + " cannot be written: " + (why == nullptr ? "unknown error" : why));
}

struct ReadFree {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct EntryFree {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

Failure unreadable(const std::string& path, const char* why) {
  return {Exit::kUsage, path + " is not a whole backup: " + cleanedLine(why == nullptr ? "" : why),
          "Take another copy of the file."};
}

}  // namespace

struct ArchiveWriter::State {
  std::string path;
  std::string partial;
  int fd = -1;
  archive* writer = nullptr;

  ~State() {
    if (writer != nullptr) archive_write_free(writer);
    if (fd >= 0) ::close(fd);
    if (!partial.empty()) ::unlink(partial.c_str());
  }
};

ArchiveWriter::ArchiveWriter(std::string path, ArchiveKind kind) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.path = std::move(path);
  std::string name = state.path + ".XXXXXX";
  state.fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (state.fd < 0) fail(state.path, std::strerror(errno));
  state.partial = name;
  state.writer = archive_write_new();
  bool fine = state.writer != nullptr;
  if (kind == ArchiveKind::kTarGz) {
    fine = fine && archive_write_add_filter_gzip(state.writer) == ARCHIVE_OK &&
           archive_write_set_format_pax_restricted(state.writer) == ARCHIVE_OK;
  } else {
    fine = fine && archive_write_set_format_zip(state.writer) == ARCHIVE_OK;
  }
  if (!fine || archive_write_open_fd(state.writer, state.fd) != ARCHIVE_OK)
    fail(state.path, state.writer == nullptr ? nullptr : archive_error_string(state.writer));
}

ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::add(const std::string& name, std::string_view content) {
  const std::unique_ptr<archive_entry, EntryFree> entry(archive_entry_new());
  archive_entry_set_pathname_utf8(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  if (archive_write_header(state_->writer, entry.get()) != ARCHIVE_OK)
    fail(state_->path, archive_error_string(state_->writer));
  while (!content.empty()) {
    const la_ssize_t put = archive_write_data(state_->writer, content.data(), content.size());
    if (put <= 0) fail(state_->path, archive_error_string(state_->writer));
    content.remove_prefix(static_cast<std::size_t>(put));
  }
}

void ArchiveWriter::finish() {
  State& state = *state_;
  if (archive_write_close(state.writer) != ARCHIVE_OK) fail(state.path, archive_error_string(state.writer));
  if (::fsync(state.fd) != 0) fail(state.path, std::strerror(errno));
  if (::rename(state.partial.c_str(), state.path.c_str()) != 0) fail(state.path, std::strerror(errno));
  state.partial.clear();
  const std::filesystem::path folder = std::filesystem::absolute(state.path).parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool durable = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!durable) fail(state.path, std::strerror(errno));
}

Status readArchive(const std::string& path, std::size_t mostBytes,
                   const std::function<Status(const std::string& name, std::string content)>& visit) {
  const std::unique_ptr<archive, ReadFree> reader(archive_read_new());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), kBlock) != ARCHIVE_OK)
    return unreadable(path, archive_error_string(reader.get()));
  for (std::size_t i = 0; i < kMostEntries; ++i) {
    archive_entry* entry = nullptr;
    const int next = archive_read_next_header(reader.get(), &entry);
    if (next == ARCHIVE_EOF) return Done{};
    if (next != ARCHIVE_OK) return unreadable(path, archive_error_string(reader.get()));
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    const char* name = archive_entry_pathname_utf8(entry);
    std::string content;
    char buffer[kBlock];
    for (;;) {
      const la_ssize_t got = archive_read_data(reader.get(), buffer, sizeof buffer);
      if (got < 0) return unreadable(path, archive_error_string(reader.get()));
      if (got == 0) break;
      content.append(buffer, static_cast<std::size_t>(got));
      if (content.size() > mostBytes) return unreadable(path, "a file in it is too large");
    }
    HOMEWORK_CHECK(visit(name == nullptr ? "" : name, std::move(content)));
  }
  return unreadable(path, "it holds too many files");
}

}  // namespace hearth::homework::client
