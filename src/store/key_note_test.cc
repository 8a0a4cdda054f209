#include "store/key_note.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"

namespace hearth::store {
namespace {

class KeyNoteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-key-note-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { base::removeTree(root_); }
  // A start of the server on the same database, with the key in root_/`name`.
  Result<void> startWith(const std::string& name) {
    base::createDirectories(root_ + "/" + name);
    auto keyring = Keyring::open(root_ + "/" + name, random_).value();
    Database database(root_ + "/hearth.db");
    database.migrate(keyNoteMigrations());
    return requireMasterKey(database, *keyring);
  }

  base::SystemRandom random_;
  std::string root_;
};

TEST_F(KeyNoteTest, TheFirstKeyIsTheOnlyOne) {
  EXPECT_TRUE(startWith("right").ok());
  EXPECT_TRUE(startWith("right").ok());
  const auto refused = startWith("wrong");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.fault().code, "WrongMasterKey");
  EXPECT_TRUE(startWith("right").ok());
}

}  // namespace
}  // namespace hearth::store
