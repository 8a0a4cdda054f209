#include "store/keyring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/bytes.h"
#include "base/file.h"

namespace hearth::store {
namespace {

class KeyringTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("HEARTH_MASTER_KEY");
    std::string pattern = ::testing::TempDir() + "hearth-keyring-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override {
    ::unsetenv("HEARTH_MASTER_KEY");
    base::removeTree(root_);
  }
  std::unique_ptr<Keyring> openKeyring() {
    auto keyring = Keyring::open(root_, random_);
    EXPECT_TRUE(keyring.ok()) << keyring.fault().message;
    return std::move(keyring).value();
  }
  std::string keyFile() const { return root_ + "/master.key"; }

  base::SystemRandom random_;
  std::string root_;
};

TEST_F(KeyringTest, MakesItsKeyOnceForItsOwnerOnly) {
  const std::string sealed = openKeyring()->seal("secret", "row 1");
  struct stat status {};
  ASSERT_EQ(::stat(keyFile().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto opened = openKeyring()->open(sealed, "row 1");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, "secret");
  EXPECT_EQ(openKeyring()->fingerprint(), openKeyring()->fingerprint());
}

TEST_F(KeyringTest, RefusesKeysThatAreOpenToOthersOrBroken) {
  (void)openKeyring();
  for (const mode_t mode : {0640, 0604, 0660, 0777}) {
    ASSERT_EQ(::chmod(keyFile().c_str(), mode), 0);
    EXPECT_EQ(Keyring::open(root_, random_).fault().code, "InvalidMasterKey");
  }
  for (const char* content :
       {"", "\n", "abc", "zz00000000000000000000000000000000000000000000000000000000000000"}) {
    base::writeFileAtomically(keyFile(), content, 0600);
    EXPECT_EQ(Keyring::open(root_, random_).fault().code, "InvalidMasterKey") << content;
  }
  base::writeFileAtomically(root_ + "/elsewhere", std::string(64, 'a'), 0600);
  std::filesystem::remove(keyFile());
  std::filesystem::create_symlink(root_ + "/elsewhere", keyFile());
  EXPECT_EQ(Keyring::open(root_, random_).fault().code, "InvalidMasterKey");
}

TEST_F(KeyringTest, ALostKeyIsNotReplacedByANewOne) {
  EXPECT_EQ(Keyring::open(root_, random_, Keyring::Missing::kRefuse).fault().code, "MissingMasterKey");
  EXPECT_FALSE(std::filesystem::exists(keyFile()));
  (void)openKeyring();
  EXPECT_TRUE(Keyring::open(root_, random_, Keyring::Missing::kRefuse).ok());
}

TEST_F(KeyringTest, TheEnvironmentTakesThePlaceOfTheFile) {
  ::setenv("HEARTH_MASTER_KEY", std::string(64, 'a').c_str(), 1);
  const std::string fingerprint = openKeyring()->fingerprint();
  EXPECT_FALSE(std::filesystem::exists(keyFile()));
  base::writeFileAtomically(keyFile(), std::string(64, 'a') + "\n", 0600);
  ::unsetenv("HEARTH_MASTER_KEY");
  EXPECT_EQ(openKeyring()->fingerprint(), fingerprint);
  ::setenv("HEARTH_MASTER_KEY", "short", 1);
  EXPECT_EQ(Keyring::open(root_, random_).fault().code, "InvalidMasterKey");
}

TEST_F(KeyringTest, SealedValuesShowNothingAndDifferEachTime) {
  const auto keyring = openKeyring();
  const std::string plain = "a password that nobody may see";
  const std::string first = keyring->seal(plain, "users/1");
  EXPECT_EQ(first.size(), plain.size() + Keyring::kOverhead);
  EXPECT_EQ(first.find("password"), std::string::npos);
  EXPECT_NE(first, keyring->seal(plain, "users/1"));
  const std::string empty = keyring->seal("", "");
  EXPECT_EQ(*keyring->open(empty, ""), "");
}

TEST_F(KeyringTest, ChangedOrMovedValuesDoNotOpen) {
  const auto keyring = openKeyring();
  const std::string sealed = keyring->seal("plain", "users/1");
  EXPECT_EQ(keyring->open(sealed, "users/2").fault().code, "InternalError");
  EXPECT_EQ(keyring->open(sealed, "").fault().code, "InternalError");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    EXPECT_FALSE(keyring->open(changed, "users/1").ok()) << i;
    EXPECT_FALSE(keyring->open(sealed.substr(0, i), "users/1").ok()) << i;
  }
  EXPECT_FALSE(keyring->open(sealed + "x", "users/1").ok());
  ::setenv("HEARTH_MASTER_KEY", std::string(64, 'b').c_str(), 1);
  EXPECT_FALSE(openKeyring()->open(sealed, "users/1").ok());
}

TEST_F(KeyringTest, DerivedKeysAreStableAndApart) {
  ::setenv("HEARTH_MASTER_KEY", std::string(64, '0').c_str(), 1);
  const auto keyring = openKeyring();
  EXPECT_EQ(keyring->derive("receipts").size(), 32U);
  EXPECT_EQ(keyring->derive("receipts"), openKeyring()->derive("receipts"));
  EXPECT_NE(keyring->derive("receipts"), keyring->derive("sessions"));
  // HKDF-SHA256 of 32 zero bytes, no salt, info "hearth/derive/receipts": fixed, for data that was made with it.
  EXPECT_EQ(base::hexEncode(keyring->derive("receipts")),
            "fbf68695eb71480a2781dbffe0f316eed2b159658c3690c9ddcdca69f897ad72");
}

}  // namespace
}  // namespace hearth::store
