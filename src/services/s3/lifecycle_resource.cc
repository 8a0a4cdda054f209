#include "services/s3/lifecycle_resource.h"

#include <algorithm>

#include "api/document.h"
#include "base/clock.h"

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

// A rule without an id gets one when it is kept.
std::string withoutId(LifecycleRule rule) {
  rule.id.reset();
  return api::recordText(rule);
}

JsonObject writtenRule(const LifecycleRule& rule) {
  JsonObject out{{"Status", rule.status}};
  if (rule.id) out["Id"] = *rule.id;
  if (rule.filter) {
    const LifecycleRuleFilter& filter = *rule.filter;
    const auto prefix = filter.and_ ? filter.and_->prefix : filter.prefix;
    if (prefix) out["Prefix"] = *prefix;
    JsonArray tags;
    const auto add = [&tags](const Tag& tag) {
      tags.push_back(JsonObject{{"Key", tag.key}, {"Value", tag.value}});
    };
    if (filter.tag) add(*filter.tag);
    if (filter.and_ && filter.and_->tags) std::for_each(filter.and_->tags->begin(), filter.and_->tags->end(), add);
    if (!tags.empty()) out["TagFilters"] = std::move(tags);
    const auto larger = filter.and_ ? filter.and_->objectSizeGreaterThan : filter.objectSizeGreaterThan;
    const auto smaller = filter.and_ ? filter.and_->objectSizeLessThan : filter.objectSizeLessThan;
    if (larger) out["ObjectSizeGreaterThan"] = *larger;
    if (smaller) out["ObjectSizeLessThan"] = *smaller;
  }
  if (rule.expiration && rule.expiration->days) out["ExpirationInDays"] = *rule.expiration->days;
  if (rule.expiration && rule.expiration->date) out["ExpirationDate"] = base::formatIso8601(*rule.expiration->date);
  if (rule.expiration && rule.expiration->expiredObjectDeleteMarker)
    out["ExpiredObjectDeleteMarker"] = *rule.expiration->expiredObjectDeleteMarker;
  if (rule.noncurrentVersionExpiration)
    out["NoncurrentVersionExpiration"] = api::toDocument(*rule.noncurrentVersionExpiration);
  if (rule.abortIncompleteMultipartUpload)
    out["AbortIncompleteMultipartUpload"] = api::toDocument(*rule.abortIncompleteMultipartUpload);
  return out;
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

Json lifecyclePropertyOf(const BucketLifecycleConfiguration& configuration, const JsonObject& given) {
  JsonArray wanted;
  if (const Json* property = given.if_contains("LifecycleConfiguration")) {
    if (const Json* list = base::findMember(*property, "Rules"); list && list->is_array())
      wanted = list->get_array();
  }
  JsonArray rules;
  for (const LifecycleRule& rule : configuration.rules) {
    const std::string record = withoutId(rule);
    const auto same = std::find_if(wanted.begin(), wanted.end(), [&](const Json& one) {
      const auto parsed = ruleOf(one);
      return parsed.ok() && withoutId(*parsed) == record && (!parsed->id || parsed->id == rule.id);
    });
    rules.push_back(same == wanted.end() ? Json(writtenRule(rule)) : *same);
  }
  return JsonObject{{"Rules", std::move(rules)}};
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
