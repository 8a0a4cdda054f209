#include "services/secretsmanager/secretsmanager_service.h"

#include "services/secretsmanager/secretsmanager_resources.h"
#include "services/testing_world.h"

namespace hearth::services::secretsmanager {
namespace {

using namespace api::secretsmanager;
using Names = std::vector<std::string>;

// 32 characters at least.
std::string token(const std::string& name) { return name + std::string(32, '-'); }

class SecretsManagerTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate(secretsmanagerMigrations());
    auto keyring = store::Keyring::open(folder_, random_);
    ASSERT_TRUE(keyring.ok());
    keyring_ = std::move(*keyring);
    service_ = std::make_unique<SecretsManagerService>(*database_, *keyring_, clock_, random_);
  }
  void TearDown() override {
    service_.reset();
    World::TearDown();
  }

  std::string create(const std::string& name, const std::string& value, const std::string& id = "v1") {
    CreateSecretInput in;
    in.name = name;
    in.secretString = value;
    in.clientRequestToken = token(id);
    return faultOf(*service_, &SecretsManagerService::createSecret, std::move(in));
  }
  std::string put(const std::string& name, const std::string& value, const std::string& id,
                  std::optional<Names> stages = std::nullopt) {
    PutSecretValueInput in;
    in.secretId = name;
    in.secretString = value;
    in.clientRequestToken = token(id);
    in.versionStages = std::move(stages);
    return faultOf(*service_, &SecretsManagerService::putSecretValue, std::move(in));
  }
  // The value, or the fault's code.
  std::string get(const std::string& name, std::optional<std::string> stage = std::nullopt) {
    call_.now = clock_.now();
    auto out = run(*service_, &SecretsManagerService::getSecretValue, {.secretId = name, .versionStage = stage});
    return out.ok() ? out->secretString.value_or("") : out.fault().code;
  }
  std::string remove(DeleteSecretInput in) {
    return faultOf(*service_, &SecretsManagerService::deleteSecret, std::move(in));
  }
  Names listed(const ListSecretsInput& in) {
    auto out = run(*service_, &SecretsManagerService::listSecrets, in);
    if (!out.ok()) return {out.fault().code};
    Names names;
    for (const SecretListEntry& one : *out->secretList) names.push_back(*one.name);
    return names;
  }

  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<SecretsManagerService> service_;
};

TEST_F(SecretsManagerTest, StagesFollowTheVersions) {
  ASSERT_EQ(create("db", "one"), "");
  ASSERT_EQ(put("db", "two", "v2"), "");
  EXPECT_EQ(get("db"), "two");
  EXPECT_EQ(get("db", "AWSPREVIOUS"), "one");
  ASSERT_EQ(put("db", "three", "v3", Names{"AWSPENDING"}), "");
  EXPECT_EQ(get("db"), "two");
  EXPECT_EQ(get("db", "AWSPENDING"), "three");
  UpdateSecretVersionStageInput move{.secretId = "db", .versionStage = "AWSCURRENT"};
  move.moveToVersionId = token("v3");
  EXPECT_EQ(
      faultOf(*service_, &SecretsManagerService::updateSecretVersionStage, move),
      "InvalidParameterException 400: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT "
      "is currently attached to version " +
          token("v2") + ", so you must explicitly reference that version in RemoveFromVersionId.");
  move.removeFromVersionId = token("v2");
  ASSERT_EQ(faultOf(*service_, &SecretsManagerService::updateSecretVersionStage, move), "");
  EXPECT_EQ(get("db"), "three");
  EXPECT_EQ(get("db", "AWSPREVIOUS"), "two");
  auto ids = run(*service_, &SecretsManagerService::listSecretVersionIds, {.secretId = "db"});
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(ids->versions->size(), 2U);
  ids = run(*service_, &SecretsManagerService::listSecretVersionIds, {.secretId = "db", .includeDeprecated = true});
  EXPECT_EQ(ids->versions->size(), 3U);
  EXPECT_EQ(get("db", "other"), "ResourceNotFoundException");
}

TEST_F(SecretsManagerTest, TheSameTokenIsTheSameVersion) {
  ASSERT_EQ(create("db", "one"), "");
  EXPECT_EQ(create("db", "one"), "");
  EXPECT_EQ(create("db", "two").substr(0, 23), "ResourceExistsException");
  EXPECT_EQ(create("db", "one", "v9"),
            "ResourceExistsException 400: The operation failed because the secret db already exists.");
  ASSERT_EQ(put("db", "two", "v2"), "");
  EXPECT_EQ(put("db", "two", "v2"), "");
  const std::string refused = put("db", "a very secret value", "v2");
  EXPECT_EQ(refused.substr(0, 23), "ResourceExistsException");
  EXPECT_EQ(refused.find("very secret"), std::string::npos);
  EXPECT_EQ(get("db", "AWSPREVIOUS"), "one");
}

TEST_F(SecretsManagerTest, ASecretIsFoundByNameAndByArn) {
  ASSERT_EQ(create("db", "one"), "");
  auto described = run(*service_, &SecretsManagerService::describeSecret, {.secretId = "db"});
  ASSERT_TRUE(described.ok());
  const std::string arn = *described->arn;
  const std::string prefix = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-";
  EXPECT_EQ(arn.substr(0, prefix.size()), prefix);
  EXPECT_EQ(arn.size(), prefix.size() + 6);
  EXPECT_EQ(get(arn), "one");
  EXPECT_EQ(get(arn.substr(0, arn.size() - 7)), "one");
  const char other = arn.back() == 'x' ? 'y' : 'x';
  EXPECT_EQ(get(arn.substr(0, arn.size() - 1) + other), "ResourceNotFoundException");
  EXPECT_EQ(service_->accessNames()("111122223333", "eu-central-1", "db"), arn);
  EXPECT_EQ(service_->accessNames()("111122223333", "eu-central-1", "none"),
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:none-??????");
}

TEST_F(SecretsManagerTest, DeletedOnesComeBackUntilTheWindowCloses) {
  ASSERT_EQ(create("db", "one"), "");
  EXPECT_EQ(
      remove({.secretId = "db", .recoveryWindowInDays = 6}),
      "InvalidParameterException 400: The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  EXPECT_EQ(remove({.secretId = "db", .recoveryWindowInDays = 7, .forceDeleteWithoutRecovery = true}).substr(0, 25),
            "InvalidParameterException");
  ASSERT_EQ(remove({.secretId = "db", .recoveryWindowInDays = 7}), "");
  EXPECT_EQ(get("db"), "InvalidRequestException");
  EXPECT_EQ(create("db", "two", "v2"),
            "InvalidRequestException 400: You can't create this secret because a secret with this name is already "
            "scheduled for deletion.");
  EXPECT_EQ(listed({}), Names{});
  ListSecretsInput all;
  all.includePlannedDeletion = true;
  EXPECT_EQ(listed(all), Names{"db"});
  ASSERT_EQ(faultOf(*service_, &SecretsManagerService::restoreSecret, RestoreSecretInput{.secretId = "db"}), "");
  EXPECT_EQ(get("db"), "one");
  ASSERT_EQ(remove({.secretId = "db", .recoveryWindowInDays = 7}), "");
  clock_.set(clock_.now() + std::chrono::days(7));
  EXPECT_EQ(get("db"), "ResourceNotFoundException");
  ASSERT_TRUE(database_
                  ->writeAndWait([&]() -> Result<void> {
                    service_->expire();
                    return {};
                  })
                  .ok());
  auto rows = database_->query("SELECT count(*) FROM secretsmanager_versions");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 0);
  EXPECT_EQ(create("db", "new", "v3"), "");
}

TEST_F(SecretsManagerTest, ByForceItGoesAtOnce) {
  ASSERT_EQ(create("db", "one"), "");
  ASSERT_EQ(remove({.secretId = "db", .forceDeleteWithoutRecovery = true}), "");
  EXPECT_EQ(get("db"), "ResourceNotFoundException");
  EXPECT_EQ(remove({.secretId = "db", .forceDeleteWithoutRecovery = true}), "");
  EXPECT_EQ(remove({.secretId = "db"}),
            "ResourceNotFoundException 400: Secrets Manager can't find the specified secret.");
}

TEST_F(SecretsManagerTest, ValuesAreSealed) {
  ASSERT_EQ(create("db", "hush hush"), "");
  auto rows = database_->query("SELECT value FROM secretsmanager_versions");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.blob(0).find("hush"), std::string::npos);
}

TEST_F(SecretsManagerTest, OldVersionsWithoutAStageAreForgotten) {
  ASSERT_EQ(create("db", "0", "v0"), "");
  for (int i = 1; i < 130; ++i) ASSERT_EQ(put("db", std::to_string(i), "v" + std::to_string(i)), "");
  auto rows = database_->query("SELECT count(*) FROM secretsmanager_versions");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 100);
  EXPECT_EQ(get("db", "AWSPREVIOUS"), "128");
}

TEST_F(SecretsManagerTest, VersionsWithStagesAreNotForgottenButRefused) {
  ASSERT_EQ(create("db", "first"), "");
  for (int i = 1; i < 100; ++i) {
    const std::string id = "n" + std::to_string(i);
    ASSERT_EQ(put("db", id, id, Names{id}), "");
  }
  EXPECT_EQ(put("db", "more", "more", Names{"more"}).substr(0, 22), "LimitExceededException");
  EXPECT_EQ(get("db"), "first");
  EXPECT_EQ(get("db", "n1"), "n1");
  UpdateSecretVersionStageInput off{.secretId = "db", .versionStage = "n1"};
  off.removeFromVersionId = token("n1");
  ASSERT_EQ(faultOf(*service_, &SecretsManagerService::updateSecretVersionStage, off), "");
  EXPECT_EQ(put("db", "more", "more", Names{"more"}), "");
  EXPECT_EQ(get("db", "more"), "more");
}

TEST_F(SecretsManagerTest, ListsAreFiltered) {
  for (const char* name : {"prod/a", "prod/b", "test/a"}) ASSERT_EQ(create(name, "x"), "");
  EXPECT_EQ(listed({}), (Names{"test/a", "prod/b", "prod/a"}));
  ListSecretsInput in;
  in.sortOrder = "asc";
  in.filters = {{"name", Names{"prod/"}}};
  EXPECT_EQ(listed(in), (Names{"prod/a", "prod/b"}));
  in.filters = {{"name", Names{"!prod/"}}};
  EXPECT_EQ(listed(in), (Names{"test/a"}));
  in.filters = {{"size", Names{"1"}}};
  EXPECT_EQ(listed(in), (Names{"ValidationException"}));
  ListSecretsInput pages;
  pages.maxResults = 2;
  auto first = run(*service_, &SecretsManagerService::listSecrets, pages);
  ASSERT_TRUE(first.ok() && first->nextToken);
  pages.nextToken = first->nextToken;
  EXPECT_EQ(listed(pages), (Names{"prod/a"}));
}

TEST_F(SecretsManagerTest, ATypeOfCloudFormation) {
  auto providers = makeSecretsManagerResources(*service_);
  auto* provider = providerOf(providers, "AWS::SecretsManager::Secret");
  ASSERT_NE(provider, nullptr);
  auto request = resourceRequest(
      R"({"Name": "made", "GenerateSecretString": {"SecretStringTemplate": "{\"user\": \"ann\"}",
          "GenerateStringKey": "password", "PasswordLength": 20, "ExcludePunctuation": true}})");
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok());
  const Json first = base::parseJson(get(made->physicalId)).value();
  EXPECT_EQ(base::findString(first, "user"), "ann");
  EXPECT_EQ(base::findString(first, "password")->size(), 20U);
  EXPECT_EQ(write([&] { return provider->create(request); }).fault().code, "AlreadyExists");

  auto changed = resourceRequest(R"({"Name": "made", "SecretString": "plain"})", made->physicalId);
  changed.oldProperties = request.properties;
  ASSERT_TRUE(write([&] { return provider->update(changed); }).ok());
  EXPECT_EQ(get("made"), "plain");
  auto back = request;
  back.physicalId = made->physicalId;
  back.oldProperties = changed.properties;
  back.verb = ports::ResourceVerb::kRestore;
  ASSERT_TRUE(write([&] { return provider->update(back); }).ok());
  EXPECT_EQ(base::parseJson(get("made")).value(), first);

  ASSERT_TRUE(write([&] { return provider->remove(back); }).ok());
  EXPECT_EQ(get("made"), "ResourceNotFoundException");
  ASSERT_TRUE(write([&] { return provider->remove(back); }).ok());
  auto both = resourceRequest(R"({"SecretString": "a", "GenerateSecretString": {}})");
  EXPECT_FALSE(write([&] { return provider->create(both); }).ok());
}

}  // namespace
}  // namespace hearth::services::secretsmanager
