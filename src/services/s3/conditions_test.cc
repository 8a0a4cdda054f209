#include "services/s3/conditions.h"

#include <gtest/gtest.h>

#include "services/s3/names.h"

namespace hearth::services::s3 {
namespace {

// "offset+length", "whole" when the header is to be ignored, or the fault's code.
std::string range(std::string_view header, std::uint64_t size) {
  const auto parsed = parseRange(header, size);
  if (!parsed.ok()) return parsed.fault().code;
  if (!*parsed) return "whole";
  return std::to_string((*parsed)->offset) + "+" + std::to_string((*parsed)->length);
}

TEST(Range, OneRangeOfBytes) {
  EXPECT_EQ(range("bytes=0-9", 100), "0+10");
  EXPECT_EQ(range("bytes=90-", 100), "90+10");
  EXPECT_EQ(range("bytes=-10", 100), "90+10");
  EXPECT_EQ(range("bytes=99-99", 100), "99+1");
}

TEST(Range, EndsAtTheEnd) {
  EXPECT_EQ(range("bytes=90-1000", 100), "90+10");
  EXPECT_EQ(range("bytes=-1000", 100), "0+100");
  EXPECT_EQ(range("bytes=0-18446744073709551615", 100), "0+100");
}

TEST(Range, BehindTheEndIsRefused) {
  EXPECT_EQ(range("bytes=100-", 100), "InvalidRange");
  EXPECT_EQ(range("bytes=100-200", 100), "InvalidRange");
  EXPECT_EQ(range("bytes=-0", 100), "InvalidRange");
  EXPECT_EQ(range("bytes=0-", 0), "InvalidRange");
  EXPECT_EQ(range("bytes=-1", 0), "InvalidRange");
}

TEST(Range, WhatIsNotOneRangeIsIgnored) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4",
                             "items=0-1", "bytes=+1-2", "bytes=18446744073709551616-", "bytes=1"})
    EXPECT_EQ(range(header, 100), "whole") << header;
}

TEST(Conditions, EtagsAreListedWithAndWithoutQuotes) {
  EXPECT_TRUE(etagMatches("*", "abc"));
  EXPECT_TRUE(etagMatches("\"abc\"", "abc"));
  EXPECT_TRUE(etagMatches("abc", "abc"));
  EXPECT_TRUE(etagMatches("W/\"abc\"", "abc"));
  EXPECT_TRUE(etagMatches("\"x\" , \"abc\"", "abc"));
  EXPECT_FALSE(etagMatches("\"ab\"", "abc"));
  EXPECT_FALSE(etagMatches("", "abc"));
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, the two cases with two headers each.
TEST(Conditions, TheEtagWinsOverTheDate) {
  const base::Time modified = base::parseIso8601("2019-04-08T20:00:00.900Z").value();
  const base::Time before = modified - std::chrono::hours(1);
  const base::Time after = modified + std::chrono::hours(1);
  const auto status = [&](const ReadConditions& conditions) {
    const auto checked = checkConditions(conditions, "abc", modified);
    return checked.ok() ? 200 : checked.fault().status;
  };
  EXPECT_EQ(status({}), 200);
  EXPECT_EQ(status({.ifMatch = "\"abc\"", .ifUnmodifiedSince = before}), 200);
  EXPECT_EQ(status({.ifMatch = "\"x\"", .ifUnmodifiedSince = after}), 412);
  EXPECT_EQ(status({.ifNoneMatch = "\"abc\"", .ifModifiedSince = before}), 304);
  EXPECT_EQ(status({.ifNoneMatch = "\"x\"", .ifModifiedSince = after}), 200);
  EXPECT_EQ(status({.ifUnmodifiedSince = before}), 412);
  EXPECT_EQ(status({.ifModifiedSince = after}), 304);
  EXPECT_EQ(status({.ifModifiedSince = before}), 200);
  // Headers know whole seconds: what was modified within that second is not newer.
  const base::Time second = base::parseIso8601("2019-04-08T20:00:00Z").value();
  EXPECT_EQ(status({.ifModifiedSince = second}), 304);
  EXPECT_EQ(status({.ifUnmodifiedSince = second}), 200);
}

TEST(Names, BucketsFollowAwssRules) {
  for (const char* name : {"abc", "a-b.c1", "1bucket", "xn-bucket"})
    EXPECT_TRUE(checkBucketName(name).ok()) << name;
  for (const char* name : {"", "ab", "Abc", "a_b", "-abc", "abc-", ".abc", "a..b", "192.168.1.1", "xn--abc",
                           "abc-s3alias", "a/b", "a b"})
    EXPECT_FALSE(checkBucketName(name).ok()) << name;
  EXPECT_TRUE(checkBucketName(std::string(63, 'a')).ok());
  EXPECT_FALSE(checkBucketName(std::string(64, 'a')).ok());
}

TEST(Names, KeysAreUtf8OfAnyKind) {
  for (const char* key : {"a", "/", "../../etc/passwd", "a//b", "ż ó ł", "dir/"})
    EXPECT_TRUE(checkKey(key).ok()) << key;
  EXPECT_EQ(checkKey("").fault().code, "InvalidURI");
  EXPECT_EQ(checkKey("\xff").fault().code, "InvalidURI");
  EXPECT_EQ(checkKey(std::string_view("a\0b", 3)).fault().code, "InvalidURI");
  EXPECT_TRUE(checkKey(std::string(1024, 'k')).ok());
  EXPECT_EQ(checkKey(std::string(1025, 'k')).fault().code, "KeyTooLongError");
}

}  // namespace
}  // namespace hearth::services::s3
