// Lifecycle rules: which are accepted, and what they say about one version of an object at one time. No database.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/s3.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace hearth::services::s3 {

// Accepts a configuration, and names the rules that come without an ID. Faults: MalformedXML, InvalidArgument,
// InvalidRequest, InvalidTag as on AWS; NotImplemented for transitions.
Result<void> acceptLifecycle(api::s3::BucketLifecycleConfiguration& configuration, base::Random& random);

// An age in days ends at the first midnight UTC that is more than so many days behind `since`.
base::Time endOfDays(base::Time since, std::int64_t days);

// A version of an object as rules see it.
struct VersionFacts {
  std::string_view key;
  std::uint64_t size = 0;
  const std::map<std::string, std::string>& tags;
  bool marker = false;
  base::Time modified{};
  // Of the current version: is there no other of its key?
  bool only = false;
  // Of a noncurrent version: when the next newer one was made (nullopt: it is current), and how many newer
  // noncurrent ones there are.
  std::optional<base::Time> noncurrentSince;
  std::size_t newerNoncurrent = 0;
};

enum class Verdict : unsigned char {
  kKeep,
  kExpire,  // a current version: what DeleteObject without a version does
  kRemove,  // a noncurrent version, or a delete marker with nothing behind it: for good
};

// The enabled rules of a bucket. A value; any thread.
class ExpiryRules final {
 public:
  // `record` is what acceptLifecycle() let through, as api::recordText().
  static Result<ExpiryRules> fromRecord(std::string_view record);

  Verdict judge(const VersionFacts& version, base::Time now) const;
  // Whether an upload that was begun then is to be aborted.
  bool endsUpload(std::string_view key, base::Time initiated, base::Time now) const;

  struct Expiry {
    base::Time at;
    std::string ruleId;
  };
  // When the current version of an object expires, and by which rule; the first of several.
  std::optional<Expiry> expiryOf(std::string_view key, std::uint64_t size,
                                 const std::map<std::string, std::string>& tags, base::Time modified) const;

  // What is to be looked at: every key that a rule may cover begins with exactly one of these. Sorted.
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  bool anyForUploads() const;

 private:
  struct Rule {
    std::string id;
    std::string prefix;
    std::map<std::string, std::string> tags;
    std::optional<std::int64_t> sizeAbove;
    std::optional<std::int64_t> sizeBelow;
    std::optional<std::int64_t> days;
    std::optional<base::Time> date;
    bool loneMarkers = false;
    std::optional<std::int64_t> noncurrentDays;
    std::int64_t newerNoncurrent = 0;
    std::optional<std::int64_t> uploadDays;

    bool covers(std::string_view key, std::uint64_t size, const std::map<std::string, std::string>& tags) const;
    // Delete markers have neither tags nor a size: rules that ask for them do not mean markers.
    bool covers(const VersionFacts& version) const;
    std::optional<base::Time> expiry(base::Time modified) const;
  };

  static Rule ruleOf(const api::s3::LifecycleRule& source);
  static Verdict judge(const Rule& rule, const VersionFacts& version, base::Time now);

  std::vector<Rule> rules_;
  std::vector<std::string> prefixes_;
};

// The rules of buckets, read once and not for every object. Thread-safe.
class RuleCache final {
 public:
  // Of the record that the caller has just read; null when it cannot be read.
  std::shared_ptr<const ExpiryRules> of(std::int64_t bucketId, const std::string& record) const;

 private:
  struct Entry {
    std::string record;
    std::shared_ptr<const ExpiryRules> rules;
  };
  mutable std::mutex mutex_;
  mutable std::map<std::int64_t, Entry> entries_;  // guarded by mutex_
};

}  // namespace hearth::services::s3
