#include "functions/code_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>

#include "base/fd.h"
#include "base/file.h"
#include "base/random.h"
#include "functions/testing_zip.h"

namespace hearth::functions {
namespace {

class CodeStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-code-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_EQ(mkdir((directory_ + "/code").c_str(), 0700), 0);
    run_.reset(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto keyring = store::Keyring::open(directory_, random_);
    ASSERT_TRUE(keyring.ok());
    keyring_ = std::move(keyring).value();
    blobs_ = std::make_unique<store::Blobs>(directory_ + "/blobs", *keyring_, random_);
    database_ = std::make_unique<store::Database>(directory_ + "/hearth.db");
    database_->migrate(CodeStore::migrations());
    code_ = std::make_unique<CodeStore>(run_.get(), *blobs_, *database_, pool_);
  }
  void TearDown() override {
    pool_.stop();
    database_->stop();
    code_.reset();
    base::removeTree(directory_);
  }
  Package kept() {
    auto package = code_->keep(makeZip({{"app.py", "pass"}}));
    EXPECT_TRUE(package.ok());
    return *std::move(package);
  }
  bool hasBlob(const Package& package) const { return blobs_->open(package.blob).ok(); }

  std::string directory_;
  base::Fd run_;
  base::SystemRandom random_;
  base::ThreadPool pool_{1};
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Blobs> blobs_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<CodeStore> code_;
};

TEST_F(CodeStoreTest, whatNobodyRecordedIsAbandoned) {
  const Package first = kept();
  const auto recorded = database_->writeAndWait([&]() -> Result<void> {
    code_->record(first);
    return {};
  });
  ASSERT_TRUE(recorded.ok());
  const Package again = kept();
  ASSERT_TRUE(hasBlob(again));
  code_->abandon(again);
  EXPECT_FALSE(hasBlob(again));
  code_->abandon(first);
  EXPECT_TRUE(hasBlob(first)) << "it is in use";
  EXPECT_TRUE(code_->readZip(first.contentId).ok());
}

}  // namespace
}  // namespace hearth::functions
