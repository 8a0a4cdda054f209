#include "base/json_members.h"

#include <gtest/gtest.h>

namespace hearth::base {
namespace {

TEST(JsonMembers, TwiceIsFoundAtAnyDepthAndInAnyEscape) {
  for (const char* text : {R"({"a": 1, "a": 1})", R"([{"b": {"a": 1, "c": 2, "a": 3}}])",
                           R"({"a": 1, "\u0061": 2})", R"({"": 1, "": 2})"}) {
    EXPECT_TRUE(hasDuplicateMembers(text)) << text;
  }
}

TEST(JsonMembers, EqualNamesInDifferentObjectsAreNone) {
  for (const char* text : {R"({"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}], "A": "a", "c": "\"a\": 1"})", "[]",
                           "1", "{", R"({"a": 1, "a")", ""}) {
    EXPECT_FALSE(hasDuplicateMembers(text)) << text;
  }
}

}  // namespace
}  // namespace hearth::base
