#include "services/iam/names.h"

#include <gtest/gtest.h>

#include "services/iam/paging.h"

namespace hearth::services::iam {
namespace {

using api::iam::Tag;

std::string messageOf(const Result<void>& checked) { return checked.ok() ? "" : checked.fault().message; }

TEST(Names, Characters) {
  EXPECT_EQ(messageOf(checkName("userName", "ann_B+=,.@-9", 64)), "");
  for (const char* bad : {"a b", "a/b", "a:b", "\xc3\xa4", "a*"})
    EXPECT_EQ(
        messageOf(checkName("userName", bad, 64)),
        "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the "
        "following: +=,.@_-");
  EXPECT_EQ(
      messageOf(checkName("roleName", std::string(65, 'a'), 64)),
      "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length "
      "less than or equal to 64");
  EXPECT_TRUE(messageOf(checkName("roleName", "", 64)).ends_with("greater than or equal to 1"));
}

TEST(Names, Paths) {
  for (const char* good : {"/", "/a/", "/a/b-c_d!/"}) EXPECT_TRUE(checkPath("path", good).ok()) << good;
  for (const char* bad : {"", "a", "/a", "a/", "/a b/", "/\xc3\xa4/"})
    EXPECT_FALSE(checkPath("path", bad).ok()) << bad;
  EXPECT_FALSE(checkPath("path", "/" + std::string(511, 'a') + "/").ok());
}

TEST(Names, Descriptions) {
  EXPECT_TRUE(checkDescription("Line\n\tand \xc3\xa4\xc2\xa1").ok());
  EXPECT_FALSE(checkDescription("\xc4\x80").ok());
  EXPECT_FALSE(checkDescription("\xc2\xa0").ok());
  EXPECT_FALSE(checkDescription("a\x7f").ok());
  EXPECT_FALSE(checkDescription("\xc3").ok());
  EXPECT_FALSE(checkDescription(std::string(1001, 'a')).ok());
}

TEST(Names, Tags) {
  auto fault = [](std::vector<Tag> tags, TagKeys keys) {
    auto read = readTags(tags, keys);
    return read.ok() ? "" : read.fault().code + ": " + read.fault().message;
  };
  EXPECT_EQ(fault({{"a", "1"}, {"A", "2"}}, TagKeys::kExactCase), "");
  EXPECT_EQ(fault({{"a", "1"}, {"A", "2"}}, TagKeys::kAnyCase),
            "InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  EXPECT_EQ(fault({{"a", "1"}, {"a", "2"}}, TagKeys::kExactCase), "InvalidInput: Duplicate tag keys found.");
  EXPECT_EQ(
      fault(std::vector<Tag>(51, Tag{"a", "b"}), TagKeys::kExactCase),
      "ValidationError: 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "
      "have length less than or equal to 50");
  EXPECT_EQ(fault({{"ok", ""}, {std::string(129, 'k'), ""}}, TagKeys::kAnyCase),
            "ValidationError: 1 validation error detected: Value at 'tags.2.member.key' failed to satisfy "
            "constraint: Member must have length less than or equal to 128");
  EXPECT_EQ(fault({{"a*", ""}}, TagKeys::kAnyCase),
            "ValidationError: 1 validation error detected: Value at 'tags.1.member.key' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+");
  EXPECT_FALSE(fault({{"AWS:mine", ""}}, TagKeys::kAnyCase).empty());
  EXPECT_EQ(fault({{"\xc3\xa4 b", std::string(256, 'v')}}, TagKeys::kAnyCase), "");
  EXPECT_FALSE(fault({{"\xff", ""}}, TagKeys::kAnyCase).empty());
}

TEST(Names, MergingTagsKeepsOneOfACase) {
  Tags tags{{"Env", "test"}, {"x", "1"}};
  ASSERT_TRUE(mergeTags(tags, {{"env", "live"}}, TagKeys::kAnyCase).ok());
  EXPECT_EQ(tags, (Tags{{"env", "live"}, {"x", "1"}}));
  ASSERT_TRUE(mergeTags(tags, {{"ENV", "both"}}, TagKeys::kExactCase).ok());
  EXPECT_EQ(tags.size(), 3U);
  eraseTags(tags, {"eNv"}, TagKeys::kAnyCase);
  EXPECT_EQ(tags, (Tags{{"x", "1"}}));
  Tags many;
  for (int i = 0; i < 50; ++i) many["k" + std::to_string(i)];
  EXPECT_EQ(mergeTags(tags, many, TagKeys::kAnyCase).fault().code, "LimitExceeded");
}

TEST(Names, PolicyArns) {
  auto mine = parsePolicyArn("arn:aws:iam::111122223333:policy/team/a/Read");
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->account, "111122223333");
  EXPECT_EQ(mine->path, "/team/a/");
  EXPECT_EQ(mine->name, "Read");
  EXPECT_EQ(parsePolicyArn("arn:aws:iam::aws:policy/AdministratorAccess")->path, "/");
  for (const char* bad : {"", "Read", "arn:aws:iam::111122223333:policy/", "arn:aws:iam::1:policy/a",
                          "arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:policy",
                          "arn:aws:s3::111122223333:policy/a", "arn:aws:iam::111122223333:policy/a b"})
    EXPECT_FALSE(parsePolicyArn(bad)) << bad;
}

TEST(Names, PrincipalArns) {
  auto user = parsePrincipalArn("arn:aws:iam::111122223333:user/staff/ann");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->kind, EntityKind::kUser);
  EXPECT_EQ(user->name, "ann");
  auto session = parsePrincipalArn("arn:aws:sts::111122223333:assumed-role/worker/i-1");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->kind, EntityKind::kRole);
  EXPECT_EQ(session->name, "worker");
  EXPECT_EQ(parsePrincipalArn("arn:aws:iam::111122223333:role/worker")->kind, EntityKind::kRole);
  for (const char* bad : {"", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user",
                          "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:group/a",
                          "arn:aws:sts::111122223333:assumed-role/worker", "arn:aws:iam::x:user/a"})
    EXPECT_FALSE(parsePrincipalArn(bad)) << bad;
}

TEST(Paging, MarkersBelongToTheirList) {
  std::string marker = writeMarker("ListUsers", "ann");
  EXPECT_EQ(readPage("ListUsers", marker, 7)->after, "ann");
  EXPECT_EQ(readPage("ListUsers", marker, 7)->most, 7U);
  EXPECT_EQ(readPage("ListUsers", {}, {})->most, 100U);
  for (const std::string& bad : {std::string(""), std::string("xyz"), writeMarker("ListRoles", "ann"),
                                 writeMarker("ListUsers", ""), std::string(4000, 'A')})
    EXPECT_EQ(readPage("ListUsers", bad, {}).fault().message, "Invalid Marker.");
  EXPECT_EQ(readPage("ListUsers", {}, 0).fault().code, "ValidationError");
  EXPECT_EQ(readPage("ListUsers", {}, 1001).fault().code, "ValidationError");
}

}  // namespace
}  // namespace hearth::services::iam
