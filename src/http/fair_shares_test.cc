#include "http/fair_shares.h"

#include <gtest/gtest.h>

#include <deque>

namespace hearth::http {
namespace {

std::size_t takeAll(FairShares& shares, std::deque<FairShares::Share>& held, const std::string& owner) {
  std::size_t count = 0;
  while (held.emplace_back(shares, owner).take(1)) ++count;
  return count;
}

TEST(FairShares, NobodyGetsAll) {
  FairShares shares(512);
  std::deque<FairShares::Share> held;
  EXPECT_EQ(takeAll(shares, held, "greedy"), 384U);
  EXPECT_EQ(takeAll(shares, held, "second"), 96U);
  EXPECT_EQ(takeAll(shares, held, "third"), 24U);
  EXPECT_EQ(takeAll(shares, held, "greedy"), 0U);
  EXPECT_EQ(shares.left(), 8U);
  for (const char* owner : {"4", "5", "6"}) EXPECT_GT(takeAll(shares, held, owner), 0U) << owner;
  held.clear();
  EXPECT_EQ(shares.left(), 512U);
}

TEST(FairShares, AreGivenBackByTheirOwners) {
  FairShares shares(8);
  {
    FairShares::Share share(shares, "a");
    EXPECT_TRUE(share.take(5));
    EXPECT_FALSE(share.take(2));
    EXPECT_TRUE(share.take(1));
    EXPECT_TRUE(share.take(0));
    EXPECT_EQ(shares.left(), 2U);
    FairShares::Share other(shares, "b");
    EXPECT_TRUE(other.take(1));
    EXPECT_FALSE(other.take(1));
  }
  EXPECT_EQ(shares.left(), 8U);
  EXPECT_FALSE(shares.mayTake("a", 9));
  EXPECT_FALSE(shares.mayTake("a", static_cast<std::size_t>(-1)));
  EXPECT_TRUE(shares.mayTake("a", 8));
}

}  // namespace
}  // namespace hearth::http
