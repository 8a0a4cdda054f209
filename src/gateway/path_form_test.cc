#include "gateway/path_form.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

struct Row {
  std::string_view path;
  bool dots;
  bool oneWay;
};

TEST(PathForm, Table) {
  constexpr Row kRows[] = {
      {"", false, true},
      {"/", false, true},
      {"//", false, true},
      {"/pets/7", false, true},
      {"//pets/7//", false, true},  // to the route and to a policy, /pets/7
      {"/pets//7", false, false},
      {"/pets/./7", true, false},
      {"/.", true, false},
      {"/pets/..", true, false},
      {"/pets/../", true, false},
      {"..", true, false},
      {"/pets/%2e%2E/7", true, false},
      {"/pets/.%2e/7", true, false},
      {"/pets%2f..%2F7", true, false},
      {"/pets/..%5c7", true, false},
      {"/pets/..\\7", true, false},
      {"/pets/..;a=1/7", true, false},
      {"/pets/.;/7", true, false},
      {"/pets/%2e%2e%3b/7", true, false},
      // Another path to routes, signatures and policies alike.
      {"/pets%2F7", false, true},
      {"/pets/%2F/7", false, true},
      {"/pets;a=1/7", false, true},
      {"/pets/...", false, true},
      {"/pets/.hidden", false, true},
      {"/pets/7..", false, true},
      {"/pets/;..", false, true},
      {"/pets/%252e%252e/7", false, true},
      {"/pets/%2", false, true},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(hasDotSegment(row.path), row.dots) << row.path;
    EXPECT_EQ(isSignedOneWay(row.path), row.oneWay) << row.path;
  }
}

}  // namespace
}  // namespace hearth::gateway
