#include "homework/client/common/json.h"

#include <gtest/gtest.h>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

TEST(WriteJsonPretty, SpellsWhatATerminalWouldObeyAndLosesNothing) {
  const std::string hostile = "a\x1b[2J\x7f\xC2\x9B\x33m \xE2\x80\xAE \xF3\xA0\x81\x81 \xE2\x80\xA8 \xC5\xBC \t";
  const std::string text = writeJsonPretty(JsonObject{{hostile, JsonArray{hostile}}});
  EXPECT_EQ(printable(text), text);
  EXPECT_NE(text.find("\\u009b"), std::string::npos);
  EXPECT_NE(text.find("\\udb40\\udc41"), std::string::npos);
  EXPECT_NE(text.find("\xC5\xBC"), std::string::npos);  // a letter stays one
  const auto back = parseJson(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(arrayMember(*back, hostile).at(0).as_string(), hostile);
}

}  // namespace
}  // namespace hearth::homework::client
