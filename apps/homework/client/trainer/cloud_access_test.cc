#include "homework/client/trainer/cloud_access.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

using Variables = std::map<std::string, std::string>;

TEST(ParseExports, ReadsHearthEnv) {
  EXPECT_EQ(parseExports("export AWS_ENDPOINT_URL=http://127.0.0.1:4566\nexport AWS_ACCESS_KEY_ID='AKIA'\r\n# "
                         "no\nunset X\nexport\nexport =1\n"
                         "export AWS_SECRET_ACCESS_KEY=\"a=b/c+\"\n"),
            (Variables{{"AWS_ENDPOINT_URL", "http://127.0.0.1:4566"},
                       {"AWS_ACCESS_KEY_ID", "AKIA"},
                       {"AWS_SECRET_ACCESS_KEY", "a=b/c+"}}));
}

TEST(ParseIniSection, ReadsOneProfile) {
  const char* text =
      "[default]\naws_access_key_id = A\n# c\n[profile work]\nregion=eu-west-1\ns3 =\n  addressing_style = "
      "path\n[other]\nregion = x\n";
  EXPECT_EQ(parseIniSection(text, "default"), (Variables{{"aws_access_key_id", "A"}}));
  EXPECT_EQ(parseIniSection(text, "profile work"), (Variables{{"region", "eu-west-1"}, {"s3", ""}}));
  EXPECT_EQ(parseIniSection(text, "nothing"), std::nullopt);
}

}  // namespace
}  // namespace hearth::homework::client
