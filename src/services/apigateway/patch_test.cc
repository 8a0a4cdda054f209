#include "services/apigateway/patch.h"

#include <gtest/gtest.h>

namespace hearth::services::apigateway {
namespace {

using api::apigateway::PatchOperation;
using api::apigateway::RestApi;
using api::apigateway::Stage;

PatchOperation operation(std::string op, std::string path, std::string value = {}) {
  PatchOperation patch;
  patch.op = std::move(op);
  patch.path = std::move(path);
  patch.value = std::move(value);
  return patch;
}

TEST(Patch, ReplacesMembersAndCoercesTheirType) {
  RestApi rest;
  rest.name = "a";
  auto changed = patched<RestApi>(
      rest,
      {{operation("replace", "/name", "b"), operation("replace", "/minimumCompressionSize", "1024"),
        operation("replace", "/disableExecuteApiEndpoint", "true")}},
      {"name", "minimumCompressionSize", "disableExecuteApiEndpoint"});
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->name, "b");
  EXPECT_EQ(changed->minimumCompressionSize, 1024);
  EXPECT_EQ(changed->disableExecuteApiEndpoint, true);
}

TEST(Patch, AddsToAndRemovesFromListsByValue) {
  RestApi rest;
  auto added = patched<RestApi>(
      rest,
      {{operation("add", "/binaryMediaTypes/image~1png"), operation("add", "/binaryMediaTypes/image~1png"),
        operation("add", "/binaryMediaTypes/a~0b")}},
      {"binaryMediaTypes"});
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(added->binaryMediaTypes, (std::vector<std::string>{"image/png", "a~b"}));
  auto removed =
      patched<RestApi>(*added, {{operation("remove", "/binaryMediaTypes/image~1png")}}, {"binaryMediaTypes"});
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(removed->binaryMediaTypes, (std::vector<std::string>{"a~b"}));
}

TEST(Patch, MapsAreMadeOnTheWay) {
  auto changed = patched<Stage>(Stage{}, {{operation("replace", "/variables/colour", "red")}}, {"variables"});
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->variables->at("colour"), "red");
}

TEST(Patch, OtherPathsAndValuesAreRefusedByName) {
  auto path = patched<RestApi>(RestApi{}, {{operation("replace", "/id", "x")}}, {"name"});
  ASSERT_FALSE(path.ok());
  EXPECT_EQ(path.fault().code, "BadRequestException");
  EXPECT_NE(path.fault().message.find("/id"), std::string::npos);
  EXPECT_FALSE(patched<RestApi>(RestApi{}, {{operation("move", "/name", "x")}}, {"name"}).ok());
  EXPECT_FALSE(patched<RestApi>(RestApi{}, {{operation("replace", "/minimumCompressionSize", "many")}},
                                {"minimumCompressionSize"})
                   .ok());
}

}  // namespace
}  // namespace hearth::services::apigateway
