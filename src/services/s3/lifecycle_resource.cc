#include "services/s3/lifecycle_resource.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

using ports::PropertyKind;
using ports::PropertySpec;

PropertySpec integer(const char* name, bool required = false) {
  return {.name = name, .kind = PropertyKind::kInteger, .required = required};
}

std::optional<std::int64_t> findInteger(const Json& object, std::string_view name) {
  const Json* member = base::findMember(object, name);
  if (!member || !member->is_number()) return std::nullopt;
  return member->to_number<std::int64_t>();
}

// A filter has one member; more of them stand below And.
LifecycleRuleFilter filterOf(const Json& rule) {
  LifecycleRuleAndOperator all;
  all.prefix = base::findString(rule, "Prefix");
  all.objectSizeGreaterThan = findInteger(rule, "ObjectSizeGreaterThan");
  all.objectSizeLessThan = findInteger(rule, "ObjectSizeLessThan");
  std::vector<Tag> tags;
  if (const Json* list = base::findMember(rule, "TagFilters"))
    for (const Json& tag : list->as_array())
      tags.push_back({base::findString(tag, "Key").value_or(""), base::findString(tag, "Value").value_or("")});
  LifecycleRuleFilter filter;
  const std::size_t members = tags.size() + all.prefix.has_value() + all.objectSizeGreaterThan.has_value() +
                              all.objectSizeLessThan.has_value();
  if (members > 1) {
    if (!tags.empty()) all.tags = std::move(tags);
    filter.and_ = std::move(all);
    return filter;
  }
  filter.prefix = members == 0 ? std::string() : all.prefix;
  filter.objectSizeGreaterThan = all.objectSizeGreaterThan;
  filter.objectSizeLessThan = all.objectSizeLessThan;
  if (!tags.empty()) filter.tag = std::move(tags.front());
  return filter;
}

Result<std::optional<LifecycleExpiration>> expirationOf(const Json& rule) {
  LifecycleExpiration expiration;
  expiration.days = findInteger(rule, "ExpirationInDays");
  if (auto text = base::findString(rule, "ExpirationDate")) {
    auto date = base::parseIso8601(*text);
    if (!date.ok()) return Fault("InvalidRequest", "ExpirationDate is not a time in ISO 8601: " + *text);
    expiration.date = *date;
  }
  if (const Json* markers = base::findMember(rule, "ExpiredObjectDeleteMarker"))
    expiration.expiredObjectDeleteMarker = markers->as_bool();
  const bool any = expiration.days || expiration.date || expiration.expiredObjectDeleteMarker;
  return any ? std::optional(expiration) : std::nullopt;
}

Result<std::optional<NoncurrentVersionExpiration>> noncurrentOf(const Json& rule) {
  const Json* full = base::findMember(rule, "NoncurrentVersionExpiration");
  const auto days = findInteger(rule, "NoncurrentVersionExpirationInDays");
  if (full && days)
    return Fault("InvalidRequest",
                 "You cannot specify both NoncurrentVersionExpiration and NoncurrentVersionExpirationInDays.");
  std::optional<NoncurrentVersionExpiration> expiration;
  if (full)
    expiration = {findInteger(*full, "NoncurrentDays"), findInteger(*full, "NewerNoncurrentVersions")};
  else if (days)
    expiration.emplace().noncurrentDays = days;
  return expiration;
}

Result<LifecycleRule> ruleOf(const Json& source) {
  LifecycleRule rule;
  rule.id = base::findString(source, "Id");
  rule.status = base::findString(source, "Status").value_or("");
  rule.filter = filterOf(source);
  HEARTH_TRY(rule.expiration, expirationOf(source));
  HEARTH_TRY(rule.noncurrentVersionExpiration, noncurrentOf(source));
  if (const Json* abort = base::findMember(source, "AbortIncompleteMultipartUpload"))
    rule.abortIncompleteMultipartUpload.emplace().daysAfterInitiation = findInteger(*abort, "DaysAfterInitiation");
  return rule;
}

}  // namespace

PropertySpec lifecycleProperty() {
  PropertySpec rule{
      .name = "Rule",
      .kind = PropertyKind::kObject,
      .members = {
          {.name = "Id"},
          {.name = "Status", .required = true},
          {.name = "Prefix"},
          {.name = "TagFilters",
           .kind = PropertyKind::kList,
           .members = {{.name = "TagFilter",
                        .kind = PropertyKind::kObject,
                        .members = {{.name = "Key", .required = true}, {.name = "Value", .required = true}}}}},
          integer("ObjectSizeGreaterThan"),
          integer("ObjectSizeLessThan"),
          {.name = "ExpirationDate"},
          integer("ExpirationInDays"),
          {.name = "ExpiredObjectDeleteMarker", .kind = PropertyKind::kBoolean},
          {.name = "NoncurrentVersionExpiration",
           .kind = PropertyKind::kObject,
           .members = {integer("NoncurrentDays", true), integer("NewerNoncurrentVersions")}},
          integer("NoncurrentVersionExpirationInDays"),
          {.name = "AbortIncompleteMultipartUpload",
           .kind = PropertyKind::kObject,
           .members = {integer("DaysAfterInitiation", true)}}}};
  return {
      .name = "LifecycleConfiguration",
      .kind = PropertyKind::kObject,
      .members = {{.name = "Rules", .kind = PropertyKind::kList, .required = true, .members = {std::move(rule)}}}};
}

Result<BucketLifecycleConfiguration> lifecycleOf(const Json& property) {
  BucketLifecycleConfiguration configuration;
  for (const Json& source : property.at("Rules").as_array()) {
    HEARTH_TRY(LifecycleRule rule, ruleOf(source));
    configuration.rules.push_back(std::move(rule));
  }
  return configuration;
}

}  // namespace hearth::services::s3
