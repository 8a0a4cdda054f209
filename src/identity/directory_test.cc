#include "identity/directory.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace hearth::identity {
namespace {

const std::string kAccount = "111122223333";
const std::string kService = "apigateway.amazonaws.com";

class DirectoryTest : public ::testing::Test {
 protected:
  DirectoryTest() : folder_(makeFolder()), database_(folder_ + "/hearth.db") {
    database_.migrate(directoryMigrations());
  }
  ~DirectoryTest() override {
    database_.stop();
    base::removeTree(folder_);
  }
  static std::string makeFolder() {
    std::string pattern = ::testing::TempDir() + "hearth-directory-XXXXXX";
    return ::mkdtemp(pattern.data());
  }
  void put(const std::string& service) {
    RoleRow role{.account = kAccount, .name = "caller", .roleId = "AROA1"};
    role.trustPolicy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
                       R"("Principal":{"Service":")" +
                       service + "\"}}]}";
    write([&] { directory_.putRole(role); });
  }
  void write(const std::function<void()>& work) {
    const auto done = database_.writeAndWait([&]() -> Result<void> {
      work();
      return {};
    });
    ASSERT_TRUE(done.ok());
  }
  // The role as it is kept, or why it may not be taken.
  const RoleRow* take(const std::string& service = kService, const std::string& account = kAccount) {
    auto role = directory_.getAssumable("arn:aws:iam::111122223333:role/caller", service, account);
    refusal_ = role.ok() ? "" : role.fault().code;
    return role.ok() ? role->get() : nullptr;
  }

  std::string folder_;
  store::Database database_;
  base::SystemRandom random_;
  base::ManualClock clock_{base::parseIso8601("2026-03-01T12:00:00Z").value()};
  std::unique_ptr<store::Keyring> keyring_ = store::Keyring::open(folder_, random_).value();
  Directory directory_{database_, *keyring_, clock_, random_};
  std::string refusal_;
};

TEST_F(DirectoryTest, ARoleThatAServiceTakesIsReadOnce) {
  put(kService);
  const RoleRow* role = take();
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(role->roleId, "AROA1");
  EXPECT_EQ(take(), role);
  EXPECT_EQ(take("scheduler.amazonaws.com"), nullptr);
  EXPECT_EQ(refusal_, "AccessDenied");
  EXPECT_EQ(take(kService, "444455556666"), nullptr);
  EXPECT_EQ(refusal_, "AccessDenied");
  EXPECT_EQ(take(), role);
}

TEST_F(DirectoryTest, AndAgainWhenItWasChanged) {
  EXPECT_EQ(take(), nullptr);
  EXPECT_EQ(refusal_, "NoSuchEntity");
  put(kService);
  EXPECT_NE(take(), nullptr);
  put("lambda.amazonaws.com");
  EXPECT_EQ(take(), nullptr);
  EXPECT_EQ(refusal_, "AccessDenied");
  EXPECT_NE(take("lambda.amazonaws.com"), nullptr);
  write([&] { directory_.deleteRole(kAccount, "caller"); });
  EXPECT_EQ(take("lambda.amazonaws.com"), nullptr);
  EXPECT_EQ(refusal_, "NoSuchEntity");
}

}  // namespace
}  // namespace hearth::identity
