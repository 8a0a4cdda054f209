#include "services/s3/lifecycle.h"

#include <gtest/gtest.h>

#include "api/document.h"

namespace hearth::services::s3 {
namespace {

using namespace api::s3;

base::Time at(std::string_view text) { return base::parseIso8601(text).value(); }

LifecycleRule ruleFor(const std::string& prefix) {
  LifecycleRule rule;
  rule.id = "rule " + prefix;
  rule.status = "Enabled";
  rule.filter.emplace().prefix = prefix;
  return rule;
}

LifecycleRule expiring(const std::string& prefix, std::int64_t days) {
  LifecycleRule rule = ruleFor(prefix);
  rule.expiration.emplace().days = days;
  return rule;
}

ExpiryRules rulesOf(std::vector<LifecycleRule> rules) {
  base::SystemRandom random;
  BucketLifecycleConfiguration configuration{std::move(rules)};
  auto accepted = acceptLifecycle(configuration, random);
  EXPECT_TRUE(accepted.ok()) << accepted.fault().message;
  return ExpiryRules::fromRecord(api::recordText(configuration)).value();
}

std::string faultOf(std::vector<LifecycleRule> rules) {
  base::SystemRandom random;
  BucketLifecycleConfiguration configuration{std::move(rules)};
  auto accepted = acceptLifecycle(configuration, random);
  return accepted.ok() ? "" : accepted.fault().code;
}

const std::map<std::string, std::string> kNoTags;
const std::map<std::string, std::string> kRed{{"colour", "red"}, {"form", "round"}};

VersionFacts current(std::string_view key, std::string_view modified, std::uint64_t size = 10) {
  return {.key = key, .size = size, .tags = kNoTags, .modified = at(modified)};
}

VersionFacts noncurrent(std::string_view key, std::string_view since, std::size_t newer = 0) {
  VersionFacts facts = current(key, "2020-01-01T00:00:00Z");
  facts.noncurrentSince = at(since);
  facts.newerNoncurrent = newer;
  return facts;
}

VersionFacts marker(std::string_view modified, bool only) {
  VersionFacts facts = current("a/k", modified, 0);
  facts.marker = true;
  facts.only = only;
  return facts;
}

TEST(Lifecycle, DaysEndAtTheNextMidnight) {
  EXPECT_EQ(endOfDays(at("2014-01-15T10:30:00Z"), 3), at("2014-01-19T00:00:00Z"));  // AWS's own example
  EXPECT_EQ(endOfDays(at("2014-01-15T23:59:59Z"), 1), at("2014-01-17T00:00:00Z"));
  EXPECT_EQ(endOfDays(at("2014-01-15T00:00:00Z"), 1), at("2014-01-17T00:00:00Z"));
  EXPECT_EQ(endOfDays(at("2014-01-15T00:00:00Z"), 2'147'483'647), at("9999-12-31T00:00:00Z"));
  EXPECT_EQ(endOfDays(at("2014-01-15T00:00:00Z"), std::numeric_limits<std::int64_t>::max()),
            at("9999-12-31T00:00:00Z"));
}

TEST(Lifecycle, CurrentVersionsExpireNotBeforeTheirTime) {
  const auto rules = rulesOf({expiring("a/", 3)});
  const auto object = current("a/k", "2014-01-15T10:30:00Z");
  EXPECT_EQ(rules.judge(object, at("2014-01-18T23:59:59Z")), Verdict::kKeep);
  EXPECT_EQ(rules.judge(object, at("2014-01-19T00:00:00Z")), Verdict::kExpire);
  EXPECT_EQ(rules.judge(current("b/k", "2014-01-15T10:30:00Z"), at("2030-01-01T00:00:00Z")), Verdict::kKeep);
  EXPECT_EQ(rules.judge(noncurrent("a/k", "2014-01-15T10:30:00Z"), at("2030-01-01T00:00:00Z")), Verdict::kKeep);
}

TEST(Lifecycle, ADateIsForObjectsOfEveryAge) {
  LifecycleRule rule = ruleFor("");
  rule.expiration.emplace().date = at("2025-03-01T00:00:00Z");
  const auto rules = rulesOf({rule});
  EXPECT_EQ(rules.judge(current("k", "2020-01-01T00:00:00Z"), at("2025-02-28T23:59:59Z")), Verdict::kKeep);
  EXPECT_EQ(rules.judge(current("k", "2025-05-01T00:00:00Z"), at("2025-05-01T00:00:01Z")), Verdict::kExpire);
}

TEST(Lifecycle, FiltersOfTagsAndSizes) {
  LifecycleRule rule = expiring("", 1);
  auto& all = rule.filter.emplace().and_.emplace();
  all.prefix = "a/";
  all.tags = std::vector<Tag>{{"colour", "red"}, {"form", "round"}};
  all.objectSizeGreaterThan = 9;
  all.objectSizeLessThan = 11;
  const auto rules = rulesOf({rule});
  const auto late = at("2030-01-01T00:00:00Z");
  auto judged = [&](std::string_view key, const std::map<std::string, std::string>& tags, std::uint64_t size) {
    return rules.judge(VersionFacts{.key = key, .size = size, .tags = tags, .modified = at("2020-01-01")}, late);
  };
  EXPECT_EQ(judged("a/k", kRed, 10), Verdict::kExpire);
  EXPECT_EQ(judged("b/k", kRed, 10), Verdict::kKeep);
  EXPECT_EQ(judged("a/k", {{"colour", "red"}}, 10), Verdict::kKeep);
  EXPECT_EQ(judged("a/k", {{"colour", "blue"}, {"form", "round"}}, 10), Verdict::kKeep);
  EXPECT_EQ(judged("a/k", kRed, 9), Verdict::kKeep);
  EXPECT_EQ(judged("a/k", kRed, 11), Verdict::kKeep);
  VersionFacts bare = marker("2020-01-01T00:00:00Z", true);
  EXPECT_EQ(rules.judge(bare, late), Verdict::kKeep) << "a marker has neither tags nor a size";
}

TEST(Lifecycle, NoncurrentVersionsGoByAgeAndNumber) {
  LifecycleRule rule = ruleFor("a/");
  rule.noncurrentVersionExpiration.emplace().noncurrentDays = 2;
  rule.noncurrentVersionExpiration->newerNoncurrentVersions = 3;
  const auto rules = rulesOf({rule});
  EXPECT_EQ(rules.judge(noncurrent("a/k", "2025-01-01T12:00:00Z", 3), at("2025-01-03T23:59:59Z")), Verdict::kKeep);
  EXPECT_EQ(rules.judge(noncurrent("a/k", "2025-01-01T12:00:00Z", 3), at("2025-01-04T00:00:00Z")),
            Verdict::kRemove);
  EXPECT_EQ(rules.judge(noncurrent("a/k", "2025-01-01T12:00:00Z", 2), at("2030-01-04T00:00:00Z")), Verdict::kKeep);
  EXPECT_EQ(rules.judge(current("a/k", "2020-01-01T12:00:00Z"), at("2030-01-04T00:00:00Z")), Verdict::kKeep);
  VersionFacts old = noncurrent("a/k", "2025-01-01T12:00:00Z", 3);
  old.marker = true;
  EXPECT_EQ(rules.judge(old, at("2030-01-04T00:00:00Z")), Verdict::kRemove) << "markers are versions too";
}

TEST(Lifecycle, OnlyMarkersWithNothingBehindThemGo) {
  LifecycleRule lone = ruleFor("");
  lone.expiration.emplace().expiredObjectDeleteMarker = true;
  const auto cleanup = rulesOf({lone});
  const auto now = at("2025-01-01T12:00:01Z");
  EXPECT_EQ(cleanup.judge(marker("2025-01-01T12:00:00Z", true), now), Verdict::kRemove);
  EXPECT_EQ(cleanup.judge(marker("2025-01-01T12:00:00Z", false), now), Verdict::kKeep);
  EXPECT_EQ(cleanup.judge(current("k", "2000-01-01T00:00:00Z"), now), Verdict::kKeep);
  const auto byAge = rulesOf({expiring("", 1)});
  EXPECT_EQ(byAge.judge(marker("2025-01-01T12:00:00Z", true), now), Verdict::kKeep);
  EXPECT_EQ(byAge.judge(marker("2024-12-01T12:00:00Z", true), now), Verdict::kRemove);
  EXPECT_EQ(byAge.judge(marker("2024-12-01T12:00:00Z", false), now), Verdict::kKeep);
}

TEST(Lifecycle, Uploads) {
  LifecycleRule rule = ruleFor("a/");
  rule.abortIncompleteMultipartUpload.emplace().daysAfterInitiation = 7;
  const auto rules = rulesOf({rule});
  EXPECT_TRUE(rules.anyForUploads());
  EXPECT_FALSE(rules.endsUpload("a/k", at("2025-01-01T12:00:00Z"), at("2025-01-08T23:59:59Z")));
  EXPECT_TRUE(rules.endsUpload("a/k", at("2025-01-01T12:00:00Z"), at("2025-01-09T00:00:00Z")));
  EXPECT_FALSE(rules.endsUpload("b/k", at("2025-01-01T12:00:00Z"), at("2030-01-09T00:00:00Z")));
  EXPECT_EQ(rules.judge(current("a/k", "2000-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")), Verdict::kKeep);
}

TEST(Lifecycle, DisabledRulesDoNothingAndPrefixesCoverEachKeyOnce) {
  LifecycleRule disabled = expiring("", 1);
  disabled.status = "Disabled";
  const auto rules = rulesOf({disabled, expiring("b/", 5), expiring("a", 9), expiring("a/deep/", 2)});
  EXPECT_EQ(rules.prefixes(), (std::vector<std::string>{"a", "b/"}));
  EXPECT_EQ(rules.judge(current("c", "2000-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")), Verdict::kKeep);
  EXPECT_TRUE(rulesOf({disabled}).prefixes().empty());
}

TEST(Lifecycle, TheFirstExpiryIsTold) {
  const auto rules = rulesOf({expiring("", 9), expiring("a/", 2)});
  const auto told = rules.expiryOf("a/k", 1, kNoTags, at("2025-01-01T12:00:00Z"));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->at, at("2025-01-04T00:00:00Z"));
  EXPECT_EQ(told->ruleId, "rule a/");
  EXPECT_EQ(rules.expiryOf("b", 1, kNoTags, at("2025-01-01T12:00:00Z"))->ruleId, "rule ");
  EXPECT_FALSE(rulesOf({expiring("a/", 2)}).expiryOf("b", 1, kNoTags, at("2025-01-01T12:00:00Z")));
}

TEST(Lifecycle, RulesWithoutAnIdGetOne) {
  base::SystemRandom random;
  LifecycleRule rule = expiring("", 1);
  rule.id.reset();
  LifecycleRule other = rule;
  other.id = "";
  BucketLifecycleConfiguration configuration{{rule, other}};
  ASSERT_TRUE(acceptLifecycle(configuration, random).ok());
  EXPECT_FALSE(configuration.rules[0].id->empty());
  EXPECT_NE(configuration.rules[0].id, configuration.rules[1].id);
}

struct Refused {
  const char* what;
  const char* code;
  std::function<void(LifecycleRule&)> spoil;
};

class LifecycleRefusals : public testing::TestWithParam<Refused> {};

TEST_P(LifecycleRefusals, AreAwsOwn) {
  LifecycleRule rule = expiring("a/", 1);
  EXPECT_EQ(faultOf({rule}), "");
  GetParam().spoil(rule);
  EXPECT_EQ(faultOf({rule}), GetParam().code) << GetParam().what;
}

const Refused kRefusals[] = {
    {"status", "MalformedXML", [](auto& rule) { rule.status = "enabled"; }},
    {"neither filter nor prefix", "MalformedXML", [](auto& rule) { rule.filter.reset(); }},
    {"filter and prefix", "MalformedXML", [](auto& rule) { rule.prefix = "a"; }},
    {"two members", "MalformedXML", [](auto& rule) { rule.filter->objectSizeGreaterThan = 1; }},
    {"And of one", "MalformedXML",
     [](auto& rule) { rule.filter.emplace().and_.emplace().objectSizeGreaterThan = 1; }},
    {"nothing to do", "InvalidRequest", [](auto& rule) { rule.expiration.reset(); }},
    {"empty expiration", "MalformedXML", [](auto& rule) { rule.expiration.emplace(); }},
    {"no days", "InvalidArgument", [](auto& rule) { rule.expiration->days = 0; }},
    {"days and date", "MalformedXML", [](auto& rule) { rule.expiration->date = at("2025-01-01T00:00:00Z"); }},
    {"a date with a time", "InvalidArgument",
     [](auto& rule) { rule.expiration = LifecycleExpiration{.date = at("2025-01-01T00:00:01Z")}; }},
    {"days and markers", "MalformedXML", [](auto& rule) { rule.expiration->expiredObjectDeleteMarker = true; }},
    {"markers with a tag", "InvalidRequest",
     [](auto& rule) {
       rule.filter.emplace().tag = Tag{"k", "v"};
       rule.expiration = LifecycleExpiration{.expiredObjectDeleteMarker = true};
     }},
    {"uploads with a tag", "InvalidRequest",
     [](auto& rule) {
       rule.filter.emplace().tag = Tag{"k", "v"};
       rule.abortIncompleteMultipartUpload.emplace().daysAfterInitiation = 1;
     }},
    {"uploads of a size", "InvalidRequest",
     [](auto& rule) {
       rule.filter.emplace().objectSizeLessThan = 5;
       rule.abortIncompleteMultipartUpload.emplace().daysAfterInitiation = 1;
     }},
    {"uploads at once", "InvalidArgument",
     [](auto& rule) { rule.abortIncompleteMultipartUpload.emplace().daysAfterInitiation = 0; }},
    {"uploads without days", "MalformedXML", [](auto& rule) { rule.abortIncompleteMultipartUpload.emplace(); }},
    {"noncurrent without anything", "MalformedXML", [](auto& rule) { rule.noncurrentVersionExpiration.emplace(); }},
    {"noncurrent without days", "InvalidArgument",
     [](auto& rule) { rule.noncurrentVersionExpiration.emplace().newerNoncurrentVersions = 1; }},
    {"too many kept", "InvalidArgument",
     [](auto& rule) {
       rule.noncurrentVersionExpiration = NoncurrentVersionExpiration{1, 101};
     }},
    {"none kept", "InvalidArgument",
     [](auto& rule) {
       rule.noncurrentVersionExpiration = NoncurrentVersionExpiration{1, 0};
     }},
    {"kept, by prefix alone", "InvalidRequest",
     [](auto& rule) {
       rule.filter.reset();
       rule.prefix = "a";
       rule.noncurrentVersionExpiration = NoncurrentVersionExpiration{1, 1};
     }},
    {"a transition", "NotImplemented",
     [](auto& rule) { rule.transitions.emplace().push_back({.days = 30, .storageClass = "GLACIER"}); }},
    {"a noncurrent transition", "NotImplemented",
     [](auto& rule) { rule.noncurrentVersionTransitions.emplace().push_back({.noncurrentDays = 30}); }},
    {"a long id", "InvalidArgument", [](auto& rule) { rule.id = std::string(256, 'i'); }},
    {"a long prefix", "InvalidRequest", [](auto& rule) { rule.filter->prefix = std::string(1025, 'p'); }},
    {"a tag twice", "InvalidRequest",
     [](auto& rule) {
       rule.filter.emplace().and_.emplace().tags = std::vector<Tag>{{"k", "v"}, {"k", "w"}};
     }},
    {"sizes that exclude each other", "InvalidRequest",
     [](auto& rule) {
       rule.filter.emplace().and_.emplace() = {.objectSizeGreaterThan = 5, .objectSizeLessThan = 5};
     }},
};
INSTANTIATE_TEST_SUITE_P(All, LifecycleRefusals, testing::ValuesIn(kRefusals));

TEST(Lifecycle, TheListAsAWhole) {
  EXPECT_EQ(faultOf({}), "MalformedXML");
  EXPECT_EQ(faultOf({expiring("a", 1), expiring("a", 2)}), "InvalidArgument");
  LifecycleRule old = expiring("", 1);
  old.filter.reset();
  old.prefix = "b";
  EXPECT_EQ(faultOf({old}), "");
  EXPECT_EQ(faultOf({expiring("a", 1), old}), "InvalidRequest");
  std::vector<LifecycleRule> many(1001, expiring("", 1));
  for (std::size_t i = 0; i < many.size(); ++i) many[i].id = std::to_string(i);
  EXPECT_EQ(faultOf(many), "MalformedXML");
  many.pop_back();
  EXPECT_EQ(faultOf(many), "");
}

}  // namespace
}  // namespace hearth::services::s3
