#include "gateway/throttle.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const base::Time kStart = base::fromMillis(1'800'000'000'000);

// How many of `tries` at one moment are let through.
int takeMany(TokenBucket& bucket, const Throttle& limit, base::Time now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += bucket.take(limit, now) ? 1 : 0;
  return taken;
}

TEST(TokenBucket, BeginsFullAndRefillsAtItsRate) {
  TokenBucket bucket;
  const Throttle limit{6, 10};
  EXPECT_EQ(takeMany(bucket, limit, kStart, 50), 10);
  EXPECT_EQ(takeMany(bucket, limit, kStart + milliseconds(1000), 50), 6);
  EXPECT_EQ(takeMany(bucket, limit, kStart + milliseconds(1500), 50), 3);
  EXPECT_EQ(takeMany(bucket, limit, kStart + milliseconds(60'000), 50), 10) << "never more than the burst";
}

TEST(TokenBucket, RefillsInFractions) {
  TokenBucket bucket;
  const Throttle limit{0.5, 1};
  EXPECT_TRUE(bucket.take(limit, kStart));
  for (int ms = 100; ms < 2000; ms += 100) EXPECT_FALSE(bucket.take(limit, kStart + milliseconds(ms))) << ms;
  EXPECT_TRUE(bucket.take(limit, kStart + milliseconds(2000)));
}

TEST(TokenBucket, LetsTheRateThroughOverALongTime) {
  TokenBucket bucket;
  const Throttle limit{6, 10};
  int taken = 0;
  for (int ms = 0; ms < 100'000; ms += 7) taken += bucket.take(limit, kStart + milliseconds(ms)) ? 1 : 0;
  EXPECT_NEAR(taken, 10 + 600, 1);
}

TEST(TokenBucket, FollowsAChangedLimit) {
  TokenBucket bucket;
  EXPECT_EQ(takeMany(bucket, {1, 10}, kStart, 1), 1);
  EXPECT_EQ(takeMany(bucket, {1, 2}, kStart, 50), 2);
  EXPECT_EQ(takeMany(bucket, {0, 0}, kStart + hours(1), 50), 0) << "zero lets nobody in";
}

TEST(TokenBucket, GainsNothingFromAClockThatGoesBack) {
  TokenBucket bucket;
  const Throttle limit{1, 2};
  EXPECT_EQ(takeMany(bucket, limit, kStart, 5), 2);
  EXPECT_EQ(takeMany(bucket, limit, kStart - hours(5), 5), 0);
  EXPECT_EQ(takeMany(bucket, limit, kStart - hours(5) + milliseconds(1000), 5), 1);
}

TEST(TokenBuckets, KeepsNamesApartAndForgetsIdleOnes) {
  TokenBuckets buckets;
  const Throttle limit{0, 1};
  EXPECT_TRUE(buckets.take("a", limit, kStart));
  EXPECT_TRUE(buckets.take("b", limit, kStart));
  EXPECT_FALSE(buckets.take("a", limit, kStart));
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(buckets.take("k" + std::to_string(i), limit, kStart));
  EXPECT_EQ(buckets.size(), 5002U);
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(buckets.take("n" + std::to_string(i), limit, kStart + hours(2)));
  EXPECT_LT(buckets.size(), 6000U);
}

}  // namespace
}  // namespace hearth::gateway
