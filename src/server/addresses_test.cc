#include "server/addresses.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hearth::server {
namespace {

TEST(Addresses, AGivenOneIsWhatItIs) {
  EXPECT_EQ(reachedAddresses("192.0.2.7"), std::vector<std::string>{"192.0.2.7"});
  EXPECT_EQ(toldAddress("192.0.2.7"), "192.0.2.7");
  EXPECT_FALSE(isWildcard("127.0.0.1"));
}

TEST(Addresses, AWildcardIsReachedAtAllAndTellsOneOfThem) {
  for (const char* wildcard : {"0.0.0.0", "::"}) {
    EXPECT_TRUE(isWildcard(wildcard));
    const auto all = reachedAddresses(wildcard);
    EXPECT_NE(std::find(all.begin(), all.end(), "127.0.0.1"), all.end());
    EXPECT_NE(std::find(all.begin(), all.end(), toldAddress(wildcard)), all.end());
  }
}

}  // namespace
}  // namespace hearth::server
