#include "services/s3/lifecycle.h"

#include <algorithm>

#include "api/document.h"

namespace hearth::services::s3 {

using api::s3::BucketLifecycleConfiguration;
using api::s3::LifecycleRule;

base::Time endOfDays(base::Time since, std::int64_t days) {
  // What lies behind the last year that dates can be written for is the same to everybody.
  constexpr base::Time kEndOfTime = std::chrono::sys_days(std::chrono::year{9999} / 12 / 31);
  const auto today = std::chrono::floor<std::chrono::days>(since);
  const std::int64_t left = (std::chrono::floor<std::chrono::days>(kEndOfTime) - today).count();
  if (days >= left) return kEndOfTime;
  return today + std::chrono::days(days + 1);
}

bool ExpiryRules::Rule::covers(std::string_view key, std::uint64_t size,
                               const std::map<std::string, std::string>& have) const {
  if (!key.starts_with(prefix)) return false;
  if (sizeAbove && size <= static_cast<std::uint64_t>(*sizeAbove)) return false;
  if (sizeBelow && size >= static_cast<std::uint64_t>(*sizeBelow)) return false;
  return std::all_of(tags.begin(), tags.end(), [&](const auto& tag) {
    auto found = have.find(tag.first);
    return found != have.end() && found->second == tag.second;
  });
}

bool ExpiryRules::Rule::covers(const VersionFacts& version) const {
  if (!version.marker) return covers(version.key, version.size, version.tags);
  return version.key.starts_with(prefix) && tags.empty() && !sizeAbove && !sizeBelow;
}

std::optional<base::Time> ExpiryRules::Rule::expiry(base::Time modified) const {
  if (date) return date;
  if (days) return endOfDays(modified, *days);
  return std::nullopt;
}

ExpiryRules::Rule ExpiryRules::ruleOf(const LifecycleRule& source) {
  Rule rule;
  rule.id = source.id.value_or("");
  rule.prefix = source.prefix.value_or("");
  if (source.filter) {
    const auto& filter = *source.filter;
    if (filter.prefix) rule.prefix = *filter.prefix;
    if (filter.tag) rule.tags[filter.tag->key] = filter.tag->value;
    rule.sizeAbove = filter.objectSizeGreaterThan;
    rule.sizeBelow = filter.objectSizeLessThan;
    if (filter.and_) {
      rule.prefix = filter.and_->prefix.value_or("");
      for (const auto& tag : filter.and_->tags.value_or(std::vector<api::s3::Tag>{}))
        rule.tags[tag.key] = tag.value;
      rule.sizeAbove = filter.and_->objectSizeGreaterThan;
      rule.sizeBelow = filter.and_->objectSizeLessThan;
    }
  }
  if (source.expiration) {
    rule.days = source.expiration->days;
    rule.date = source.expiration->date;
    rule.loneMarkers = source.expiration->expiredObjectDeleteMarker.value_or(false);
  }
  if (source.noncurrentVersionExpiration) {
    rule.noncurrentDays = source.noncurrentVersionExpiration->noncurrentDays;
    rule.newerNoncurrent = source.noncurrentVersionExpiration->newerNoncurrentVersions.value_or(0);
  }
  if (source.abortIncompleteMultipartUpload)
    rule.uploadDays = source.abortIncompleteMultipartUpload->daysAfterInitiation;
  return rule;
}

Result<ExpiryRules> ExpiryRules::fromRecord(std::string_view record) {
  HEARTH_TRY(auto configuration, api::fromRecord<BucketLifecycleConfiguration>(record));
  ExpiryRules rules;
  std::vector<std::string> prefixes;
  for (const LifecycleRule& source : configuration.rules) {
    if (source.status != "Enabled") continue;
    rules.rules_.push_back(ruleOf(source));
    prefixes.push_back(rules.rules_.back().prefix);
  }
  std::sort(prefixes.begin(), prefixes.end());
  for (std::string& prefix : prefixes)
    if (rules.prefixes_.empty() || !prefix.starts_with(rules.prefixes_.back()))
      rules.prefixes_.push_back(std::move(prefix));
  return rules;
}

Verdict ExpiryRules::judge(const Rule& rule, const VersionFacts& version, base::Time now) {
  if (!rule.covers(version)) return Verdict::kKeep;
  if (version.noncurrentSince) {
    const bool due = rule.noncurrentDays && endOfDays(*version.noncurrentSince, *rule.noncurrentDays) <= now;
    const bool enough = version.newerNoncurrent >= static_cast<std::size_t>(rule.newerNoncurrent);
    return due && enough ? Verdict::kRemove : Verdict::kKeep;
  }
  const auto expiry = rule.expiry(version.modified);
  const bool due = expiry && *expiry <= now;
  if (!version.marker) return due ? Verdict::kExpire : Verdict::kKeep;
  return version.only && (due || rule.loneMarkers) ? Verdict::kRemove : Verdict::kKeep;
}

Verdict ExpiryRules::judge(const VersionFacts& version, base::Time now) const {
  for (const Rule& rule : rules_)
    if (Verdict verdict = judge(rule, version, now); verdict != Verdict::kKeep) return verdict;
  return Verdict::kKeep;
}

bool ExpiryRules::endsUpload(std::string_view key, base::Time initiated, base::Time now) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return rule.uploadDays && key.starts_with(rule.prefix) && endOfDays(initiated, *rule.uploadDays) <= now;
  });
}

std::optional<ExpiryRules::Expiry> ExpiryRules::expiryOf(std::string_view key, std::uint64_t size,
                                                         const std::map<std::string, std::string>& tags,
                                                         base::Time modified) const {
  std::optional<Expiry> first;
  for (const Rule& rule : rules_) {
    const auto at = rule.expiry(modified);
    if (at && (!first || *at < first->at) && rule.covers(key, size, tags)) first = Expiry{*at, rule.id};
  }
  return first;
}

std::shared_ptr<const ExpiryRules> RuleCache::of(std::int64_t bucketId, const std::string& record) const {
  constexpr std::size_t kMostKept = 256;
  const std::lock_guard lock(mutex_);
  if (auto found = entries_.find(bucketId); found != entries_.end() && found->second.record == record)
    return found->second.rules;
  auto rules = ExpiryRules::fromRecord(record);
  if (!rules.ok()) return nullptr;
  if (entries_.size() >= kMostKept) entries_.clear();
  Entry& entry = entries_[bucketId];
  entry = {record, std::make_shared<const ExpiryRules>(std::move(*rules))};
  return entry.rules;
}

bool ExpiryRules::anyForUploads() const {
  return std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) { return rule.uploadDays.has_value(); });
}

}  // namespace hearth::services::s3
