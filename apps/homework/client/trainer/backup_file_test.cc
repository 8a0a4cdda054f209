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

// What takes little room in the file must not take much in memory.
class Hostile : public Backup {
 protected:
  std::string readText(const std::string& manifest) {
    ArchiveWriter writer(file_, ArchiveKind::kTarGz);
    writer.add(kBackupManifest, manifest);
    writer.finish();
    BackupManifest read;
    const Status done =
        readBackup(file_, read, [](const std::string&, const std::string&) -> Status { return Done{}; });
    mostRemembered_ = read.objects.size();
    return done.ok() ? "" : done.failure().what;
  }
  // `count` entries between the two ends of a manifest.
  static std::string listOf(std::size_t count, const std::function<std::string(std::size_t)>& entry) {
    std::string text = R"({"format":1,"apiKeys":[],"objects":[)";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + entry(i);
    return text + "]}";
  }
  std::size_t mostRemembered_ = 0;
};

TEST_F(Hostile, AListOfAnythingElseIsRefusedAtOnce) {
  for (const char* entry : {"0", "[]", "null", "\"a\"", "[{}]"}) {
    const std::string said = readText(listOf(3, [&](std::size_t) { return std::string(entry); }));
    EXPECT_NE(said.find("cannot be read"), std::string::npos) << entry << ": " << said;
  }
}

TEST_F(Hostile, ALongListIsRefused) {
  const std::string said =
      readText(listOf(1'000'000, [](std::size_t i) { return "{\"key\":\"" + std::to_string(i) + "\"}"; }));
  EXPECT_NE(said.find("longer than that of a course"), std::string::npos) << said;
  EXPECT_EQ(mostRemembered_, 0U);
}

TEST_F(Hostile, ALongEntryIsRefused) {
  const auto metadata = [](std::size_t i) {
    std::string text = "{\"key\":\"" + std::to_string(i) + "\",\"metadata\":{";
    for (int m = 0; m < 9000; ++m) text += (m == 0 ? "\"" : ",\"") + std::to_string(m) + "\":\"\"";
    return text + "}}";
  };
  EXPECT_NE(readText(listOf(1, metadata)).find("cannot be read"), std::string::npos);
}

TEST_F(Hostile, BracketsInStringsAndOddDocumentsAreTakenApartRightly) {
  EXPECT_EQ(read({object("a[{\\\"]b", "1")}, {{"objects/a[{\\\"]b", "1"}}), "");
  for (const char* text : {"", "{", "[", "]]]]", "\"", "\"\\", "{\"format\":1", "[1]", "{\"format\":1}}}",
                           "{\"format\":{\"format\":1}}"}) {
    EXPECT_NE(readText(text).find("not a backup that this version understands"), std::string::npos) << text;
  }
  EXPECT_NE(readText(R"({"format":1,"objects":[{"key":"a"]})"), "");
  EXPECT_NE(readText(R"({"format":1,"x":[{"key":"/"}],"objects":[{"key":"a"}]})").find("0 of 1"),
            std::string::npos);
  EXPECT_NE(readText(R"({"format":1,"objects":{"objects":[{"key":"/"}]}})").find("not whole"), 0U);
}

}  // namespace
}  // namespace hearth::homework::client
