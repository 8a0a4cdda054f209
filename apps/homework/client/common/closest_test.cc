#include "homework/client/common/closest.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

TEST(ClosestWord, IsTheOneThatWasMeant) {
  const std::vector<std::string> words = {"list", "do", "submit", "status", "result", "receipt"};
  EXPECT_EQ(closestWord("sumbit", words), "submit");
  EXPECT_EQ(closestWord("Resutl", words), "result");
  EXPECT_EQ(closestWord("recipt", words), "receipt");
  EXPECT_EQ(closestWord("lst", words), "list");
  EXPECT_FALSE(closestWord("frobnicate", words));
  EXPECT_FALSE(closestWord("xy", {"ab"}));
  EXPECT_FALSE(closestWord("test", {}));
}

}  // namespace
}  // namespace hearth::homework::client
