#include "services/s3/upload_store.h"

namespace hearth::services::s3 {
namespace {

constexpr std::string_view kColumns = "upload_id, bucket_id, key, initiated, checksum_algorithm, attributes";

UploadRow uploadOf(const store::Rows& rows) {
  return {rows.text(0), rows.integer(1),
          rows.text(2), base::fromMillis(rows.integer(3)),
          rows.text(4), readAttributes(rows.text(5))};
}

}  // namespace

std::optional<UploadRow> UploadStore::find(const std::string& uploadId) const {
  auto rows = database_.query("SELECT " + std::string(kColumns) + " FROM s3_uploads WHERE upload_id = ?", uploadId);
  if (!rows.next()) return std::nullopt;
  return uploadOf(rows);
}

std::vector<UploadRow> UploadStore::list(std::int64_t bucketId, const std::string& prefix,
                                         const std::string& afterKey, const std::string& afterId,
                                         std::size_t most) const {
  std::vector<UploadRow> uploads;
  auto rows = database_.query("SELECT " + std::string(kColumns) +
                                  " FROM s3_uploads WHERE bucket_id = ?1 AND substr(key, 1, length(?2)) = ?2"
                                  " AND (key > ?3 OR (key = ?3 AND ?4 <> '' AND upload_id > ?4))"
                                  " ORDER BY key, upload_id LIMIT ?5",
                              bucketId, prefix, afterKey, afterId, static_cast<std::int64_t>(most));
  while (rows.next()) uploads.push_back(uploadOf(rows));
  return uploads;
}

void UploadStore::insert(const UploadRow& upload) {
  database_.execute(
      "INSERT INTO s3_uploads (upload_id, bucket_id, key, initiated, checksum_algorithm, attributes)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      upload.uploadId, upload.bucketId, upload.key, base::toMillis(upload.initiated), upload.checksumAlgorithm,
      writeAttributes(upload.attributes));
}

void UploadStore::remove(const std::string& uploadId) {
  database_.execute("DELETE FROM s3_uploads WHERE upload_id = ?", uploadId);
}

bool UploadStore::any(std::int64_t bucketId) const {
  return database_.query("SELECT 1 FROM s3_uploads WHERE bucket_id = ? LIMIT 1", bucketId).next();
}

std::vector<PartRow> UploadStore::parts(const std::string& uploadId, std::int64_t after, std::size_t most) const {
  std::vector<PartRow> parts;
  auto rows = database_.query(
      "SELECT number, size, md5, modified, checksum, blob FROM s3_parts WHERE upload_id = ? AND number > ?"
      " ORDER BY number LIMIT ?",
      uploadId, after, static_cast<std::int64_t>(most));
  while (rows.next()) {
    PartRow part;
    part.number = rows.integer(0);
    part.size = static_cast<std::uint64_t>(rows.integer(1));
    part.md5 = rows.text(2);
    part.modified = base::fromMillis(rows.integer(3));
    if (auto checksum = rows.optionalText(4)) {
      auto colon = checksum->find(':');
      part.checksum = Checksum{checksum->substr(0, colon), checksum->substr(colon + 1)};
    }
    part.blob = rows.text(5);
    parts.push_back(std::move(part));
  }
  return parts;
}

store::BlobId UploadStore::putPart(const std::string& uploadId, const PartRow& part) {
  store::BlobId replaced;
  {
    auto rows =
        database_.query("SELECT blob FROM s3_parts WHERE upload_id = ? AND number = ?", uploadId, part.number);
    if (rows.next()) replaced = rows.text(0);
  }
  std::optional<std::string> checksum;
  if (part.checksum) checksum = part.checksum->algorithm + ":" + part.checksum->value;
  database_.execute(
      "INSERT OR REPLACE INTO s3_parts (upload_id, number, size, md5, modified, checksum, blob)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)",
      uploadId, part.number, part.size, part.md5, base::toMillis(part.modified), checksum, part.blob);
  return replaced;
}

}  // namespace hearth::services::s3
