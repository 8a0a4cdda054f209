#include "services/s3/s3_service.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "services/testing_world.h"

namespace hearth::services::s3 {
namespace {

using namespace api::s3;

class S3ServiceTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate(s3Migrations());
    keyring_ = std::move(store::Keyring::open(folder_, random_)).value();
    blobs_ = std::make_unique<store::Blobs>(folder_ + "/blobs", *keyring_, random_);
    const S3Settings settings{[](const std::string&) { return std::string(64, '0'); }};
    service_ = std::make_unique<S3Service>(*database_, *keyring_, *blobs_, pool_, random_, clock_, settings);
    ASSERT_EQ(faultOf(*service_, &S3Service::createBucket, CreateBucketInput{.bucket = "bucket"}), "");
  }
  void TearDown() override {
    pool_.stop();
    service_.reset();
    World::TearDown();
  }

  template <class T>
  Result<T> await(Task<Result<T>> task) {
    std::optional<Result<T>> result;
    auto run = [&]() -> Task<void> { result.emplace(co_await std::move(task)); };
    boost::asio::co_spawn(loop_, run, [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    loop_.restart();
    loop_.run();
    return std::move(*result);
  }
  // The ETag, or the fault.
  std::string put(const std::string& key, std::string bytes) {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.body = std::make_unique<base::StringStream>(std::move(bytes));
    auto done = await(service_->putObject(call_, std::move(in)));
    return done.ok() ? done->eTag.value_or("") : testing::textOf(done.fault());
  }
  // What the parts make together.
  std::string putInParts(const std::string& key, const std::vector<std::string>& parts) {
    CreateMultipartUploadInput create;
    create.bucket = "bucket";
    create.key = key;
    auto upload = run(*service_, &S3Service::createMultipartUpload, std::move(create));
    CompleteMultipartUploadInput complete;
    complete.bucket = "bucket";
    complete.key = key;
    complete.uploadId = upload->uploadId.value();
    auto& completed = complete.multipartUpload.emplace().parts.emplace();
    std::string bytes;
    for (const std::string& part : parts) {
      UploadPartInput in;
      in.bucket = "bucket";
      in.key = key;
      in.uploadId = complete.uploadId;
      in.partNumber = static_cast<std::int64_t>(completed.size()) + 1;
      in.body = std::make_unique<base::StringStream>(part);
      CompletedPart item;
      item.partNumber = in.partNumber;
      auto uploaded = await(service_->uploadPart(call_, std::move(in)));
      item.eTag = uploaded->eTag;
      completed.push_back(std::move(item));
      bytes += part;
    }
    EXPECT_EQ(faultOf(*service_, &S3Service::completeMultipartUpload, std::move(complete)), "");
    return bytes;
  }
  // Of blobs, once the pool has removed what it was told to.
  std::size_t files() {
    auto count = [this] {
      std::size_t files = 0;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/blobs"))
        if (entry.is_regular_file()) ++files;
      return files;
    };
    auto counted = [&]() -> Task<Result<std::size_t>> { co_return co_await base::runOn(pool_, count); };
    return await(counted()).value();
  }
  Result<GetObjectOutput> get(const std::string& key) {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    return await(service_->getObject(call_, std::move(in)));
  }
  std::string faultOfGet(const std::string& key) {
    auto got = get(key);
    return got.ok() ? "" : got.fault().code;
  }
  std::string load(base::ByteStream& stream) {
    return await(base::readAll(stream, 1 << 24, Fault("EntityTooLarge", "more than was put"))).value();
  }
  std::string remove(const std::string& key, std::optional<std::string> ifMatch = {}) {
    DeleteObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.ifMatch = std::move(ifMatch);
    auto done = run(*service_, &S3Service::deleteObject, std::move(in));
    return done.ok() ? "" : done.fault().code;
  }
  void execute(const std::string& sql) {
    ASSERT_TRUE(database_
                    ->writeAndWait([&]() -> Result<void> {
                      database_->execute(sql);
                      return {};
                    })
                    .ok());
  }

  boost::asio::io_context loop_;
  base::ThreadPool pool_{1};  // one thread: what it was told first is done first
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Blobs> blobs_;
  std::unique_ptr<S3Service> service_;
};

TEST_F(S3ServiceTest, ADownloadGoesOnWhenTheObjectIsDeleted) {
  const std::string bytes = putInParts("key", {std::string(5 << 20, 'a'), std::string(100'000, 'b')});
  auto got = get("key");
  ASSERT_TRUE(got.ok()) << got.fault().message;
  EXPECT_EQ(remove("key"), "");
  EXPECT_EQ(faultOfGet("key"), "NoSuchKey");
  EXPECT_EQ(files(), 2U);
  EXPECT_TRUE(load(*got->body) == bytes);
  got->body.reset();
  EXPECT_EQ(files(), 0U);
}

TEST_F(S3ServiceTest, ADownloadGoesOnWhenTheObjectIsReplaced) {
  const std::string bytes = putInParts("key", {std::string(5 << 20, 'a'), std::string(100'000, 'b')});
  auto got = get("key");
  ASSERT_TRUE(got.ok()) << got.fault().message;
  put("key", "short");
  EXPECT_TRUE(load(*got->body) == bytes);
  EXPECT_EQ(load(*get("key")->body), "short");
  got->body.reset();
  EXPECT_EQ(files(), 0U);
}

TEST_F(S3ServiceTest, ARangeOpensOnlyThePartsItLiesIn) {
  putInParts("key", {std::string(5 << 20, 'a'), std::string(100'000, 'b')});
  const std::string segments = [&] {
    auto rows = database_->query("SELECT segments FROM s3_objects");
    return rows.next() ? rows.text(0) : "";
  }();
  blobs_->remove(segments.substr(3, 32));  // [["BLOB",SIZE],...
  EXPECT_EQ(files(), 1U);
  GetObjectInput in;
  in.bucket = "bucket";
  in.key = "key";
  in.range = "bytes=-3";
  auto got = await(service_->getObject(call_, std::move(in)));
  ASSERT_TRUE(got.ok()) << got.fault().message;
  EXPECT_EQ(load(*got->body), "bbb");
  EXPECT_EQ(faultOfGet("key"), "InternalError");
}

TEST_F(S3ServiceTest, ADamagedInlineBodyIsNotReadButItsObjectCanBeSeenReplacedAndDeleted) {
  for (const char* key : {"replaced", "deleted"}) {
    put(key, "hello");
    execute("UPDATE s3_objects SET inline_body = x'00112233' WHERE key = '" + std::string(key) + "'");
    EXPECT_EQ(faultOfGet(key), "InternalError");
    HeadObjectInput head;
    head.bucket = "bucket";
    head.key = key;
    EXPECT_EQ(faultOf(*service_, &S3Service::headObject, std::move(head)), "");
  }
  put("replaced", "again");
  auto got = get("replaced");
  ASSERT_TRUE(got.ok()) << got.fault().message;
  EXPECT_EQ(load(*got->body), "again");
  EXPECT_EQ(remove("deleted"), "");
  EXPECT_EQ(faultOfGet("deleted"), "NoSuchKey");
}

TEST_F(S3ServiceTest, ASourceAboveFiveGibibytesIsNotCopied) {
  put("source", std::string(100'000, 'a'));
  execute("UPDATE s3_objects SET size = 5368709121");
  CopyObjectInput in;
  in.bucket = "bucket";
  in.key = "copy";
  in.copySource = "bucket/source";
  auto copied = await(service_->copyObject(call_, std::move(in)));
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.fault().code, "InvalidRequest");
  EXPECT_NE(copied.fault().message.find("5368709120"), std::string::npos) << copied.fault().message;
}

TEST_F(S3ServiceTest, ADeleteWithAConditionLooksAtTheCurrentObject) {
  EXPECT_EQ(remove("key", "*"), "NoSuchKey");
  const std::string first = put("key", "first");
  const std::string second = put("key", "second");
  EXPECT_EQ(remove("key", first), "PreconditionFailed");
  EXPECT_EQ(faultOfGet("key"), "");
  EXPECT_EQ(remove("key", second), "");
  EXPECT_EQ(faultOfGet("key"), "NoSuchKey");
  put("key", "third");
  EXPECT_EQ(remove("key", "*"), "");

  PutBucketVersioningInput versioning;
  versioning.bucket = "bucket";
  versioning.versioningConfiguration.status = "Enabled";
  ASSERT_EQ(faultOf(*service_, &S3Service::putBucketVersioning, std::move(versioning)), "");
  put("key", "fourth");
  EXPECT_EQ(remove("key", "*"), "");
  EXPECT_EQ(remove("key", "*"), "PreconditionFailed") << "a delete marker is no object";
}

TEST_F(S3ServiceTest, DeletesOfManyObserveTheirConditionsOneByOne) {
  const std::string eTag = put("a", "first");
  put("b", "second");
  DeleteObjectsInput in;
  in.bucket = "bucket";
  ObjectIdentifier a;
  a.key = "a";
  a.eTag = eTag;
  ObjectIdentifier b;
  b.key = "b";
  b.eTag = eTag;
  ObjectIdentifier sized;
  sized.key = "b";
  sized.size = "5";
  in.delete_.objects = {a, b, sized};
  auto done = run(*service_, &S3Service::deleteObjects, std::move(in));
  ASSERT_TRUE(done.ok());
  ASSERT_EQ(done->deleted->size(), 1U);
  EXPECT_EQ(done->deleted->front().key, "a");
  ASSERT_EQ(done->errors->size(), 2U);
  EXPECT_EQ((*done->errors)[0].code, "PreconditionFailed");
  EXPECT_EQ((*done->errors)[1].code, "NotImplemented");
  EXPECT_EQ(faultOfGet("b"), "");
}

TEST_F(S3ServiceTest, TheLastCodePointIsListedToo) {
  const std::string last = "a/\xf4\x8f\xbf\xbf";
  for (const std::string& key : {last, last + "b", std::string("a/b"), std::string("b")}) put(key, "bytes");
  ListObjectsV2Input in;
  in.bucket = "bucket";
  in.prefix = "a/";
  auto listed = run(*service_, &S3Service::listObjectsV2, in);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->contents->size(), 3U);
  EXPECT_EQ((*listed->contents)[1].key, last);
  EXPECT_EQ((*listed->contents)[2].key, last + "b");
  in.prefix = "";
  in.delimiter = "/";
  listed = run(*service_, &S3Service::listObjectsV2, in);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->commonPrefixes->size(), 1U) << "a prefix, once";
  ASSERT_EQ(listed->contents->size(), 1U);
  EXPECT_EQ((*listed->contents)[0].key, "b");
}

TEST_F(S3ServiceTest, AnAccountHasTenThousandBuckets) {
  ASSERT_TRUE(write([&]() -> Result<bool> {
                database_->execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998)"
                    " INSERT INTO s3_buckets (name, account, region, created) SELECT 'b-' || i, ?, ?, 0 FROM n",
                    kAccount, kRegion);
                return true;
              }).ok());
  const auto create = [&](const char* name) {
    return faultOf(*service_, &S3Service::createBucket, CreateBucketInput{.bucket = name});
  };
  EXPECT_EQ(create("the-last"), "");
  EXPECT_EQ(create("another"), "TooManyBuckets 400: You have attempted to create more buckets than allowed");
}

}  // namespace
}  // namespace hearth::services::s3
