#include "services/ssm/ssm_service.h"

#include "services/ssm/ssm_resources.h"
#include "services/testing_world.h"
#include "store/damaged_record.h"

namespace hearth::services::ssm {
namespace {

using namespace api::ssm;
using Names = std::vector<std::string>;

class SsmTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate(ssmMigrations());
    auto keyring = store::Keyring::open(folder_, random_);
    ASSERT_TRUE(keyring.ok());
    keyring_ = std::move(*keyring);
    service_ = std::make_unique<SsmService>(*database_, *keyring_, clock_);
    call_.principal.arn = "arn:aws:iam::111122223333:root";
  }
  void TearDown() override {
    service_.reset();
    World::TearDown();
  }

  static PutParameterInput input(std::string name, std::string value, std::string type = "String") {
    PutParameterInput in;
    in.name = std::move(name);
    in.value = std::move(value);
    in.type = std::move(type);
    return in;
  }
  std::string put(PutParameterInput in) { return faultOf(*service_, &SsmService::putParameter, std::move(in)); }
  std::string overwrite(PutParameterInput in) {
    in.overwrite = true;
    in.type.reset();
    return put(std::move(in));
  }
  // The value, or the fault's code.
  std::string get(const std::string& name, bool decrypted = true) {
    auto out = run(*service_, &SsmService::getParameter, {.name = name, .withDecryption = decrypted});
    return out.ok() ? *out->parameter->value : out.fault().code;
  }
  Names byPath(const std::string& path, bool recursive) {
    Names names;
    GetParametersByPathInput in{.path = path, .recursive = recursive};
    in.maxResults = 2;
    do {
      auto out = run(*service_, &SsmService::getParametersByPath, in);
      EXPECT_TRUE(out.ok());
      for (const Parameter& one : *out->parameters) names.push_back(*one.name);
      in.nextToken = out->nextToken;
    } while (in.nextToken);
    return names;
  }
  Names described(std::vector<ParameterStringFilter> filters) {
    DescribeParametersInput in;
    in.parameterFilters = std::move(filters);
    auto out = run(*service_, &SsmService::describeParameters, in);
    if (!out.ok()) return {out.fault().code};
    Names names;
    for (const ParameterMetadata& one : *out->parameters) names.push_back(*one.name);
    return names;
  }

  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<SsmService> service_;
};

TEST_F(SsmTest, AValueThatWasChangedOnTheDiskIsADamagedRecord) {
  ASSERT_EQ(put(input("/db/user", "one")), "");
  const auto changed = database_->writeAndWait([&]() -> Result<void> {
    database_->execute("UPDATE ssm_versions SET value = x'00'");
    return {};
  });
  ASSERT_TRUE(changed.ok());
  EXPECT_THROW((void)get("/db/user"), store::DamagedRecord);
}

TEST_F(SsmTest, VersionsAreNamedByNumberAndLabel) {
  ASSERT_EQ(put(input("/db/user", "one")), "");
  EXPECT_EQ(put(input("/db/user", "two")).substr(0, 22), "ParameterAlreadyExists");
  ASSERT_EQ(overwrite(input("/db/user", "two")), "");
  EXPECT_EQ(get("/db/user"), "two");
  EXPECT_EQ(get("/db/user:1"), "one");
  EXPECT_EQ(get("arn:aws:ssm:eu-central-1:111122223333:parameter/db/user:1"), "one");
  EXPECT_EQ(get("/db/user:3"), "ParameterVersionNotFound");
  EXPECT_EQ(get("/db/other"), "ParameterNotFound");
  ASSERT_EQ(faultOf(*service_, &SsmService::labelParameterVersion,
                    LabelParameterVersionInput{.name = "/db/user", .parameterVersion = 1, .labels = {"prod"}}),
            "");
  EXPECT_EQ(get("/db/user:prod"), "one");
  auto moved = run(*service_, &SsmService::labelParameterVersion, {.name = "/db/user", .labels = {"prod", "1st"}});
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->invalidLabels, (Names{"1st"}));
  EXPECT_EQ(get("/db/user:prod"), "two");
  EXPECT_EQ(get("/db/user:test"), "ParameterVersionNotFound");
}

TEST_F(SsmTest, WhatAnOverwriteDoesNotSayStays) {
  auto first = input("p", "abc", "StringList");
  first.description = "letters";
  first.allowedPattern = "[a-z]+";
  ASSERT_EQ(put(first), "");
  EXPECT_EQ(overwrite(input("p", "123")),
            "ParameterPatternMismatchException 400: Parameter value, cannot be validated against allowedPattern: "
            "[a-z]+");
  ASSERT_EQ(overwrite(input("p", "xyz")), "");
  auto out = run(*service_, &SsmService::describeParameters, DescribeParametersInput{});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->parameters->front().type, "StringList");
  EXPECT_EQ(out->parameters->front().description, "letters");
  EXPECT_EQ(out->parameters->front().version, 2);
  auto other = input("p", "xyz", "String");
  other.overwrite = true;
  EXPECT_EQ(put(other).substr(0, 30), "HierarchyTypeMismatchException");
}

TEST_F(SsmTest, WhatIsNotHereIsRefusedByName) {
  auto advanced = input("p", "v");
  advanced.tier = "Advanced";
  EXPECT_EQ(put(advanced), "ValidationException 400: The tier Advanced is not supported: use Standard.");
  auto policies = input("p", "v");
  policies.policies = "[{\"Type\":\"Expiration\"}]";
  EXPECT_EQ(put(policies), "ValidationException 400: Parameter policies are not supported.");
  auto key = input("p", "v", "SecureString");
  key.keyId = "alias/mine";
  EXPECT_EQ(put(key).substr(0, 12), "InvalidKeyId");
  auto image = input("p", "v");
  image.dataType = "aws:ec2:image";
  EXPECT_EQ(put(image).substr(0, 19), "ValidationException");
  EXPECT_EQ(
      put(input("p", "a {{ssm:other}} b")),
      "ValidationException 400: Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.");
  EXPECT_EQ(put(input("p", "")).substr(0, 19), "ValidationException");
  EXPECT_EQ(put(input("p", std::string(4097, 'x'))).substr(0, 19), "ValidationException");
  auto pattern = input("p", "v");
  pattern.allowedPattern = "(";
  EXPECT_EQ(put(pattern).substr(0, 30), "InvalidAllowedPatternException");
  EXPECT_EQ(get("p"), "ParameterNotFound");
}

TEST_F(SsmTest, SecretsAreShownToThoseWhoAsk) {
  ASSERT_EQ(put(input("secret", "hush hush", "SecureString")), "");
  EXPECT_EQ(get("secret"), "hush hush");
  const std::string sealed = get("secret", false);
  EXPECT_EQ(sealed.find("hush"), std::string::npos);
  EXPECT_GT(sealed.size(), 20U);
  auto rows = database_->query("SELECT value FROM ssm_versions");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.blob(0).find("hush"), std::string::npos);
}

TEST_F(SsmTest, TheOldestVersionGoesUnlessItIsLabelled) {
  ASSERT_EQ(put(input("p", "0")), "");
  for (int i = 1; i < 100; ++i) ASSERT_EQ(overwrite(input("p", std::to_string(i))), "");
  ASSERT_EQ(overwrite(input("p", "100")), "");
  EXPECT_EQ(get("p:1"), "ParameterVersionNotFound");
  EXPECT_EQ(get("p:2"), "1");
  ASSERT_EQ(faultOf(*service_, &SsmService::labelParameterVersion,
                    LabelParameterVersionInput{.name = "p", .parameterVersion = 2, .labels = {"kept"}}),
            "");
  EXPECT_EQ(overwrite(input("p", "101")).substr(0, 32), "ParameterMaxVersionLimitExceeded");
  ASSERT_EQ(faultOf(*service_, &SsmService::unlabelParameterVersion,
                    UnlabelParameterVersionInput{.name = "p", .parameterVersion = 2, .labels = {"kept"}}),
            "");
  EXPECT_EQ(overwrite(input("p", "101")), "");
}

TEST_F(SsmTest, ListsGoByPathAndFilter) {
  for (const char* name : {"plain", "/a/1", "/a/2", "/a/b/3", "/ab/4"}) ASSERT_EQ(put(input(name, "v")), "");
  ASSERT_EQ(put(input("/a/5", "v", "SecureString")), "");
  EXPECT_EQ(byPath("/a", false), (Names{"/a/1", "/a/2", "/a/5"}));
  EXPECT_EQ(byPath("/a/", true), (Names{"/a/1", "/a/2", "/a/5", "/a/b/3"}));
  EXPECT_EQ(byPath("/", false), (Names{"plain"}));
  EXPECT_EQ(byPath("/", true).size(), 6U);
  EXPECT_EQ(described({{.key = "Type", .values = Names{"SecureString"}}}), (Names{"/a/5"}));
  EXPECT_EQ(described({{.key = "Name", .option = "Contains", .values = Names{"b"}}}), (Names{"/a/b/3", "/ab/4"}));
  EXPECT_EQ(described({{.key = "Path", .option = "Recursive", .values = Names{"/a/b"}}}), (Names{"/a/b/3"}));
  EXPECT_EQ(described({{.key = "Label", .values = Names{"x"}}}), (Names{"InvalidFilterKey"}));
  EXPECT_EQ(described({{.key = "Type", .option = "Contains", .values = Names{"x"}}}),
            (Names{"InvalidFilterOption"}));
  EXPECT_EQ(described({{.key = "Name"}}), (Names{"InvalidFilterValue"}));
  ASSERT_EQ(
      faultOf(*service_, &SsmService::addTagsToResource,
              AddTagsToResourceInput{.resourceType = "Parameter", .resourceId = "plain", .tags = {{"k", "v"}}}),
      "");
  EXPECT_EQ(described({{.key = "tag:k"}}), (Names{"plain"}));
  EXPECT_EQ(described({{.key = "tag:k", .values = Names{"w"}}}), Names{});
}

TEST_F(SsmTest, ThePathShowsTheLabelledVersion) {
  ASSERT_EQ(put(input("/a/1", "old")), "");
  ASSERT_EQ(overwrite(input("/a/1", "new")), "");
  ASSERT_EQ(put(input("/a/2", "other")), "");
  ASSERT_EQ(faultOf(*service_, &SsmService::labelParameterVersion,
                    LabelParameterVersionInput{.name = "/a/1", .parameterVersion = 1, .labels = {"prod"}}),
            "");
  GetParametersByPathInput in{.path = "/a"};
  in.parameterFilters = {{.key = "Label", .values = Names{"prod"}}};
  auto out = run(*service_, &SsmService::getParametersByPath, in);
  ASSERT_TRUE(out.ok());
  ASSERT_EQ(out->parameters->size(), 1U);
  EXPECT_EQ(out->parameters->front().value, "old");
  EXPECT_EQ(out->parameters->front().selector, ":prod");
  EXPECT_FALSE(out->nextToken.has_value());
  in.parameterFilters->front().values = Names{"none"};
  out = run(*service_, &SsmService::getParametersByPath, in);
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->parameters->empty());
}

TEST_F(SsmTest, ATypeOfCloudFormation) {
  auto providers = makeSsmResources(*service_);
  auto* provider = providerOf(providers, "AWS::SSM::Parameter");
  ASSERT_NE(provider, nullptr);
  auto request = resourceRequest(R"({"Name": "/s/p", "Type": "String", "Value": "1", "Description": "d"})");
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->physicalId, "/s/p");
  EXPECT_EQ(write([&] { return provider->create(request); }).fault().code, "AlreadyExists");
  auto changed = resourceRequest(R"({"Name": "/s/p", "Type": "String", "Value": "2", "Tags": {"a": "b"}})", "/s/p");
  changed.oldProperties = request.properties;
  ASSERT_TRUE(write([&] { return provider->update(changed); }).ok());
  EXPECT_EQ(get("/s/p"), "2");
  auto retagged = changed;
  retagged.oldProperties = changed.properties;
  retagged.properties["Tags"] = JsonObject{{"a", "c"}};
  ASSERT_TRUE(write([&] { return provider->update(retagged); }).ok());
  auto out = run(*service_, &SsmService::describeParameters, DescribeParametersInput{});
  EXPECT_EQ(out->parameters->front().version, 2);
  EXPECT_FALSE(out->parameters->front().description);
  auto tags = run(*service_, &SsmService::listTagsForResource, {.resourceType = "Parameter", .resourceId = "/s/p"});
  EXPECT_EQ(tags->tagList->front().key, "a");
  EXPECT_EQ(tags->tagList->front().value, "c");
  ASSERT_TRUE(write([&] { return provider->remove(changed); }).ok());
  ASSERT_TRUE(write([&] { return provider->remove(changed); }).ok());
  EXPECT_EQ(get("/s/p"), "ParameterNotFound");
  auto secret = resourceRequest(R"({"Type": "SecureString", "Value": "1"})");
  EXPECT_FALSE(write([&] { return provider->create(secret); }).ok());
}

TEST_F(SsmTest, AnAccountHasTenThousandParameters) {
  ASSERT_TRUE(
      write([&]() -> Result<bool> {
        database_->execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
            " INSERT INTO ssm_parameters (account, region, name, latest, tags) SELECT ?, ?, 'p' || i, 1, '{}'"
            " FROM n",
            kAccount, kRegion);
        return true;
      }).ok());
  EXPECT_EQ(put(input("the-last", "v")), "");
  EXPECT_TRUE(put(input("another", "v")).starts_with("ParameterLimitExceeded 400: "));
  EXPECT_EQ(overwrite(input("the-last", "w")), "") << "no parameter more";
}

}  // namespace
}  // namespace hearth::services::ssm
