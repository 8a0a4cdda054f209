// Which lifecycle configurations PutBucketLifecycleConfiguration takes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
#include <set>

#include "services/s3/lifecycle.h"
#include "services/s3/names.h"
#include "services/s3/tags.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

constexpr std::size_t kMostRules = 1000;
constexpr std::size_t kMostIdBytes = 255;
constexpr std::size_t kMostPrefixBytes = 1024;
constexpr std::int64_t kMostNewerVersions = 100;

Fault malformed() {
  return {"MalformedXML",
          "The XML you provided was not well-formed or did not validate against our published schema"};
}

Fault invalidRequest(std::string message) { return {"InvalidRequest", std::move(message)}; }

Result<void> checkPositive(std::int64_t value, const char* name, const char* action) {
  if (value > 0) return {};
  return invalidArgument("'" + std::string(name) + "' for " + action + " action must be a positive integer", name,
                         std::to_string(value));
}

// What the members of a filter amount to, however they are written.
struct FilterShape {
  bool tags = false;
  bool sizes = false;
};

Result<void> checkPrefix(const std::optional<std::string>& prefix) {
  if (prefix && prefix->size() > kMostPrefixBytes)
    return invalidRequest("The maximum size of a prefix is " + std::to_string(kMostPrefixBytes) + ".");
  return {};
}

Result<void> checkSizes(const std::optional<std::int64_t>& above, const std::optional<std::int64_t>& below) {
  if (above && *above < 0)
    return invalidArgument("'ObjectSizeGreaterThan' must not be negative", "ObjectSizeGreaterThan",
                           std::to_string(*above));
  if (below && *below <= 0)
    return invalidArgument("'ObjectSizeLessThan' must be a positive integer", "ObjectSizeLessThan",
                           std::to_string(*below));
  if (above && below && *above >= *below)
    return invalidRequest("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'");
  return {};
}

Result<void> checkTagKeys(const std::vector<Tag>& tags) {
  std::set<std::string_view> keys;
  for (const Tag& tag : tags)
    if (!keys.insert(tag.key).second) return invalidRequest("Duplicate Tag Keys are not allowed.");
  HEARTH_CHECK(tagsFromSet(tags, kMostObjectTags));
  return {};
}

Result<FilterShape> checkFilter(const LifecycleRuleFilter& filter) {
  const int members = filter.prefix.has_value() + filter.tag.has_value() + filter.and_.has_value() +
                      filter.objectSizeGreaterThan.has_value() + filter.objectSizeLessThan.has_value();
  if (members > 1) return malformed();
  HEARTH_CHECK(checkPrefix(filter.prefix));
  HEARTH_CHECK(checkSizes(filter.objectSizeGreaterThan, filter.objectSizeLessThan));
  FilterShape shape{filter.tag.has_value(), filter.objectSizeGreaterThan || filter.objectSizeLessThan};
  if (filter.tag) HEARTH_CHECK(checkTagKeys({*filter.tag}));
  if (!filter.and_) return shape;
  const LifecycleRuleAndOperator& all = *filter.and_;
  const auto tags = all.tags.value_or(std::vector<Tag>{});
  const std::size_t operands = tags.size() + all.prefix.has_value() + all.objectSizeGreaterThan.has_value() +
                               all.objectSizeLessThan.has_value();
  if (operands < 2) return malformed();
  HEARTH_CHECK(checkPrefix(all.prefix));
  HEARTH_CHECK(checkSizes(all.objectSizeGreaterThan, all.objectSizeLessThan));
  HEARTH_CHECK(checkTagKeys(tags));
  return FilterShape{!tags.empty(), all.objectSizeGreaterThan || all.objectSizeLessThan};
}

// Delete markers and uploads have neither tags nor a size.
Result<void> checkPlain(const FilterShape& shape, const std::string& action) {
  if (shape.tags) return invalidRequest(action + " cannot be specified with Tags.");
  if (shape.sizes) return invalidRequest(action + " cannot be specified with Object Size.");
  return {};
}

Result<void> checkExpiration(const LifecycleExpiration& expiration, const FilterShape& shape) {
  const int members =
      expiration.days.has_value() + expiration.date.has_value() + expiration.expiredObjectDeleteMarker.has_value();
  if (members != 1) return malformed();
  if (expiration.days) HEARTH_CHECK(checkPositive(*expiration.days, "Days", "Expiration"));
  if (expiration.date && std::chrono::floor<std::chrono::days>(*expiration.date) != *expiration.date)
    return invalidArgument("'Date' must be at midnight GMT", "Date", base::formatIso8601(*expiration.date));
  if (expiration.expiredObjectDeleteMarker) HEARTH_CHECK(checkPlain(shape, "ExpiredObjectDeleteMarker"));
  return {};
}

Result<void> checkNoncurrent(const NoncurrentVersionExpiration& expiration, bool hasFilter) {
  if (!expiration.noncurrentDays && !expiration.newerNoncurrentVersions) return malformed();
  HEARTH_CHECK(
      checkPositive(expiration.noncurrentDays.value_or(0), "NoncurrentDays", "NoncurrentVersionExpiration"));
  if (!expiration.newerNoncurrentVersions) return {};
  if (!hasFilter) return invalidRequest("NewerNoncurrentVersions element can only be used in Lifecycle V2.");
  const std::int64_t newer = *expiration.newerNoncurrentVersions;
  HEARTH_CHECK(checkPositive(newer, "NewerNoncurrentVersions", "NoncurrentVersionExpiration"));
  if (newer > kMostNewerVersions)
    return invalidArgument(
        "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be an integer "
        "between 1 and " +
            std::to_string(kMostNewerVersions),
        "NewerNoncurrentVersions", std::to_string(newer));
  return {};
}

Result<void> checkActions(const LifecycleRule& rule, const FilterShape& shape) {
  const bool transitions = (rule.transitions && !rule.transitions->empty()) ||
                           (rule.noncurrentVersionTransitions && !rule.noncurrentVersionTransitions->empty());
  if (transitions) return notImplemented("transitions to another storage class in lifecycle rules");
  if (!rule.expiration && !rule.noncurrentVersionExpiration && !rule.abortIncompleteMultipartUpload)
    return invalidRequest("At least one action needs to be specified in a rule");
  if (rule.expiration) HEARTH_CHECK(checkExpiration(*rule.expiration, shape));
  if (rule.noncurrentVersionExpiration)
    HEARTH_CHECK(checkNoncurrent(*rule.noncurrentVersionExpiration, rule.filter.has_value()));
  if (!rule.abortIncompleteMultipartUpload) return {};
  if (!rule.abortIncompleteMultipartUpload->daysAfterInitiation) return malformed();
  HEARTH_CHECK(checkPlain(shape, "AbortIncompleteMultipartUpload"));
  return checkPositive(*rule.abortIncompleteMultipartUpload->daysAfterInitiation, "DaysAfterInitiation",
                       "AbortIncompleteMultipartUpload");
}

Result<void> checkRule(const LifecycleRule& rule) {
  if (rule.status != "Enabled" && rule.status != "Disabled") return malformed();
  if (rule.filter.has_value() == rule.prefix.has_value()) return malformed();
  HEARTH_CHECK(checkPrefix(rule.prefix));
  FilterShape shape;
  if (rule.filter) {
    HEARTH_TRY(shape, checkFilter(*rule.filter));
  }
  return checkActions(rule, shape);
}

}  // namespace

Result<void> acceptLifecycle(BucketLifecycleConfiguration& configuration, base::Random& random) {
  if (configuration.rules.empty() || configuration.rules.size() > kMostRules) return malformed();
  std::set<std::string> ids;
  bool filters = false;
  bool prefixes = false;
  for (LifecycleRule& rule : configuration.rules) {
    HEARTH_CHECK(checkRule(rule));
    filters = filters || rule.filter;
    prefixes = prefixes || rule.prefix;
    if (rule.id.value_or("").empty()) rule.id = base::randomText(random, 48, base::kAlphanumeric);
    if (rule.id->size() > kMostIdBytes)
      return invalidArgument("ID length should not exceed allowed limit of " + std::to_string(kMostIdBytes), "ID",
                             *rule.id);
    if (!ids.insert(*rule.id).second)
      return invalidArgument("Rule ID must be unique. Found same ID for more than one rule", "ID", *rule.id);
  }
  if (filters && prefixes)
    return invalidRequest(
        "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.");
  return {};
}

}  // namespace hearth::services::s3
