#include "functions/code_store.h"

#include "base/bytes.h"
#include "base/hash.h"

namespace hearth::functions {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

Fault notFound(const std::string& contentId) {
  return Fault("ResourceNotFoundException", "The package " + contentId + " is not stored.", 404);
}

}  // namespace

CodeStore::CodeStore(int runDirectory, store::Blobs& blobs, store::Database& database, base::ThreadPool& pool,
                     PackageLimits limits, std::uint64_t unpackedBytes)
    : blobs_(blobs), database_(database), limits_(limits), shelf_(runDirectory, pool, unpackedBytes) {}

const std::vector<store::Migration>& CodeStore::migrations() {
  static const std::vector<store::Migration> kSteps{
      {"functions/001 packages",
       "CREATE TABLE function_packages ("
       "  content_id TEXT PRIMARY KEY,"
       "  blob_id TEXT NOT NULL,"
       "  size INTEGER NOT NULL"
       ") WITHOUT ROWID"},
  };
  return kSteps;
}

Result<Package> CodeStore::keep(std::string_view zip) {
  const std::string digest = base::sha256(zip);
  Package package{base::hexEncode(digest), base::base64Encode(digest), zip.size(), {}};
  HEARTH_CHECK(shelf_.put(package.contentId, zip, limits_));
  HEARTH_TRY(auto writer, blobs_.create());
  for (std::size_t at = 0; at < zip.size(); at += kPiece) HEARTH_CHECK(writer->append(zip.substr(at, kPiece)));
  HEARTH_TRY(package.blob, writer->finish());
  return package;
}

void CodeStore::record(const Package& package) {
  const std::int64_t added =
      database_.execute("INSERT OR IGNORE INTO function_packages (content_id, blob_id, size) VALUES (?, ?, ?)",
                        package.contentId, package.blob, package.size);
  if (added == 0) {
    database_.afterCommit([this, blob = package.blob] {
      if (!refersTo(blob)) blobs_.remove(blob);
    });
  }
}

void CodeStore::abandon(const Package& package) {
  if (!refersTo(package.blob)) blobs_.remove(package.blob);
}

void CodeStore::forget(const std::string& contentId) {
  std::vector<std::string> blobs;
  for (auto rows = database_.query("SELECT blob_id FROM function_packages WHERE content_id = ?", contentId);
       rows.next();) {
    blobs.push_back(rows.text(0));
  }
  database_.execute("DELETE FROM function_packages WHERE content_id = ?", contentId);
  database_.afterCommit([this, blobs, contentId] {
    for (const std::string& blob : blobs) blobs_.remove(blob);
    shelf_.forget(contentId);
  });
}

bool CodeStore::refersTo(const store::BlobId& blob) {
  auto rows = database_.query("SELECT 1 FROM function_packages WHERE blob_id = ?", blob);
  return rows.next();
}

Result<std::string> CodeStore::readZip(const std::string& contentId) {
  std::string blob;
  {
    auto rows = database_.query("SELECT blob_id FROM function_packages WHERE content_id = ?", contentId);
    if (!rows.next()) return notFound(contentId);
    blob = rows.text(0);
  }
  HEARTH_TRY(auto reader, blobs_.open(blob));
  std::string zip;
  HEARTH_CHECK(reader->read(zip, 0, reader->size()));
  return zip;
}

Result<CodeShelf::Handle> CodeStore::tree(const std::string& contentId) {
  if (CodeShelf::Handle there = shelf_.find(contentId)) return there;
  HEARTH_TRY(const std::string zip, readZip(contentId));
  return shelf_.put(contentId, zip, limits_);
}

}  // namespace hearth::functions
