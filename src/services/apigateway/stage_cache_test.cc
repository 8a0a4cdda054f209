// What the data plane gets: compiled once, and anew after a change of the same API, or of the keys.
#include <gtest/gtest.h>

#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/testing_policies.h"
#include "services/testing_world.h"

namespace hearth::services::apigateway {
namespace {

using namespace api::apigateway;

class NoObjects final : public ports::ObjectReader {
  Result<std::string> readObject(const ports::ObjectRef&, std::uint64_t) override {
    return Fault("NoSuchKey", "The specified key does not exist.", 404);
  }
};

class StageCacheTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    keyring_ = store::Keyring::open(folder_, random_).value();
    database_->migrate(apigatewayMigrations());
    service_ = std::make_unique<ApiGatewayService>(*database_, *keyring_, objects_, policies_, pool_, clock_,
                                                   random_, gateway::Throttle{});
  }
  void TearDown() override {
    service_.reset();
    pool_.stop();
    World::TearDown();
  }

  // An API with one method and the stage "v1".
  std::string makeApi() {
    const auto rest = run(*service_, &ApiGatewayService::createRestApi, {.name = "a"}).value();
    PutMethodInput method;
    method.restApiId = *rest.id;
    method.resourceId = *rest.rootResourceId;
    method.httpMethod = "GET";
    method.authorizationType = "NONE";
    EXPECT_TRUE(run(*service_, &ApiGatewayService::putMethod, method).ok());
    PutIntegrationInput integration;
    integration.restApiId = *rest.id;
    integration.resourceId = *rest.rootResourceId;
    integration.httpMethod = "GET";
    integration.type = "MOCK";
    EXPECT_TRUE(run(*service_, &ApiGatewayService::putIntegration, integration).ok());
    deploy(*rest.id);
    return *rest.id;
  }
  void deploy(const std::string& api) {
    CreateDeploymentInput in;
    in.restApiId = api;
    in.stageName = "v1";
    EXPECT_TRUE(run(*service_, &ApiGatewayService::createDeployment, in).ok());
  }
  void makeKey() {
    CreateApiKeyInput in;
    in.enabled = true;
    EXPECT_TRUE(run(*service_, &ApiGatewayService::createApiKey, in).ok());
  }

  NoObjects objects_;
  base::ThreadPool pool_{1};
  std::unique_ptr<store::Keyring> keyring_;
  const testing::FakePolicies policies_;
  std::unique_ptr<ApiGatewayService> service_;
};

TEST_F(StageCacheTest, AChangeOfAnApiLeavesOthersCompiled) {
  const std::string first = makeApi(), second = makeApi();
  const auto stage = service_->findStage(first, "v1");
  const auto other = service_->findStage(second, "v1");
  const auto keys = service_->apiKeys();
  ASSERT_NE(stage, nullptr);
  ASSERT_NE(other, nullptr);
  deploy(second);
  EXPECT_EQ(service_->findStage(first, "v1"), stage);
  EXPECT_NE(service_->findStage(second, "v1"), other);
  EXPECT_EQ(service_->apiKeys(), keys);
  EXPECT_TRUE(run(*service_, &ApiGatewayService::deleteRestApi, {.restApiId = first}).ok());
  EXPECT_EQ(service_->findStage(first, "v1"), nullptr);
}

TEST_F(StageCacheTest, ManyChangesAtOnceAreSeen) {
  const std::string api = makeApi();
  ASSERT_NE(service_->findStage(api, "v1"), nullptr);
  const auto disable = [](const std::string& id) {
    PatchOperation operation;
    operation.op = "replace";
    operation.path = "/disableExecuteApiEndpoint";
    operation.value = "true";
    return UpdateRestApiInput{id, {{operation}}};
  };
  std::vector<std::string> others(300);
  const auto made = write([&]() -> Result<void> {
    for (std::string& id : others) {
      HEARTH_TRY(const auto rest, service_->createRestApi(call_, {.name = "a"}));
      id = *rest.id;
      HEARTH_CHECK(service_->updateRestApi(call_, disable(id)));
    }
    return {};
  });
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(run(*service_, &ApiGatewayService::updateRestApi, disable(api)).ok());
  EXPECT_EQ(service_->findStage(api, "v1"), nullptr);
}

TEST_F(StageCacheTest, AChangeOfAKeyLeavesStagesCompiled) {
  const std::string api = makeApi();
  const auto stage = service_->findStage(api, "v1");
  const auto keys = service_->apiKeys();
  EXPECT_EQ(service_->apiKeys(), keys);
  makeKey();
  EXPECT_NE(service_->apiKeys(), keys);
  EXPECT_EQ(service_->findStage(api, "v1"), stage);
}

}  // namespace
}  // namespace hearth::services::apigateway
