#include "services/lambda/function_name.h"

#include <gtest/gtest.h>

namespace hearth::services::lambda {
namespace {

std::string read(std::string_view text, const std::optional<std::string>& qualifier = {}) {
  const auto name = parseFunctionName(text, "111122223333", "eu-central-1", qualifier);
  return name.ok() ? name->qualifiedArn() : name.fault().code;
}

const std::string kArn = "arn:aws:lambda:eu-central-1:111122223333:function:score";

TEST(FunctionName, AllFormsMeanTheSame) {
  for (const char* text : {"score", "function:score", "111122223333:function:score",
                           "arn:aws:lambda:eu-central-1:111122223333:function:score"})
    EXPECT_EQ(read(text), kArn) << text;
}

TEST(FunctionName, AnArnNamesItsOwnRegionAndAccount) {
  EXPECT_EQ(read("arn:aws:lambda:us-east-1:999999999999:function:f"),
            "arn:aws:lambda:us-east-1:999999999999:function:f");
}

TEST(FunctionName, QualifiersComeFromEitherPlaceAndMustAgree) {
  for (const char* qualifier : {"$LATEST", "7", "live"}) {
    EXPECT_EQ(read("score:" + std::string(qualifier)), kArn + ":" + qualifier);
    EXPECT_EQ(read("score", qualifier), kArn + ":" + qualifier);
    EXPECT_EQ(read(kArn + ":" + qualifier, qualifier), kArn + ":" + qualifier);
  }
  EXPECT_EQ(read("score:7", "8"), "InvalidParameterValueException");
}

TEST(FunctionName, EverythingElseIsRefused) {
  for (const char* text : {"", ":", "a b", "a/b", "../x", "score:", "score:1:2", "score:a b", "score:$NEWEST",
                           "arn:aws:lambda:eu-central-1:111122223333:function", "arn:aws:s3:::bucket",
                           "arn:aws:lambda:eu-central-1:111122223333:layer:score"})
    EXPECT_EQ(read(text), "ValidationException") << text;
  EXPECT_EQ(read(std::string(64, 'a')).substr(0, 3), "arn");
  EXPECT_EQ(read(std::string(65, 'a')), "ValidationException");
}

}  // namespace
}  // namespace hearth::services::lambda
