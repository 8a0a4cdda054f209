#include "services/s3/lifecycle_engine.h"

#include <algorithm>

#include "base/log.h"

namespace hearth::services::s3 {
namespace {

constexpr auto kPause = std::chrono::hours(1);
constexpr std::size_t kReadAtOnce = 1000;
constexpr std::size_t kRemovedPerWrite = 100;  // everybody else's writes wait for so many

// What the rows say of a version, as they come in the order of keys, and in each from the newest version on.
class Walk final {
 public:
  explicit Walk(const ObjectStore& objects) : objects_(objects) {}

  // Of the row behind the one of the last call. Valid as long as `row`.
  VersionFacts factsOf(const ObjectRow& row) {
    const bool sameKey = row.key == key_;
    VersionFacts facts{.key = row.key, .size = row.body.size, .tags = row.attributes.tags};
    facts.marker = row.deleteMarker;
    facts.modified = row.modified;
    if (sameKey) {
      facts.noncurrentSince = newer_;
      facts.newerNoncurrent = noncurrent_++;
    } else {
      facts.only = row.deleteMarker && objects_.placeOf(row).only;
      key_ = row.key;
      noncurrent_ = 0;
    }
    newer_ = row.modified;
    return facts;
  }

 private:
  const ObjectStore& objects_;
  std::string key_;  // no key is empty
  base::Time newer_{};
  std::size_t noncurrent_ = 0;
};

VersionFacts factsOf(const ObjectRow& row, const VersionPlace& place) {
  VersionFacts facts{.key = row.key, .size = row.body.size, .tags = row.attributes.tags};
  facts.marker = row.deleteMarker;
  facts.modified = row.modified;
  facts.only = place.only;
  facts.noncurrentSince = place.noncurrentSince;
  facts.newerNoncurrent = place.newerNoncurrent;
  return facts;
}

}  // namespace

LifecycleEngine::LifecycleEngine(S3Service& service, store::Database& database, const base::Clock& clock)
    : service_(service),
      database_(database),
      clock_(clock),
      ticker_("lifecycle", clock, [this] { return tick(); }) {}

void LifecycleEngine::stop() {
  stopping_ = true;
  ticker_.stop();
}

std::optional<base::Time> LifecycleEngine::tick() {
  pass();
  const base::Time now = clock_.now();
  const base::Time midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
  return std::min<base::Time>(midnight, now + kPause);
}

LifecycleEngine::Removed LifecycleEngine::pass() {
  Removed all;
  for (auto& [bucket, record] : service_.buckets().withSetting(kLifecycle)) {
    if (stopping_) break;
    auto rules = ExpiryRules::fromRecord(record);
    if (!rules.ok()) {
      base::logError("lifecycle", "the rules of a bucket cannot be read",
                     {{"bucket", bucket.name}, {"cause", rules.fault().message}});
      continue;
    }
    const Removed removed = sweep({std::move(bucket), std::move(record), std::move(*rules)});
    all.versions += removed.versions;
    all.uploads += removed.uploads;
  }
  return all;
}

LifecycleEngine::Removed LifecycleEngine::sweep(const Work& work) {
  Removed removed;
  for (const std::string& prefix : work.rules.prefixes()) {
    removed.versions += sweepVersions(work, prefix);
    if (work.rules.anyForUploads()) removed.uploads += sweepUploads(work, prefix);
  }
  if (removed.versions + removed.uploads > 0)
    base::logInfo("lifecycle", "rules were applied",
                  {{"bucket", work.bucket.name},
                   {"versions", std::to_string(removed.versions)},
                   {"uploads", std::to_string(removed.uploads)}});
  return removed;
}

std::int64_t LifecycleEngine::sweepVersions(const Work& work, const std::string& prefix) {
  std::int64_t removed = 0;
  Walk walk(service_.objects());
  ObjectStore::Cursor cursor;
  while (!stopping_) {
    const auto rows = service_.objects().walk(work.bucket.id, prefix, cursor, kReadAtOnce);
    std::vector<std::int64_t> due;
    for (const ObjectRow& row : rows) {
      if (work.rules.judge(walk.factsOf(row), clock_.now()) == Verdict::kKeep) continue;
      due.push_back(row.id);
      if (due.size() == kRemovedPerWrite) removed += removeVersions(work, std::exchange(due, {}));
    }
    if (!due.empty()) removed += removeVersions(work, due);
    if (rows.size() < kReadAtOnce) break;
    cursor = {rows.back().key, rows.back().id};
  }
  return removed;
}

std::int64_t LifecycleEngine::sweepUploads(const Work& work, const std::string& prefix) {
  std::int64_t removed = 0;
  std::string key;
  std::string id;
  while (!stopping_) {
    const auto uploads = service_.uploads().list(work.bucket.id, prefix, key, id, kReadAtOnce);
    std::vector<std::string> due;
    for (const UploadRow& upload : uploads) {
      if (!work.rules.endsUpload(upload.key, upload.initiated, clock_.now())) continue;
      due.push_back(upload.uploadId);
      if (due.size() == kRemovedPerWrite) removed += abortUploads(work, std::exchange(due, {}));
    }
    if (!due.empty()) removed += abortUploads(work, due);
    if (uploads.size() < kReadAtOnce) break;
    key = uploads.back().key;
    id = uploads.back().uploadId;
  }
  return removed;
}

bool LifecycleEngine::stillRules(const Work& work) const {
  return service_.buckets().findSetting(work.bucket.id, kLifecycle) == work.record;
}

// Between the look and the write anything may have happened: objects put, tagged or deleted, rules changed.
std::int64_t LifecycleEngine::removeVersions(const Work& work, const std::vector<std::int64_t>& ids) {
  std::int64_t removed = 0;
  auto done = database_.writeAndWait([&]() -> Result<void> {
    const auto bucket = service_.buckets().find(work.bucket.name);
    if (!bucket || bucket->id != work.bucket.id || !stillRules(work)) return {};
    const base::Time now = clock_.now();
    for (std::int64_t id : ids) {
      const auto row = service_.objects().findById(id);
      if (!row || row->bucketId != bucket->id) continue;
      const Verdict verdict = work.rules.judge(factsOf(*row, service_.objects().placeOf(*row)), now);
      if (verdict == Verdict::kKeep) continue;
      HEARTH_CHECK(service_.expire(*bucket, *row, verdict == Verdict::kRemove, now));
      ++removed;
    }
    return {};
  });
  if (done.ok()) return removed;
  base::logWarning("lifecycle", "versions that are due stay until the next pass",
                   {{"bucket", work.bucket.name}, {"cause", done.fault().message}});
  return 0;
}

std::int64_t LifecycleEngine::abortUploads(const Work& work, const std::vector<std::string>& ids) {
  std::int64_t removed = 0;
  auto done = database_.writeAndWait([&]() -> Result<void> {
    if (!stillRules(work)) return {};
    for (const std::string& id : ids) {
      if (!service_.uploads().find(id)) continue;  // completed or aborted meanwhile
      service_.dropUpload(id);
      ++removed;
    }
    return {};
  });
  if (done.ok()) return removed;
  base::logWarning("lifecycle", "uploads that are due stay until the next pass",
                   {{"bucket", work.bucket.name}, {"cause", done.fault().message}});
  return 0;
}

}  // namespace hearth::services::s3
