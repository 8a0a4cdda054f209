#include "homework/client/trainer/backup_file.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "homework/client/common/text.h"
#include "homework/client/trainer/archive_file.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

TEST(KeyProblem, NamesWhatNoObjectOfACourseIsCalled) {
  for (const char* fine : {"course.json", "os/test01/student01/attempts/20190408T184307123Z-0123456789abcdef.json",
                           "a/..b/c", "\xC5\xBC"}) {
    EXPECT_EQ(keyProblem(fine), "") << fine;
  }
  for (const char* wrong : {"", "/etc/passwd", "..", "a/../b", "../a", "a/..", "./a", "a/./b", "a//b", "a/", "/",
                            "a\nb", "a\x1b[2J", "a\x7f", "\xC2\x9B", "\xFF"}) {
    EXPECT_NE(keyProblem(wrong), "") << wrong;
  }
  EXPECT_EQ(keyProblem(std::string(1024, 'a')), "");
  EXPECT_NE(keyProblem(std::string(1025, 'a')), "");
  EXPECT_NE(keyProblem(std::string_view("a\0b", 3)), "");
}

// A file as somebody might have made it.
class Backup : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }

  static Json object(const std::string& key, const std::string& content, JsonObject metadata = {}) {
    return JsonObject{{"key", key},
                      {"contentType", "application/json"},
                      {"metadata", std::move(metadata)},
                      {"sha256", sha256Hex(content)}};
  }

  // What reading it says; the names of what was visited are in visited_.
  std::string read(JsonArray objects, const std::vector<std::pair<std::string, std::string>>& files,
                   JsonArray keys = {}) {
    ArchiveWriter writer(file_, ArchiveKind::kTarGz);
    writer.add(kBackupManifest,
               writeJson(JsonObject{
                   {"format", kBackupFormat}, {"objects", std::move(objects)}, {"apiKeys", std::move(keys)}}));
    for (const auto& [name, content] : files) writer.add(name, content);
    writer.finish();
    visited_.clear();
    BackupManifest manifest;
    const Status done = readBackup(file_, manifest, [&](const std::string& key, const std::string&) -> Status {
      visited_.push_back(key);
      return Done{};
    });
    return done.ok() ? "" : done.failure().what;
  }

  const std::string file_ = ::testing::TempDir() + "backup-" + std::to_string(::getpid()) + ".tar.gz";
  std::vector<std::string> visited_;
};

TEST_F(Backup, IsReadWhenItIsWhole) {
  EXPECT_EQ(
      read({object("a/b", "1"), object("course.json", "2")}, {{"objects/a/b", "1"}, {"objects/course.json", "2"}}),
      "");
  EXPECT_EQ(visited_, (std::vector<std::string>{"a/b", "course.json"}));
}

TEST_F(Backup, NamesThatLeadElsewhereAreRefusedByName) {
  for (const char* wrong : {"../../course.json", "/course.json", "a//b", "a/./b", "a\x1b[2Jb", "page/index.html",
                            "scoring/lease.json"}) {
    const std::string said = read({object(wrong, "1")}, {{std::string("objects/") + wrong, "1"}});
    EXPECT_NE(said.find(inQuotes(wrong)), std::string::npos) << said;
    EXPECT_TRUE(visited_.empty());
  }
}

TEST_F(Backup, WhatIsNotListedOrNotTheSameIsRefused) {
  const auto said = [&](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  said(read({object("a", "1")}, {{"objects/a", "1"}, {"objects/b", "1"}}), "\"objects/b\"");
  said(read({object("a", "1")}, {{"objects/a", "1"}, {"../evil", "1"}}), "\"../evil\"");
  said(read({object("a", "1"), object("b", "1")}, {{"objects/a", "1"}, {"objects/a", "1"}}), "twice");
  said(read({object("a", "1"), object("a", "1")}, {{"objects/a", "1"}}), "two objects");
  said(read({object("a", "1")}, {{"objects/a", "2"}}), "damaged");
  said(read({object("a", "1"), object("b", "1")}, {{"objects/a", "1"}}), "1 of 2");
}

TEST_F(Backup, HeadersAndKeysAreChecked) {
  EXPECT_NE(read({object("a", "1", {{"attempt", "x\r\nx-amz-acl: public-read"}})}, {{"objects/a", "1"}}), "");
  EXPECT_NE(read({object("a", "1", {{"a: b", "x"}})}, {{"objects/a", "1"}}), "");
  EXPECT_NE(read({object("a", "1", {{"attempt", 1}})}, {{"objects/a", "1"}}), "");
  EXPECT_NE(read({object("a", "1")}, {{"objects/a", "1"}}, {JsonObject{{"id", "k"}, {"studentId", "../x"}}}), "");
  EXPECT_EQ(read({object("a", "1")}, {{"objects/a", "1"}}, {JsonObject{{"id", "k"}, {"studentId", "student01"}}}),
            "");
}

}  // namespace
}  // namespace hearth::homework::client
