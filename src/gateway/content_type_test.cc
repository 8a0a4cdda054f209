#include "gateway/content_type.h"

#include <gtest/gtest.h>

#include <vector>

namespace hearth::gateway {
namespace {

TEST(ContentType, IsComparedWithoutParametersAndCase) {
  EXPECT_EQ(mediaTypeOf("application/json"), "application/json");
  EXPECT_EQ(mediaTypeOf(" Application/JSON ; charset=UTF-8"), "application/json");
  EXPECT_EQ(mediaTypeOf(""), "application/json") << "a missing type counts as JSON";
  EXPECT_EQ(mediaTypeOf("text/xml"), "text/xml");
}

TEST(ContentType, KnowsBinaryTypes) {
  const std::vector<std::string> types = {"image/png", "audio/*", "*/test"};
  EXPECT_TRUE(isBinaryType("image/png", types));
  EXPECT_TRUE(isBinaryType("IMAGE/PNG;q=1, text/html", types));
  EXPECT_TRUE(isBinaryType("audio/mp3", types));
  EXPECT_FALSE(isBinaryType("image/jpeg", types));
  EXPECT_FALSE(isBinaryType("image/*", types));
  EXPECT_FALSE(isBinaryType("*/*", types)) << "the header must name what is configured";
  EXPECT_FALSE(isBinaryType("random/test", types)) << "no wildcard on the left alone";
  EXPECT_FALSE(isBinaryType("", types));
  EXPECT_FALSE(isBinaryType("image/png", {}));
  const std::vector<std::string> all = {"*/*"};
  EXPECT_TRUE(isBinaryType("text/plain", all));
  EXPECT_TRUE(isBinaryType("", all));
}

}  // namespace
}  // namespace hearth::gateway
