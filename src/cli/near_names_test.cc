#include "cli/near_names.h"

#include <gtest/gtest.h>

namespace hearth::cli {
namespace {

using Names = std::vector<std::string>;

TEST(NearNames, SlipsOfTheFinger) {
  const Names names{"hello", "help", "submit-test", "course-submit-test"};
  EXPECT_EQ(nearNames("helo", names, 5), (Names{"hello", "help"}));
  EXPECT_EQ(nearNames("ehllo", names, 5), Names{"hello"});
  EXPECT_EQ(nearNames("HELLO", names, 5), Names{"hello"});
  EXPECT_EQ(nearNames("sumbit-tets", names, 5), Names{"submit-test"});
  EXPECT_EQ(nearNames("submit", names, 5), (Names{"course-submit-test", "submit-test"}));
  EXPECT_EQ(nearNames("submit", names, 1), Names{"course-submit-test"});
}

TEST(NearNames, NothingIsNearWhatIsFar) {
  EXPECT_EQ(nearNames("x", {"hello"}, 5), Names{});
  EXPECT_EQ(nearNames("", {"hello"}, 5), Names{});
  EXPECT_EQ(nearNames("hello", {}, 5), Names{});
  EXPECT_EQ(nearNames("abc", {"xyz", ""}, 5), Names{});
}

}  // namespace
}  // namespace hearth::cli
