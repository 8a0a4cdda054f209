#include "stacks/sam/function.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/sam/events.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/function_code.h"
#include "stacks/sam/json.h"
#include "stacks/sam/policies.h"
#include "stacks/sam/properties.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kType = "AWS::Serverless::Function";

constexpr std::array kProperties = {
    Property{"Architectures"},
    Property{"AssumeRolePolicyDocument", Shape::kMap},
    Property{"AutoPublishAlias", Shape::kText},
    Property{"AutoPublishAliasAllProperties", Shape::kBoolean, false, false},
    Property{"AutoPublishCodeSha256", Shape::kText},
    Property{"CodeSigningConfigArn"},
    Property{"CodeUri"},
    Property{"DeadLetterQueue", Shape::kMap},
    Property{"DeploymentPreference", Shape::kMap},
    Property{"Description"},
    Property{"Environment", Shape::kMapOfMaps},
    Property{"EphemeralStorage"},
    Property{"EventInvokeConfig", Shape::kMap},
    Property{"Events", Shape::kMapOfMaps},
    Property{"FileSystemConfigs"},
    Property{"FunctionName", Shape::kTextOrMap},
    Property{"Handler"},
    Property{"InlineCode"},
    Property{"KmsKeyArn"},
    Property{"Layers", Shape::kListOfReferences},
    Property{"LoggingConfig"},
    Property{"MemorySize"},
    Property{"PackageType"},
    Property{"PermissionsBoundary", Shape::kText},
    Property{"Policies", Shape::kPolicies},
    Property{"PropagateTags", Shape::kBoolean},
    Property{"ProvisionedConcurrencyConfig"},
    Property{"RecursiveLoop"},
    Property{"ReservedConcurrentExecutions"},
    Property{"Role", Shape::kText},
    Property{"RolePath"},
    Property{"Runtime"},
    Property{"RuntimeManagementConfig"},
    Property{"SnapStart", Shape::kMap},
    Property{"SourceKMSKeyArn"},
    Property{"Tags", Shape::kMap},
    Property{"Timeout"},
    Property{"Tracing", Shape::kTextOrMap},
    Property{"VersionDeletionPolicy", Shape::kText},
    Property{"VersionDescription"},
    Property{"VpcConfig"},
};

// What SAM has and Hearth has nothing for.
constexpr std::array<std::string_view, 8> kUnsupported = {
    "CapacityProviderConfig",   "DurableConfig", "FunctionScalingConfig",
    "FunctionUrlConfig",        "ImageConfig",   "ImageUri",
    "PublishToLatestPublished", "TenancyConfig"};

// Handed on under the same name.
constexpr std::array<std::string_view, 20> kPassedOn = {"Handler",
                                                        "Runtime",
                                                        "Description",
                                                        "MemorySize",
                                                        "Timeout",
                                                        "VpcConfig",
                                                        "Role",
                                                        "Environment",
                                                        "KmsKeyArn",
                                                        "ReservedConcurrentExecutions",
                                                        "Layers",
                                                        "FileSystemConfigs",
                                                        "PackageType",
                                                        "Architectures",
                                                        "SnapStart",
                                                        "EphemeralStorage",
                                                        "CodeSigningConfigArn",
                                                        "RuntimeManagementConfig",
                                                        "LoggingConfig",
                                                        "RecursiveLoop"};

Result<void> check(const Source& source) {
  for (const std::string_view name : kUnsupported) {
    if (source.property(name)) return invalidResource(source.id, std::string(name) + " is not supported.");
  }
  HEARTH_CHECK(checkProperties(source.id, kType, source.properties, kProperties));
  if (const Json* policy = source.property("VersionDeletionPolicy")) {
    if (policy->is_string() && *policy != "Delete" && *policy != "Retain") {
      return invalidResource(
          source.id, "Property 'VersionDeletionPolicy' should be a one of the strings: 'Delete' or 'Retain'.");
    }
    if (!source.property("AutoPublishAlias")) {
      return invalidResource(source.id, "'VersionDeletionPolicy' requires 'AutoPublishAlias'.");
    }
  }
  if (const Json* preference = source.property("DeploymentPreference")) {
    const Json* enabled = base::findMember(*preference, "Enabled");
    if (!enabled || booleanOf(*enabled).value_or(true)) {
      return invalidResource(source.id, "DeploymentPreference is not supported: Hearth does not run CodeDeploy.");
    }
  }
  if (source.says("ProvisionedConcurrencyConfig") && !source.says("AutoPublishAlias")) {
    return invalidResource(source.id,
                           "To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function");
  }
  if (const Json* packageType = source.property("PackageType"); packageType && *packageType != "Zip") {
    return invalidResource(source.id, "PackageType needs to be `Zip`: Hearth runs no images.");
  }
  if (!source.says("Runtime") || !source.says("Handler")) {
    return invalidResource(source.id, "Runtime and Handler needs to be present when PackageType is of type `Zip`");
  }
  return {};
}

Result<void> checkDeadLetters(const Source& source) {
  const Json* queue = source.property("DeadLetterQueue");
  if (!isTruthy(queue)) return {};
  const JsonObject& object = queue->get_object();
  if (!isTruthy(object, "Type") || !isTruthy(object, "TargetArn")) {
    return invalidResource(source.id, "'DeadLetterQueue' requires Type and TargetArn properties to be specified.");
  }
  const Json& type = object.at("Type");
  if (type != "SQS" && type != "SNS") {
    return invalidResource(source.id, "'DeadLetterQueue' requires Type of ['SQS', 'SNS']");
  }
  return {};
}

// The tag that says who made it, then those of the template.
Result<JsonArray> tagsOf(const Source& source) {
  JsonArray tags = tagList({{"lambda:createdBy", "SAM"}});
  const Json* given = source.property("Tags");
  if (!isTruthy(given)) return tags;
  for (const std::string_view reserved :
       {"lambda:createdBy", "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"}) {
    if (!given->get_object().contains(reserved)) continue;
    return invalidResource(source.id, std::string(reserved) +
                                          " is a reserved Tag key name and cannot be set on your resource. Please "
                                          "change the tag key in the input.");
  }
  for (Json& tag : tagList(given->get_object())) tags.push_back(std::move(tag));
  return tags;
}

class FunctionExpansion final {
 public:
  FunctionExpansion(Context& context, Source source) : context_(context), source_(std::move(source)) {}

  Result<void> run() {
    HEARTH_CHECK(check(source_));
    HEARTH_CHECK(checkDeadLetters(source_));
    HEARTH_TRY(Json tracing, resolved("Tracing"));
    isTraced_ = source_.says("Tracing") && tracing != "Disabled";
    HEARTH_CHECK(makeFunction());
    HEARTH_CHECK(publish());
    HEARTH_CHECK(makeInvokeConfig());
    HEARTH_CHECK(makeRole());
    EventTarget target{alias_ ? alias_->id : source_.id, alias_ ? TargetKind::kAlias : TargetKind::kFunction,
                       source_.inheritedAttributes()};
    HEARTH_TRY(std::vector<Generated> forEvents, expandEvents(context_, source_, target));
    made_.insert(made_.begin(), std::move(function_));
    for (Generated& one : forEvents) made_.push_back(std::move(one));
    propagateTags();
    for (Generated& one : made_) HEARTH_CHECK(context_.add(std::move(one)));
    return {};
  }

 private:
  Result<Json> resolved(std::string_view name) {
    const Json* value = source_.property(name);
    return value ? context_.parameters.resolve(*value) : Result<Json>(Json());
  }

  Result<void> makeFunction() {
    function_ = {source_.id, "AWS::Lambda::Function", {}, source_.attributes, source_.dependsOn};
    HEARTH_TRY(Json code, functionCode(source_));
    function_.properties.emplace("Code", std::move(code));
    if (source_.says("FunctionName")) function_.copy("FunctionName", source_.property("FunctionName"));
    for (const std::string_view name : kPassedOn) function_.copy(name, source_.property(name));
    HEARTH_TRY(JsonArray tags, tagsOf(source_));
    function_.properties.emplace("Tags", tags);
    if (isTraced_)
      function_.properties.emplace("TracingConfig", JsonObject{{"Mode", *source_.property("Tracing")}});
    if (source_.says("DeadLetterQueue")) {
      const Json& target = source_.property("DeadLetterQueue")->get_object().at("TargetArn");
      function_.properties.emplace("DeadLetterConfig", JsonObject{{"TargetArn", target}});
    }
    return {};
  }

  // AutoPublishAlias: a version that is named by its code, and the alias of it.
  Result<void> publish() {
    if (!source_.says("AutoPublishAlias")) return {};
    HEARTH_TRY(const Json name, resolved("AutoPublishAlias"));
    if (!name.is_string()) {
      return invalidResource(source_.id, "'AutoPublishAlias' must be a string or a Ref to a template parameter");
    }
    const std::string aliasName(name.get_string());
    HEARTH_TRY(const Json sha, resolved("AutoPublishCodeSha256"));
    if (isTruthy(&sha)) HEARTH_CHECK(describeBy(sha));
    HEARTH_TRY(const std::string suffix, versionSuffix(context_.parameters, source_, function_.properties, sha));
    Generated version{source_.id + "Version" + suffix, "AWS::Lambda::Version", {}, source_.inheritedAttributes()};
    if (!version.attributes.contains("DeletionPolicy")) {
      const Json* given = source_.property("VersionDeletionPolicy");
      version.attributes.emplace("DeletionPolicy", given ? *given : Json("Retain"));
    }
    version.properties.emplace("FunctionName", refTo(source_.id));
    version.copy("Description", source_.property("VersionDescription"));
    HEARTH_TRY(const std::string aliasId, aliasLogicalId(source_.id, aliasName));
    Generated alias{aliasId, "AWS::Lambda::Alias", {}, source_.inheritedAttributes()};
    alias.properties.emplace("Name", aliasName);
    alias.properties.emplace("FunctionName", refTo(source_.id));
    alias.properties.emplace("FunctionVersion", attributeOf(version.id, "Version"));
    if (source_.says("ProvisionedConcurrencyConfig")) {
      alias.copy("ProvisionedConcurrencyConfig", source_.property("ProvisionedConcurrencyConfig"));
    }
    context_.references[source_.id + ".Version"] = version.id;
    context_.references[source_.id + ".Alias"] = alias.id;
    aliasName_ = aliasName;
    alias_ = alias;
    made_.push_back(std::move(version));
    made_.push_back(std::move(alias));
    return {};
  }

  // The hash of the code in the description makes the function change with it.
  Result<void> describeBy(const Json& sha) {
    if (!sha.is_string()) return invalidResource(source_.id, "AutoPublishCodeSha256 must be a string");
    HEARTH_TRY(const Json description, resolved("Description"));
    Json& into = function_.properties["Description"];
    if (!isTruthy(&description)) {
      into = sha;
    } else if (description.is_string()) {
      into = std::string(description.get_string()) + " " + std::string(sha.get_string());
    } else {
      into = JsonObject{{"Fn::Join", JsonArray{Json(" "), Json(JsonArray{description, sha})}}};
    }
    return {};
  }

  Result<void> makeInvokeConfig() {
    if (!source_.says("EventInvokeConfig")) return {};
    HEARTH_TRY(const Json config, resolved("EventInvokeConfig"));
    const std::string id = source_.id + "EventInvokeConfig";
    Generated made{id, "AWS::Lambda::EventInvokeConfig", {}, source_.attributes};
    if (alias_) made.dependsOn = JsonArray{Json(alias_->id)};
    made.properties.emplace("FunctionName", refTo(source_.id));
    made.properties.emplace("Qualifier", alias_ ? aliasName_ : "$LATEST");
    HEARTH_TRY(Destinations destinations, invokeDestinations(source_.id, id, config));
    made.properties.emplace("DestinationConfig", std::move(destinations.config));
    destinationPolicies_ = std::move(destinations.policies);
    made.copy("MaximumEventAgeInSeconds", base::findMember(config, "MaximumEventAgeInSeconds"));
    made.copy("MaximumRetryAttempts", base::findMember(config, "MaximumRetryAttempts"));
    made_.push_back(std::move(made));
    return {};
  }

  Result<void> makeRole() {
    const Json* given = source_.property("Role");
    const bool isConditional = given && isFnIf(*given);
    if (given && !isConditional) return {};
    Generated role{source_.id + "Role", "AWS::IAM::Role", {}, source_.inheritedAttributes()};
    HEARTH_CHECK(describeRole(role));
    if (!isConditional) {
      function_.properties.insert_or_assign("Role", attributeOf(role.id, "Arn"));
    } else {
      HEARTH_TRY(const bool isNeeded, chooseRole(*given, role));
      if (!isNeeded) return {};
    }
    made_.push_back(std::move(role));
    return {};
  }

  Result<void> describeRole(Generated& role) {
    RolePolicies policies;
    policies.managed.emplace_back(managedPolicyArn("service-role/AWSLambdaBasicExecutionRole"));
    if (isTraced_) policies.managed.emplace_back(managedPolicyArn("AWSXrayWriteOnlyAccess"));
    if (source_.says("VpcConfig")) {
      policies.managed.emplace_back(managedPolicyArn("service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    if (source_.says("DeadLetterQueue")) {
      const JsonObject& queue = source_.property("DeadLetterQueue")->get_object();
      const bool isQueue = queue.at("Type") == "SQS";
      JsonObject policy =
          inlinePolicy("DeadLetterQueuePolicy", isQueue ? "sqs:SendMessage" : "sns:Publish", queue.at("TargetArn"));
      policy["PolicyDocument"].get_object().emplace("Version", "2012-10-17");
      policies.documents.emplace_back(std::move(policy));
    }
    for (Json& policy : destinationPolicies_) policies.documents.push_back(std::move(policy));
    HEARTH_CHECK(addPolicies(source_.id, source_.property("Policies"), policies));
    const Json* trust = source_.property("AssumeRolePolicyDocument");
    role.properties.emplace("AssumeRolePolicyDocument", trust ? *trust : Json(trustOf("lambda.amazonaws.com")));
    role.properties.emplace("ManagedPolicyArns", std::move(policies.managed));
    role.copy("Path", source_.property("RolePath"));
    if (!policies.documents.empty()) role.properties.emplace("Policies", std::move(policies.documents));
    role.copy("PermissionsBoundary", source_.property("PermissionsBoundary"));
    HEARTH_TRY(JsonArray tags, tagsOf(source_));
    role.properties.emplace("Tags", std::move(tags));
    return {};
  }

  // Role: !If [C, A, B], one of which may be AWS::NoValue: then the made role is for that case. False: for neither.
  Result<bool> chooseRole(const Json& given, Generated& role) {
    HEARTH_TRY(const Json call, context_.parameters.resolve(given));
    const Json& arguments = call.get_object().at("Fn::If");
    if (!arguments.is_array() || arguments.get_array().size() != 3 || !arguments.get_array()[0].is_string()) {
      return invalidResource(source_.id, "Malformed 'Role' property: Fn::If requires 3 arguments.");
    }
    const std::string condition(arguments.get_array()[0].get_string());
    const Json& yes = arguments.get_array()[1];
    const Json& no = arguments.get_array()[2];
    if (!isNoValue(yes) && !isNoValue(no)) return false;
    const Json made = attributeOf(role.id, "Arn");
    if (isNoValue(yes) && isNoValue(no)) {
      function_.properties.insert_or_assign("Role", made);
      return true;
    }
    Json choice = onlyIf(condition, isNoValue(yes) ? made : yes);
    choice.get_object()["Fn::If"].get_array()[2] = isNoValue(yes) ? no : made;
    function_.properties.insert_or_assign("Role", std::move(choice));
    if (!isNoValue(yes)) {
      const Json isCondition = JsonObject{{"Condition", condition}};
      context_.conditions().insert_or_assign("NOT" + condition, JsonObject{{"Fn::Not", JsonArray{isCondition}}});
    }
    role.attributes.insert_or_assign("Condition", isNoValue(yes) ? condition : "NOT" + condition);
    return true;
  }

  // PropagateTags: the function's tags, and they alone, on everything that takes tags.
  void propagateTags() {
    if (!source_.says("PropagateTags") || !source_.says("Tags")) return;
    const JsonArray tags = tagList(source_.property("Tags")->get_object());
    for (Generated& one : made_) {
      const bool isTaggable = one.type == "AWS::Lambda::Function" || one.type == "AWS::IAM::Role";
      if (isTaggable) one.properties.insert_or_assign("Tags", tags);
    }
  }

  Context& context_;
  Source source_;
  bool isTraced_ = false;
  Generated function_;
  std::optional<Generated> alias_;
  std::string aliasName_;
  JsonArray destinationPolicies_;
  std::vector<Generated> made_;
};

}  // namespace

Result<void> expandFunction(Context& context, Source source) {
  const std::string id = source.id;
  auto done = FunctionExpansion(context, std::move(source)).run();
  if (!done.ok() && done.fault().code == kEventFault) return invalidResource(id, done.fault().message);
  return done;
}

}  // namespace hearth::stacks::sam
