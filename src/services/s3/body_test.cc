#include "services/s3/body.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "base/file.h"
#include "base/hash.h"

namespace hearth::services::s3 {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

std::string sampleBytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
  return bytes;
}

class BodyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-body-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    keyring_ = std::move(store::Keyring::open(root_, random_)).value();
    blobs_ = std::make_unique<store::Blobs>(root_ + "/blobs", *keyring_, random_);
  }
  void TearDown() override {
    pool_.stop();
    base::removeTree(root_);
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

  Segment store(std::string_view bytes) {
    auto writer = std::move(blobs_->create()).value();
    EXPECT_TRUE(writer->append(bytes).ok());
    return {writer->finish().value(), bytes.size()};
  }
  Body storeInSegments(std::string_view bytes, std::size_t segment) {
    Body body;
    body.size = bytes.size();
    for (std::size_t at = 0; at < bytes.size(); at += segment)
      body.segments.push_back(store(bytes.substr(at, segment)));
    return body;
  }
  Result<std::string> load(const Body& body, std::uint64_t offset, std::uint64_t length) {
    std::string bytes;
    HEARTH_CHECK(BodyReader(body, offset, length, *blobs_).read(bytes, static_cast<std::size_t>(length)));
    return bytes;
  }
  // Everything of a stream.
  Result<std::string> drain(base::ByteStream& stream) {
    return await(base::readAll(stream, 100 * kMiB, Fault("EntityTooLarge", "more than was put")));
  }
  bool isThere(const Segment& segment) const {
    return std::filesystem::exists(root_ + "/blobs/" + segment.blob.substr(0, 2) + "/" + segment.blob);
  }

  boost::asio::io_context loop_;
  base::ThreadPool pool_{2};
  base::SystemRandom random_;
  std::string root_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Blobs> blobs_;
};

TEST_F(BodyTest, AnyRangeOfSegmentsComesBack) {
  const std::string bytes = sampleBytes(250'000);
  const Body body = storeInSegments(bytes, 100'000);
  const std::pair<std::size_t, std::size_t> ranges[] = {{0, 250'000},       {0, 1},       {99'999, 2},
                                                        {100'000, 100'000}, {1, 249'998}, {200'000, 50'000},
                                                        {249'999, 1},       {0, 0},       {250'000, 0}};
  for (const auto& [offset, length] : ranges) {
    const auto loaded = load(body, offset, length);
    ASSERT_TRUE(loaded.ok()) << loaded.fault().message;
    EXPECT_EQ(*loaded, bytes.substr(offset, length)) << offset << " " << length;
  }
}

TEST_F(BodyTest, OnlyTheSegmentsOfARangeAreOpened) {
  const std::string bytes = sampleBytes(300'000);
  const Body body = storeInSegments(bytes, 100'000);
  blobs_->remove(body.segments[0].blob);
  blobs_->remove(body.segments[2].blob);
  const auto loaded = load(body, 100'000, 100'000);
  ASSERT_TRUE(loaded.ok()) << loaded.fault().message;
  EXPECT_EQ(*loaded, bytes.substr(100'000, 100'000));
  EXPECT_FALSE(load(body, 100'000, 100'001).ok());
  EXPECT_FALSE(load(body, 99'999, 1).ok());
}

TEST_F(BodyTest, ASegmentOfAnotherSizeIsAFault) {
  Body body = storeInSegments(sampleBytes(1000), 1000);
  body.segments[0].size = 1001;
  const auto loaded = load(body, 0, 1000);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.fault().code, "InternalError");
}

TEST_F(BodyTest, AStreamGoesOnWhenItsBlobsAreRemovedWhileTheyAreHeld) {
  const std::string bytes = sampleBytes(3 * kMiB);
  const Body body = storeInSegments(bytes, kMiB);
  std::vector<store::BlobHold> holds;
  for (const Segment& segment : body.segments) holds.push_back(blobs_->hold(segment.blob));
  auto stream = await(openBody(BodyReader(body, 0, body.size, *blobs_), std::move(holds), pool_));
  ASSERT_TRUE(stream.ok()) << stream.fault().message;
  EXPECT_EQ((*stream)->size(), bytes.size());
  for (const Segment& segment : body.segments) blobs_->remove(segment.blob);
  const auto all = drain(**stream);
  ASSERT_TRUE(all.ok()) << all.fault().message;
  EXPECT_EQ(*all, bytes);
  stream->reset();
  for (const Segment& segment : body.segments) EXPECT_FALSE(isThere(segment));
}

TEST_F(BodyTest, WhatCannotBeReadIsSaidBeforeTheStreamBegins) {
  const Body body = storeInSegments(sampleBytes(100'000), 100'000);
  blobs_->remove(body.segments[0].blob);
  EXPECT_FALSE(await(openBody(BodyReader(body, 0, body.size, *blobs_), {}, pool_)).ok());
}

TEST_F(BodyTest, BodiesOfAllSizesAreReceivedAndCopied) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kInlineBytes, kInlineBytes + 1, 256 * 1024 - 1ul,
                                 256 * 1024ul, 256 * 1024 + 1ul, 4 * kMiB, 4 * kMiB + 1, 9 * kMiB + 5}) {
    const std::string bytes = sampleBytes(size);
    base::StringStream stream(bytes);
    const auto received = await(receiveBody(stream, {}, *blobs_, pool_));
    ASSERT_TRUE(received.ok()) << received.fault().message;
    EXPECT_EQ(received->md5, base::md5(bytes));
    EXPECT_EQ(received->body.segments.empty(), size <= kInlineBytes) << size;
    EXPECT_EQ(load(received->body, 0, size).value(), bytes) << size;

    const auto copied = await(copyBody(BodyReader(received->body, 0, size, *blobs_), {}, *blobs_, pool_));
    ASSERT_TRUE(copied.ok()) << copied.fault().message;
    EXPECT_EQ(copied->md5, received->md5);
    EXPECT_EQ(load(copied->body, 0, size).value(), bytes) << size;
  }
}

TEST_F(BodyTest, APartIsABlobEvenWhenItsSourceIsInline) {
  Body body;
  body.size = 5;
  body.inlineBytes = "hello";
  ReceiveOptions options;
  options.alwaysBlob = true;
  const auto copied = await(copyBody(BodyReader(body, 1, 3, *blobs_), options, *blobs_, pool_));
  ASSERT_TRUE(copied.ok());
  ASSERT_EQ(copied->body.segments.size(), 1U);
  EXPECT_EQ(load(copied->body, 0, 3).value(), "ell");
}

TEST_F(BodyTest, MoreThanTheLimitIsRefusedAndLeavesNoFile) {
  const std::string bytes = sampleBytes(kMiB);
  ReceiveOptions options;
  options.limit = kMiB - 1;
  base::StringStream stream(bytes);
  const auto received = await(receiveBody(stream, options, *blobs_, pool_));
  ASSERT_FALSE(received.ok());
  EXPECT_EQ(received.fault().code, "EntityTooLarge");
  const Body body = storeInSegments(bytes, kMiB);
  const auto copied = await(copyBody(BodyReader(body, 0, kMiB, *blobs_), options, *blobs_, pool_));
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.fault().code, "EntityTooLarge");
  EXPECT_TRUE(std::filesystem::is_empty(root_ + "/blobs/tmp"));
}

}  // namespace
}  // namespace hearth::services::s3
