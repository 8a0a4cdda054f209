#include "functions/inline_code.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>

namespace hearth::functions {
namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* bytes, const void* data, std::size_t size) {
  static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

std::string zipOfSource(const std::string& fileName, std::string_view source) {
  std::string bytes;  // outlives the writer
  const std::unique_ptr<archive, Free> writer(archive_write_new());
  const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), fileName.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), 315'532'800, 0);  // 1980, where the times of zip begin
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(source.size()));
  const bool written =
      archive_write_set_format_zip(writer.get()) == ARCHIVE_OK &&
      archive_write_open(writer.get(), &bytes, nullptr, append, nullptr) == ARCHIVE_OK &&
      archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK &&
      archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK &&
      archive_write_data(writer.get(), source.data(), source.size()) == static_cast<la_ssize_t>(source.size()) &&
      archive_write_close(writer.get()) == ARCHIVE_OK;
  if (!written) throw std::runtime_error("libarchive cannot make a zip in memory");
  return bytes;
}

}  // namespace hearth::functions
