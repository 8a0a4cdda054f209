#include "homework/client/common/account.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace hearth::homework::client {
namespace {

constexpr const char* kUrl = "https://abc123.execute-api.eu-central-1.amazonaws.com";
constexpr const char* kKey = "k9fLw2TqZx81MnBvCcXz";

TEST(Invite, SurvivesTheWayItWasPasted) {
  const std::string plain = std::string(kUrl) + "#student01:" + kKey;
  for (const std::string& line :
       {plain, "  " + plain + "\r\n", "\"" + plain + "\"", "<" + plain + ">.", "'" + plain + "' "}) {
    const auto account = parseInvite(line);
    ASSERT_TRUE(account.ok()) << line;
    EXPECT_EQ(account->apiUrl, kUrl);
    EXPECT_EQ(account->studentId, "student01");
    EXPECT_EQ(account->apiKey, kKey);
    EXPECT_EQ(formatInvite(*account), plain);
  }
}

TEST(Invite, TakesTheUrlAsPeopleCopyIt) {
  for (const char* tail : {"", "/", "/api", "/api/", "/api/v1/tests", "/api/v1/test"}) {
    const auto account = parseInvite(std::string(kUrl) + tail + "#s:" + kKey);
    ASSERT_TRUE(account.ok()) << tail;
    EXPECT_EQ(account->apiUrl, kUrl) << tail;
  }
  const auto local = parseInvite(std::string("http://127.0.0.1:4566/_aws/execute-api/abc#student01:") + kKey);
  ASSERT_TRUE(local.ok());
  EXPECT_EQ(local->apiUrl, "http://127.0.0.1:4566/_aws/execute-api/abc");
}

TEST(Invite, RefusesWithoutQuotingTheSecret) {
  for (const std::string& line :
       {std::string(""), std::string(kUrl), std::string(kUrl) + "#student01", std::string("ftp://x#s:") + kKey,
        std::string("https://#s:") + kKey, std::string("https://u:p@host#s:") + kKey,
        std::string(kUrl) + "#../x:" + kKey, std::string(kUrl) + "#student01:short",
        std::string(kUrl) + "#student01:" + kKey + "\nX-Evil: 1",
        std::string(kUrl) + "#student01:" + kKey + std::string(300, 'x')}) {
    const auto account = parseInvite(line);
    ASSERT_FALSE(account.ok()) << line;
    EXPECT_EQ(account.failure().exit, Exit::kUsage);
    EXPECT_EQ(account.failure().what.find(kKey), std::string::npos);
  }
}

TEST(AccountFile, IsReadAndNeverRun) {
  const auto account = parseAccountFile(
      "# written by the article's client\napiUrl=https://abc.example.org\napiKey='k9fLw2TqZx81MnBvCcXz'\n"
      "rm -rf /\nstudentId=\"student01\"\nPATH=$(id)\n");
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(account->apiUrl, "https://abc.example.org");
  EXPECT_EQ(account->studentId, "student01");
  EXPECT_FALSE(parseAccountFile("apiUrl=https://x.org\napiKey=$(cat /etc/passwd)\nstudentId=a b\n").ok());
}

TEST(AccountFile, IsPrivateAndFoundBeforeTheLegacyOne) {
  char folder[] = "/tmp/homework-account-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const UserFolders folders{std::filesystem::path(folder) / "config" / "homework",
                            std::filesystem::path(folder) / "data", folder};
  auto none = findAccount(folders);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());

  std::filesystem::create_directories(std::filesystem::path(folder) / ".trainings");
  const auto legacyPath = std::filesystem::path(folder) / ".trainings" / "config";
  std::ofstream(legacyPath) << "apiUrl=https://old.example.org\napiKey=" << kKey << "\nstudentId=student01\n";
  ASSERT_EQ(::chmod(legacyPath.c_str(), 0644), 0);
  auto legacy = findAccount(folders);
  ASSERT_TRUE(legacy.ok() && legacy->has_value());
  EXPECT_TRUE((*legacy)->legacy);
  EXPECT_TRUE((*legacy)->shared);

  saveAccount(folders, {kUrl, "student02", kKey});
  auto own = findAccount(folders);
  ASSERT_TRUE(own.ok() && own->has_value());
  EXPECT_FALSE((*own)->legacy);
  EXPECT_FALSE((*own)->shared);
  EXPECT_EQ((*own)->account.studentId, "student02");
  std::filesystem::remove_all(folder);
}

TEST(Unencrypted, IsAnythingThatLeavesTheMachineWithoutTls) {
  EXPECT_FALSE(isUnencrypted(kUrl));
  EXPECT_FALSE(isUnencrypted("http://127.0.0.1:4566/x"));
  EXPECT_FALSE(isUnencrypted("http://abc.execute-api.eu-central-1.localhost:4566"));
  EXPECT_FALSE(isUnencrypted("http://[::1]:4566"));
  EXPECT_TRUE(isUnencrypted("http://192.168.1.5:4566"));
  EXPECT_TRUE(isUnencrypted("http://127.0.0.1.evil.org@example.org"));
}

}  // namespace
}  // namespace hearth::homework::client
