// For tests: zip files made to order, honest and hostile ones.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <string_view>
#include <vector>

namespace hearth::functions {

struct ZipEntry {
  std::string name;
  std::string content;
  unsigned mode = 0644;
  std::string linkTarget;  // a symbolic link when not empty
};

inline std::string makeZip(const std::vector<ZipEntry>& entries) {
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  std::string bytes;
  archive_write_open(
      writer, &bytes, nullptr,
      [](archive*, void* into, const void* data, size_t size) -> la_ssize_t {
        static_cast<std::string*>(into)->append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  archive_write_set_bytes_in_last_block(writer, 1);
  for (const ZipEntry& item : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, item.name.c_str());
    if (!item.linkTarget.empty()) {
      archive_entry_set_filetype(entry, AE_IFLNK);
      archive_entry_set_symlink(entry, item.linkTarget.c_str());
      archive_entry_set_perm(entry, 0777);
    } else {
      const bool folder = !item.name.empty() && item.name.back() == '/';
      archive_entry_set_filetype(entry, folder ? AE_IFDIR : AE_IFREG);
      archive_entry_set_perm(entry, item.mode);
      archive_entry_set_size(entry, static_cast<la_int64_t>(item.content.size()));
    }
    archive_write_header(writer, entry);
    archive_write_data(writer, item.content.data(), item.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return bytes;
}

}  // namespace hearth::functions
