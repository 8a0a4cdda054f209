#include "services/s3/lifecycle_engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "services/testing_world.h"

namespace hearth::services::s3 {
namespace {

using namespace api::s3;

class LifecycleEngineTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate(s3Migrations());
    keyring_ = std::move(store::Keyring::open(folder_, random_)).value();
    blobs_ = std::make_unique<store::Blobs>(folder_ + "/blobs", *keyring_, random_);
    const S3Settings settings{[](const std::string&) { return std::string(64, '0'); }};
    service_ = std::make_unique<S3Service>(*database_, *keyring_, *blobs_, pool_, random_, clock_, settings);
    engine_ = std::make_unique<LifecycleEngine>(*service_, *database_, clock_);
    setClock("2025-01-01T12:00:00Z");
    ASSERT_EQ(faultOf(*service_, &S3Service::createBucket, CreateBucketInput{.bucket = "bucket"}), "");
  }
  void TearDown() override {
    pool_.stop();
    engine_.reset();
    service_.reset();
    World::TearDown();
  }

  // Many at once, as rows: what matters here is what the engine reads.
  void insert(const std::string& key, int count, bool marker = false) {
    const auto bucket = service_->buckets().find("bucket").value();
    ObjectStore objects(*database_, *keyring_);
    auto done = database_->writeAndWait([&]() -> Result<void> {
      for (int i = 0; i < count; ++i) {
        ObjectRow row;
        row.bucketId = bucket.id;
        row.key = key;
        row.versionId = base::randomText(random_, 32, base::kAlphanumeric);
        row.deleteMarker = marker;
        row.modified = clock_.now();
        objects.insert(std::move(row));
      }
      return {};
    });
    ASSERT_TRUE(done.ok());
  }
  void version() {
    PutBucketVersioningInput in;
    in.bucket = "bucket";
    in.versioningConfiguration.status = "Enabled";
    ASSERT_EQ(faultOf(*service_, &S3Service::putBucketVersioning, std::move(in)), "");
  }
  void setRule(LifecycleRule rule) {
    rule.status = "Enabled";
    if (!rule.filter) rule.filter.emplace();
    PutBucketLifecycleConfigurationInput in;
    in.bucket = "bucket";
    in.lifecycleConfiguration.emplace().rules.push_back(std::move(rule));
    ASSERT_EQ(faultOf(*service_, &S3Service::putBucketLifecycleConfiguration, std::move(in)), "");
  }
  std::int64_t count(const std::string& condition) {
    auto rows = database_->query("SELECT count(*) FROM s3_objects WHERE " + condition);
    rows.next();
    return rows.integer(0);
  }

  base::ThreadPool pool_{1};
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Blobs> blobs_;
  std::unique_ptr<S3Service> service_;
  std::unique_ptr<LifecycleEngine> engine_;
};

TEST_F(LifecycleEngineTest, ManyVersionsOfOneKeyAreCountedAcrossPages) {
  version();
  insert("a", 700);
  insert("b", 1500);
  insert("c", 3);
  setRule({.noncurrentVersionExpiration = NoncurrentVersionExpiration{1, 100}});
  EXPECT_EQ(engine_->pass().versions, 0) << "no version is a day old";
  setClock("2025-01-03T00:00:00Z");
  EXPECT_EQ(engine_->pass().versions, 599 + 1399);
  EXPECT_EQ(count("key = 'a'"), 101);
  EXPECT_EQ(count("key = 'b'"), 101);
  EXPECT_EQ(count("key = 'c'"), 3);
  EXPECT_EQ(count("latest = 1"), 3);
  EXPECT_EQ(count("key = 'b' AND latest = 1 AND id = (SELECT max(id) FROM s3_objects WHERE key = 'b')"), 1);
  EXPECT_EQ(engine_->pass().versions, 0) << "nothing is left to do";
}

TEST_F(LifecycleEngineTest, OnlyWhatPrefixesCoverIsRemoved) {
  for (int i = 0; i < 40; ++i) insert("logs/" + std::to_string(i), 1);
  insert("logs", 1);
  insert("logs0", 1);
  LifecycleRule rule;
  rule.filter.emplace().prefix = "logs/";
  rule.expiration.emplace().days = 1;
  setRule(std::move(rule));
  setClock("2025-02-01T00:00:00Z");
  EXPECT_EQ(engine_->pass().versions, 40);
  EXPECT_EQ(count("key IN ('logs', 'logs0')"), 2);
  EXPECT_EQ(count("1"), 2);
}

TEST_F(LifecycleEngineTest, ExpiryInAVersionedBucketIsAMarkerAndHappensOnce) {
  version();
  insert("k", 2);
  insert("lone", 1, true);
  LifecycleRule rule;
  rule.expiration.emplace().days = 1;
  setRule(std::move(rule));
  setClock("2025-02-01T00:00:00Z");
  EXPECT_EQ(engine_->pass().versions, 2) << "k expires, the lone marker goes";
  EXPECT_EQ(count("key = 'k'"), 3);
  EXPECT_EQ(count("key = 'k' AND latest = 1 AND marker = 1"), 1);
  EXPECT_EQ(count("key = 'lone'"), 0);
  setClock("2025-06-01T00:00:00Z");
  EXPECT_EQ(engine_->pass().versions, 0) << "a marker with versions behind it stays";
}

TEST_F(LifecycleEngineTest, WithoutRulesEverythingStays) {
  insert("k", 1);
  LifecycleRule rule;
  rule.expiration.emplace().days = 1;
  setRule(rule);
  ASSERT_EQ(faultOf(*service_, &S3Service::deleteBucketLifecycle, DeleteBucketLifecycleInput{.bucket = "bucket"}),
            "");
  setClock("2025-02-01T00:00:00Z");
  EXPECT_EQ(engine_->pass().versions, 0);
  EXPECT_EQ(count("1"), 1);
}

}  // namespace
}  // namespace hearth::services::s3
