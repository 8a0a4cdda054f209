// Documents carried out over APIs, and written again: with the service, without a server.
#include <gtest/gtest.h>

#include "services/apigateway/apigateway_resources.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/testing_policies.h"
#include "services/testing_world.h"

namespace hearth::services::apigateway {
namespace {

using namespace api::apigateway;

class NoObjects final : public ports::ObjectReader {
 public:
  std::map<std::string, std::string> objects;

  Result<std::string> readObject(const ports::ObjectRef& object, std::uint64_t) override {
    const auto found = objects.find(object.bucket + "/" + object.key);
    if (found == objects.end()) return Fault("NoSuchKey", "The specified key does not exist.", 404);
    return found->second;
  }
};

const std::string kFunction =
    "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:eu-central-1:111122223333:function:f/invocations";

// Everything that an API can have here.
const std::string kWhole = R"({"swagger":"2.0","info":{"title":"Whole","description":"d","version":"3"},
  "x-amazon-apigateway-binary-media-types":["image/png","*/*"],"x-amazon-apigateway-api-key-source":"AUTHORIZER",
  "x-amazon-apigateway-request-validators":{"body":{"validateRequestBody":true,"validateRequestParameters":false},
    "unused":{"validateRequestBody":true,"validateRequestParameters":true}},
  "x-amazon-apigateway-gateway-responses":{"DEFAULT_4XX":{"statusCode":"418",
    "responseParameters":{"gatewayresponse.header.A":"'b'"},"responseTemplates":{"application/json":"{}"}}},
  "securityDefinitions":{"key":{"type":"apiKey","name":"x-api-key","in":"header"},
    "iam":{"type":"apiKey","name":"Authorization","in":"header","x-amazon-apigateway-authtype":"awsSigv4"},
    "auth":{"type":"apiKey","name":"X-Token","in":"header","x-amazon-apigateway-authtype":"custom",
      "x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":")" +
                           kFunction +
                           R"(","identityValidationExpression":"^x.*","authorizerResultTtlInSeconds":0}},
    "idle":{"type":"apiKey","name":"Unused","in":"header","x-amazon-apigateway-authtype":"custom",
      "x-amazon-apigateway-authorizer":{"type":"request","authorizerUri":")" +
                           kFunction + R"(",
        "identitySource":"method.request.header.A, method.request.querystring.b"}}},
  "definitions":{"Pet":{"type":"object","properties":{"home":{"$ref":"#/definitions/Home"}}},
    "Home":{"type":"string"},"Unused":{"type":"integer"}},
  "paths":{
    "/":{"get":{"responses":{}, "x-amazon-apigateway-integration":{"type":"mock"}}},
    "/pets/{id}":{
      "put":{"operationId":"putPet","consumes":["application/json"],"produces":["application/json"],
        "parameters":[{"name":"id","in":"path","required":true,"type":"string"},
          {"name":"X-A","in":"header","required":false,"type":"string"},
          {"in":"body","name":"Pet","schema":{"$ref":"#/definitions/Pet"}}],
        "responses":{"200":{"description":"ok","schema":{"type":"array","items":{"$ref":"#/definitions/Pet"}},
            "headers":{"X-B":{"type":"string"}}},"404":{"description":"no"}},
        "security":[{"auth":["s"]},{"key":[]}],"x-amazon-apigateway-request-validator":"body",
        "x-amazon-apigateway-integration":{"type":"aws","httpMethod":"POST","uri":")" +
                           kFunction + R"(","timeoutInMillis":5000,"passthroughBehavior":"never",
          "requestParameters":{"integration.request.header.X-C":"method.request.header.X-A"},
          "requestTemplates":{"application/json":"$input.body"
}
, "contentHandling" : "CONVERT_TO_TEXT", "responses" : {
  "default" : {"statusCode" : "200", "responseParameters" : {"method.response.header.X-B" : "'x'"}}, ".*404.*" : {
    "statusCode" : "404", "responseTemplates" : { "text/plain" : "no" }
  }
}
}
}
, "x-amazon-apigateway-any-method" : {
  "responses" : {"200" : {"description" : "ok"}},
                "security" : [ {"iam" : []} ],
                             "x-amazon-apigateway-integration" : {
                               "type" : "http_proxy",
                               "httpMethod" : "ANY",
                               "uri" : "https://a.test/{x}",
                               "requestParameters" : {"integration.request.path.x" : "method.request.path.id"},
                               "tlsConfig" : {"insecureSkipVerification" : true}
                             },
                                                                 "parameters"
      : [ {"name" : "id", "in" : "path", "required" : true, "type" : "string"} ]
}
}
, "/leaf" : {}
}
})";

class ImportTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    keyring_ = store::Keyring::open(folder_, random_).value();
    database_->migrate(apigatewayMigrations());
    service_ = std::make_unique<ApiGatewayService>(*database_, *keyring_, objects_, policies_, pool_, clock_,
                                                   random_, gateway::Throttle{});
    providers_ = makeApiGatewayResources(*service_);
  }
  void TearDown() override {
    providers_.clear();
    service_.reset();
    pool_.stop();
    World::TearDown();
  }

  ImportOrder orderOf(const std::string& text, const std::string& apiId, ImportMode mode = ImportMode::kMerge) {
    auto document = OpenApiDocument::parse(text);
    EXPECT_TRUE(document.ok()) << document.fault().message;
    auto definition = readOpenApi(*document, {.apiId = apiId});
    EXPECT_TRUE(definition.ok()) << definition.fault().message;
    ImportOrder order;
    if (definition.ok()) order.definition = *std::move(definition);
    order.mode = mode;
    return order;
  }

  Result<RestApi> make(const std::string& text) {
    const std::string id = service_->newApiId();
    return write([&] { return service_->importNew(call_, id, orderOf(text, id)); });
  }
  Result<RestApi> put(const std::string& id, const std::string& text, ImportMode mode) {
    return write([&] { return service_->importInto(call_, id, orderOf(text, id, mode)); });
  }
  std::string faultOfMaking(const std::string& text) {
    auto made = make(text);
    return made.ok() ? "" : testing::textOf(made.fault());
  }

  std::string exportOf(const std::string& id, const char* type, const char* accepts = "application/json") {
    GetExportInput in;
    in.restApiId = id;
    in.stageName = "v1";
    in.exportType = type;
    in.accepts = accepts;
    in.parameters.emplace()["extensions"] = "integrations,authorizers";
    auto out = run(*service_, &ApiGatewayService::getExport, in);
    EXPECT_TRUE(out.ok()) << out.fault().message;
    return out.ok() ? out->body.value_or("") : "";
  }
  void deploy(const std::string& id) {
    CreateDeploymentInput in;
    in.restApiId = id;
    in.stageName = "v1";
    auto made = run(*service_, &ApiGatewayService::createDeployment, in);
    EXPECT_TRUE(made.ok()) << made.fault().message;
  }

  std::map<std::string, Resource> resourcesOf(const std::string& id) {
    GetResourcesInput in;
    in.restApiId = id;
    in.limit = 500;
    in.embed = {{"methods"}};
    std::map<std::string, Resource> byPath;
    const auto out = run(*service_, &ApiGatewayService::getResources, in).value();
    for (const Resource& resource : *out.items) byPath[*resource.path] = resource;
    return byPath;
  }

  NoObjects objects_;
  base::ThreadPool pool_{1};
  std::unique_ptr<store::Keyring> keyring_;
  const testing::FakePolicies policies_;
  std::unique_ptr<ApiGatewayService> service_;
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers_;
};

const std::string kHead = R"({"swagger":"2.0","info":{"title":"t","version":"1"},)";
const std::string kMock = R"({"responses":{},"x-amazon-apigateway-integration":{"type":"mock"}})";

TEST_F(ImportTest, MakesTheApiThatTheDocumentDescribes) {
  auto made = make(kWhole);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(made->name, "Whole");
  EXPECT_EQ(made->version, "3");
  EXPECT_EQ(made->apiKeySource, "AUTHORIZER");
  EXPECT_EQ(made->binaryMediaTypes, (std::vector<std::string>{"image/png", "*/*"}));
  const auto resources = resourcesOf(*made->id);
  EXPECT_EQ(made->rootResourceId, resources.at("/").id);
  ASSERT_EQ(resources.size(), 4U);
  EXPECT_EQ(resources.at("/pets/{id}").parentId, resources.at("/pets").id);
  EXPECT_FALSE(resources.at("/pets").resourceMethods);
  const Method& method = resources.at("/pets/{id}").resourceMethods->at("PUT");
  const auto authorizers = run(*service_, &ApiGatewayService::getAuthorizers, {.restApiId = *made->id}).value();
  ASSERT_EQ(authorizers.items->size(), 2U);
  const bool first = authorizers.items->front().name == "auth";
  EXPECT_EQ(method.authorizerId, authorizers.items->at(first ? 0 : 1).id);
  EXPECT_EQ(method.authorizationType, "CUSTOM");
  EXPECT_EQ(method.methodIntegration->cacheNamespace, resources.at("/pets/{id}").id);
  const auto validators =
      run(*service_, &ApiGatewayService::getRequestValidators, {.restApiId = *made->id}).value();
  EXPECT_EQ(validators.items->size(), 2U);
  EXPECT_EQ(run(*service_, &ApiGatewayService::getModels, {.restApiId = *made->id}).value().items->size(), 4U)
      << "no Empty and Error; one for what stands in a response";
}

TEST_F(ImportTest, AnExportMakesTheSameApi) {
  const std::string first = *make(kWhole).value().id;
  deploy(first);
  for (const char* type : {"swagger", "oas30"}) {
    for (const char* accepts : {"application/json", "application/yaml"}) {
      const std::string text = exportOf(first, type, accepts);
      auto second = make(text);
      ASSERT_TRUE(second.ok()) << second.fault().message << "\n" << text;
      EXPECT_FALSE(second->warnings) << second->warnings->front();
      deploy(*second->id);
      for (const char* again : {"swagger", "oas30"}) {
        std::string expected = exportOf(first, again);
        std::string given = exportOf(*second->id, again);
        for (std::size_t at; (at = given.find(*second->id)) != std::string::npos;) given.replace(at, 10, first);
        EXPECT_EQ(given, expected) << type << " " << accepts;
      }
    }
  }
}

TEST_F(ImportTest, AnExportIsOfTheDeployment) {
  const std::string id = *make(kHead + R"("paths":{"/a":{"get":)" + kMock + "}}}").value().id;
  deploy(id);
  const std::string before = exportOf(id, "swagger");
  ASSERT_TRUE(
      put(id, R"({"swagger":"2.0","info":{"title":"other","version":"2"},"paths":{"/b":{"get":)" + kMock + "}}}",
          ImportMode::kOverwrite)
          .ok());
  EXPECT_EQ(exportOf(id, "swagger"), before);
  deploy(id);
  EXPECT_NE(exportOf(id, "swagger"), before);
}

TEST_F(ImportTest, ExportsAreRefusedInWords) {
  const std::string id = *make(kHead + R"("paths":{"/a":{"get":)" + kMock + "}}}").value().id;
  deploy(id);
  GetExportInput in;
  in.restApiId = id;
  in.stageName = "v1";
  in.exportType = "raml";
  EXPECT_EQ(faultOf(*service_, &ApiGatewayService::getExport, in).substr(0, 24), "BadRequestException 400:");
  in.exportType = "oas30";
  in.accepts = "text/plain";
  EXPECT_EQ(faultOf(*service_, &ApiGatewayService::getExport, in).substr(0, 24), "BadRequestException 400:");
  in.accepts.reset();
  in.parameters.emplace()["extensions"] = "postman";
  EXPECT_EQ(faultOf(*service_, &ApiGatewayService::getExport, in),
            "BadRequestException 400: Hearth does not write Postman extensions.");
  in.parameters.reset();
  in.stageName = "none";
  EXPECT_EQ(faultOf(*service_, &ApiGatewayService::getExport, in),
            "NotFoundException 404: Invalid stage identifier specified");
}

TEST_F(ImportTest, OverwritingKeepsIdsOfWhatStays) {
  const std::string id = *make(kWhole).value().id;
  const auto before = resourcesOf(id);
  const std::string authorizer = *before.at("/pets/{id}").resourceMethods->at("PUT").authorizerId;
  ASSERT_TRUE(put(id, kWhole, ImportMode::kOverwrite).ok());
  const auto after = resourcesOf(id);
  for (const auto& [path, resource] : before) EXPECT_EQ(after.at(path).id, resource.id) << path;
  EXPECT_EQ(after.at("/pets/{id}").resourceMethods->at("PUT").authorizerId, authorizer);
  ASSERT_TRUE(put(id, kHead + R"("paths":{"/leaf/deeper":{"get":)" + kMock + "}}}", ImportMode::kOverwrite).ok());
  const auto last = resourcesOf(id);
  EXPECT_EQ(last.size(), 3U);
  EXPECT_EQ(last.at("/leaf").id, before.at("/leaf").id);
  EXPECT_FALSE(last.at("/").resourceMethods);
  EXPECT_TRUE(run(*service_, &ApiGatewayService::getAuthorizers, {.restApiId = id}).value().items->empty());
  EXPECT_TRUE(run(*service_, &ApiGatewayService::getModels, {.restApiId = id}).value().items->empty());
  EXPECT_FALSE(run(*service_, &ApiGatewayService::getRestApi, {.restApiId = id}).value().binaryMediaTypes);
}

TEST_F(ImportTest, MergingAddsAndReplaces) {
  const std::string id = *make(kWhole).value().id;
  ASSERT_TRUE(put(id,
                  R"({"swagger":"2.0","info":{"title":"new","version":"4"},
      "x-amazon-apigateway-binary-media-types":["image/gif","image/png"],
      "paths":{"/pets/{id}":{"put":)" +
                      kMock + R"(},"/more":{"get":)" + kMock + "}}}",
                  ImportMode::kMerge)
                  .ok());
  const auto resources = resourcesOf(id);
  EXPECT_EQ(resources.size(), 5U);
  EXPECT_EQ(resources.at("/pets/{id}").resourceMethods->at("PUT").methodIntegration->type, "MOCK");
  EXPECT_TRUE(resources.at("/pets/{id}").resourceMethods->contains("ANY"));
  const auto rest = run(*service_, &ApiGatewayService::getRestApi, {.restApiId = id}).value();
  EXPECT_EQ(rest.name, "new");
  EXPECT_EQ(rest.description, "d");
  EXPECT_EQ(rest.binaryMediaTypes, (std::vector<std::string>{"image/png", "*/*", "image/gif"}));
}

TEST_F(ImportTest, AllErrorsAreToldAtOnceAndNothingIsMade) {
  EXPECT_EQ(
      faultOfMaking(kHead + R"("definitions":{"a_b":{}},"paths":{"/sp ace":{},
          "/{a}":{},"/{b}":{},"/p":{
          "get":{"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","uri":"arn:nothing"}},
          "put":{"x-amazon-apigateway-request-validator":"none"},
          "post":{"x-amazon-apigateway-integration":{"type":"http","httpMethod":"GET","uri":"ftp://a"}},
          "patch":{"responses":{"200":{}},"x-amazon-apigateway-integration":{"type":"mock","responses":{"default":
              {"statusCode":"200","responseParameters":{"method.response.header.X":"'1'"}}}}},
          "head":{"x-amazon-apigateway-auth":{"type":"custom"}}},"other":{}}})"),
      "BadRequestException 400: Errors found during import:\n"
      "\tUnable to create model for 'a_b': Model name must be alphanumeric: a_b\n"
      "\tUnable to create resource at path '/sp ace': Resource's path part only allow a-zA-Z0-9._-: or a valid "
      "greedy "
      "path variable and curly braces at the beginning and the end.\n"
      "\tUnable to create resource at path '/{b}': A sibling ({a}) of this resource already has a variable path "
      "part "
      "-- only one is allowed\n"
      "\tUnable to put integration on 'GET' for resource at path '/p': Invalid ARN specified in the request\n"
      "\tUnable to put method 'PUT' on resource at path '/p': Invalid Request Validator identifier specified\n"
      "\tUnable to put integration on 'POST' for resource at path '/p': Invalid HTTP endpoint specified for URI\n"
      "\tUnable to put integration response on 'PATCH' for resource at path '/p': Invalid mapping expression "
      "specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: "
      "method.response.header.X]\n"
      "\tUnable to put method 'HEAD' on resource at path '/p': Invalid authorizer ID specified. Setting the "
      "authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.\n"
      "Additionally, these warnings were found:\n"
      "\tParse issue: attribute paths. Resource other should start with /");
  EXPECT_TRUE(run(*service_, &ApiGatewayService::getRestApis, {}).value().items->empty());
}

TEST_F(ImportTest, ResourcesOnTheWayCountAsWell) {
  std::string deep, paths;
  for (int i = 0; i < 600; ++i) deep += "/a";
  paths = "\"/x" + deep + "\":{},\"/y" + deep + "\":{}";
  EXPECT_EQ(faultOfMaking(kHead + R"("paths":{)" + paths + "}}"),
            "LimitExceededException 429: An import may name at most 1000 resources.");
}

TEST_F(ImportTest, WarningsAreToldOrFailTheImport) {
  const std::string text = kHead + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"x"}}}}})";
  const std::string warning = "Unknown integration type 'x' for 'GET /a'. Ignoring.";
  EXPECT_EQ(make(text).value().warnings, (std::vector<std::string>{warning}));
  const std::string id = service_->newApiId();
  auto strict = orderOf(text, id);
  strict.failOnWarnings = true;
  auto made = write([&] { return service_->importNew(call_, id, std::move(strict)); });
  EXPECT_EQ(made.fault().message, "Warnings found during import:\n\t" + warning);
}

TEST_F(ImportTest, RefusesByNameWhatHearthHasNot) {
  const auto refused = [&](const std::string& text, const char* what) {
    EXPECT_NE(faultOfMaking(text).find(what), std::string::npos) << faultOfMaking(text);
  };
  refused(kHead + R"("securityDefinitions":{"c":{"type":"apiKey","name":"A","in":"header",
      "x-amazon-apigateway-authtype":"cognito_user_pools","x-amazon-apigateway-authorizer":{
      "type":"cognito_user_pools","providerARNs":["arn:aws:cognito-idp:a:b:userpool/c"]}}},"paths":{}})",
          "Hearth does not support authorizers of type COGNITO_USER_POOLS");
  refused(
      kHead + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"http_proxy","httpMethod":"GET",
      "uri":"http://a.test","connectionType":"VPC_LINK","connectionId":"c"}}}}})",
      "Hearth does not support VPC links");
  refused(kHead + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"mock",
      "cacheKeyParameters":["method.request.path.x"]}}}}})",
          "Hearth does not cache");
}

TEST_F(ImportTest, ATemplateHasTheDocumentInIt) {
  auto* provider = providerOf(providers_, "AWS::ApiGateway::RestApi");
  auto request = resourceRequest(
      (R"({"Name":"mine","BinaryMediaTypes":["a~1b","c/d"],"Parameters":{"endpointConfigurationTypes":"REGIONAL"},
           "Body":)" +
       kHead + R"("paths":{"/a":{"get":)" + kMock + "}}}}")
          .c_str());
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  auto rest = run(*service_, &ApiGatewayService::getRestApi, {.restApiId = made->physicalId}).value();
  EXPECT_EQ(rest.name, "mine");
  EXPECT_EQ(rest.binaryMediaTypes, (std::vector<std::string>{"a/b", "c/d"}));
  EXPECT_EQ(rest.endpointConfiguration->types, (std::vector<std::string>{"REGIONAL"}));
  EXPECT_EQ(made->attributes.at("RootResourceId"), Json(*rest.rootResourceId));

  const JsonObject before = request.properties;
  request.physicalId = made->physicalId;
  request.oldProperties = before;
  request.properties["Body"].as_object()["paths"] = base::parseJson(R"({"/b":{"get":)" + kMock + "}}").value();
  auto changed = write([&] { return provider->update(request); });
  ASSERT_TRUE(changed.ok()) << changed.fault().message;
  EXPECT_EQ(changed->physicalId, made->physicalId);
  EXPECT_EQ(changed->attributes, made->attributes);
  EXPECT_EQ(resourcesOf(made->physicalId).count("/a"), 0U);
  EXPECT_EQ(resourcesOf(made->physicalId).count("/b"), 1U);
  // The way back.
  std::swap(request.properties, request.oldProperties);
  ASSERT_TRUE(write([&] { return provider->update(request); }).ok());
  EXPECT_EQ(resourcesOf(made->physicalId).count("/a"), 1U);
  EXPECT_EQ(resourcesOf(made->physicalId).count("/b"), 0U);
  // The same document again: what others have added to the API stays.
  const std::string root = *rest.rootResourceId;
  CreateResourceInput extra{made->physicalId, root, "extra"};
  ASSERT_TRUE(run(*service_, &ApiGatewayService::createResource, extra).ok());
  request.oldProperties = request.properties;
  request.properties["Description"] = "other";
  ASSERT_TRUE(write([&] { return provider->update(request); }).ok());
  EXPECT_EQ(resourcesOf(made->physicalId).count("/extra"), 1U);
  EXPECT_EQ(run(*service_, &ApiGatewayService::getRestApi, {.restApiId = made->physicalId}).value().description,
            "other");
}

TEST_F(ImportTest, AnEmptyPolicyIsNone) {
  auto* provider = providerOf(providers_, "AWS::ApiGateway::RestApi");
  auto request = resourceRequest(R"({"Name":"n","Policy":""})");
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  request.physicalId = made->physicalId;
  request.oldProperties = request.properties;
  EXPECT_TRUE(write([&] { return provider->update(request); }).ok());
  EXPECT_FALSE(run(*service_, &ApiGatewayService::getRestApi, {.restApiId = made->physicalId}).value().policy);
}

TEST_F(ImportTest, ATemplateNamesTheDocumentInABucket) {
  auto* provider = providerOf(providers_, "AWS::ApiGateway::RestApi");
  objects_.objects["b/api.yaml"] =
      "swagger: '2.0'\ninfo: {title: from S3, version: '1'}\npaths:\n  /a:\n    get:\n      responses: {}\n";
  auto request = resourceRequest(R"({"BodyS3Location":{"Bucket":"b","Key":"api.yaml"}})");
  auto prepared = provider->prepare(request);
  ASSERT_TRUE(prepared.ok());
  request.prepared = *std::move(prepared);
  objects_.objects.clear();
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(run(*service_, &ApiGatewayService::getRestApi, {.restApiId = made->physicalId}).value().name,
            "from S3");
  EXPECT_EQ(provider->prepare(request).fault().message,
            "The API definition in S3 cannot be read (Error Code: NoSuchKey): The specified key does not exist.");
}

TEST_F(ImportTest, TheBodyIsReadBeforeTheTransaction) {
  auto* provider = providerOf(providers_, "AWS::ApiGateway::RestApi");
  auto request = resourceRequest(R"({"Body":{"info":{"title":"of no version"},"paths":{}}})");
  EXPECT_FALSE(provider->prepare(request).ok());
  request = resourceRequest(R"({"Body":{"swagger":"2.0","info":{"title":"t","version":"1"},"paths":{}}})");
  auto prepared = provider->prepare(request);
  ASSERT_TRUE(prepared.ok()) << prepared.fault().message;
  request.prepared = *prepared;
  request.properties["Body"] = "not looked at again";
  auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  request.physicalId = made->physicalId;
  request.oldProperties = request.properties;
  EXPECT_EQ(*provider->prepare(request), nullptr) << "the document is the same";
}

TEST_F(ImportTest, RolesInABucketAreForRootsStacksAlone) {
  auto* provider = providerOf(providers_, "AWS::ApiGateway::RestApi");
  objects_.objects["b/k"] = kHead + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"aws",
      "httpMethod":"GET","uri":"arn:aws:apigateway:eu-central-1:s3:path/b/k",
      "credentials":"arn:aws:iam::111122223333:role/r"}}}}})";
  auto request = resourceRequest(R"({"BodyS3Location":{"Bucket":"b","Key":"k"}})");
  request.actor = "arn:aws:iam::111122223333:user/u";
  auto refused = write([&] { return provider->create(request); });
  EXPECT_EQ(refused.fault().code, "BadRequestException");
  request.actor.clear();
  EXPECT_TRUE(write([&] { return provider->create(request); }).ok());
}

TEST_F(ImportTest, SettingsOfMethodsComeWithStagesAndDeployments) {
  const std::string id = *make(kHead + R"("paths":{"/a":{"get":)" + kMock + "}}}").value().id;
  auto* deployments = providerOf(providers_, "AWS::ApiGateway::Deployment");
  auto request = resourceRequest((R"({"RestApiId":")" + id + R"(","StageName":"s","StageDescription":{
      "Variables":{"v":"1"},"MetricsEnabled":true,"MethodSettings":[{"ResourcePath":"/~1a","HttpMethod":"GET",
      "ThrottlingRateLimit":2.5,"ThrottlingBurstLimit":3,"LoggingLevel":"INFO"}]}})")
                                     .c_str());
  auto made = write([&] { return deployments->create(request); });
  ASSERT_TRUE(made.ok()) << made.fault().message;
  const auto stage = [&] { return run(*service_, &ApiGatewayService::getStage, {id, "s"}).value(); };
  EXPECT_EQ(stage().variables->at("v"), "1");
  ASSERT_EQ(stage().methodSettings->size(), 2U);
  EXPECT_EQ(stage().methodSettings->at("*/*").metricsEnabled, true);
  EXPECT_EQ(stage().methodSettings->at("~1a/GET").throttlingRateLimit, 2.5);
  EXPECT_EQ(stage().methodSettings->at("~1a/GET").throttlingBurstLimit, 3);
  EXPECT_EQ(stage().methodSettings->at("~1a/GET").loggingLevel, "INFO");
  auto* stages = providerOf(providers_, "AWS::ApiGateway::Stage");
  auto other =
      resourceRequest((R"({"RestApiId":")" + id + R"(","StageName":"t","DeploymentId":")" + made->physicalId +
                       R"(","MethodSettings":[{"ResourcePath":"/*","HttpMethod":"*","DataTraceEnabled":true,
      "ThrottlingBurstLimit":7}]})")
                          .c_str());
  auto second = write([&] { return stages->create(other); });
  ASSERT_TRUE(second.ok()) << second.fault().message;
  other.physicalId = "t";
  other.oldProperties = other.properties;
  other.properties["MethodSettings"] =
      base::parseJson(R"([{"ResourcePath":"/","HttpMethod":"POST","LoggingLevel":"ERROR"}])").value();
  ASSERT_TRUE(write([&] { return stages->update(other); }).ok());
  const auto now = run(*service_, &ApiGatewayService::getStage, {id, "t"}).value();
  ASSERT_EQ(now.methodSettings->size(), 1U);
  EXPECT_EQ(now.methodSettings->at("~1/POST").loggingLevel, "ERROR");
  other.properties["MethodSettings"] = base::parseJson(R"([{"CachingEnabled":true}])").value();
  EXPECT_EQ(write([&] { return stages->update(other); }).fault().message,
            "Hearth does not cache responses (caching/enabled).");
}

}  // namespace
}  // namespace hearth::services::apigateway
