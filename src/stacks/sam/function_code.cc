#include "stacks/sam/function_code.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/policies.h"

namespace hearth::stacks::sam {
namespace {

std::optional<JsonObject> parseS3Uri(std::string_view uri) {
  if (!uri.starts_with("s3://")) return std::nullopt;
  uri.remove_prefix(5);
  uri = uri.substr(0, uri.find('#'));
  const auto mark = uri.find('?');
  const std::string_view query = mark == std::string_view::npos ? "" : uri.substr(mark + 1);
  const std::string_view place = uri.substr(0, mark);
  const auto slash = place.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  if (place.substr(0, slash).find_first_of("[]") != std::string_view::npos) return std::nullopt;  // a token of CDK
  const auto key = std::min(place.find_first_not_of('/', slash), place.size());
  JsonObject location;
  location.emplace("Bucket", place.substr(0, slash));
  location.emplace("Key", place.substr(key));
  constexpr std::string_view kVersion = "versionId=";
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (pair.starts_with(kVersion) && pair.size() > kVersion.size()) {
      location.insert_or_assign("Version", base::uriDecode(pair.substr(kVersion.size())));
    }
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
  }
  return location;
}

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

// !If [C, A, !Ref AWS::NoValue]: SAM makes a queue or topic for one of the cases.
bool mayBeNothing(const Json& target) {
  const Json* outcomes = base::findMember(target, "Fn::If");
  return outcomes && outcomes->is_array() &&
         std::any_of(outcomes->get_array().begin(), outcomes->get_array().end(), isNoValue);
}

Result<void> checkDestination(const std::string& functionId, const std::string& outcome, const std::string& type,
                              const Json* target) {
  const bool isQueueOrTopic = type == "SQS" || type == "SNS";
  if (!isQueueOrTopic && type != "EventBridge" && type != "Lambda" && type != "S3Bucket") {
    return invalidResource(functionId, "'Type: " + type.substr(0, 200) +
                                           "' must be one of ['SQS', 'SNS', 'EventBridge', 'Lambda', 'S3Bucket']");
  }
  if (target && !(isQueueOrTopic && mayBeNothing(*target))) return {};
  if (!isQueueOrTopic) return invalidResource(functionId, "Destination is required if Type is not ['SQS', 'SNS']");
  return invalidResource(functionId, "EventInvokeConfig.DestinationConfig." + outcome + " of type " + type +
                                         " without a Destination is not supported: Hearth does not run " + type +
                                         ".");
}

// What the function's role needs to send its outcomes there.
JsonObject destinationPolicy(const std::string& name, const std::string& type, const Json& target) {
  if (type == "SQS") return inlinePolicy(name + "SQSPolicy", "sqs:SendMessage", target);
  if (type == "SNS") return inlinePolicy(name + "SNSPolicy", "sns:publish", target);
  if (type == "EventBridge") return inlinePolicy(name + "EventBridgePolicy", "events:PutEvents", target);
  if (type == "Lambda") return inlinePolicy(name + "LambdaPolicy", "lambda:InvokeFunction", target);
  const Json objects = JsonObject{{"Fn::Join", JsonArray{Json("/"), Json(JsonArray{target, Json("*")})}}};
  JsonObject policy = inlinePolicy(name + "S3Policy", "s3:PutObject", objects);
  JsonObject listing = inlinePolicy("", "s3:ListBucket", target);
  policy["PolicyDocument"].get_object()["Statement"].get_array().push_back(
      listing["PolicyDocument"].get_object()["Statement"].get_array().front());
  return policy;
}

}  // namespace

Result<JsonObject> s3Location(const std::string& logicalId, std::string_view property, const Json& location) {
  if (const auto* object = location.if_object()) {
    if (isTruthy(*object, "Bucket") && isTruthy(*object, "Key")) return *object;
    return invalidResource(logicalId, quoted(property) + " requires Bucket and Key properties to be specified.");
  }
  if (!location.is_string()) {
    return invalidResource(logicalId, quoted(property) + " must be of type dict or string.");
  }
  const std::string_view text = location.get_string();
  const auto dynamic = text.find("{{resolve:");
  if (dynamic != std::string_view::npos &&
      text.substr(dynamic, text.find("}}")).find('/') != std::string_view::npos) {
    return invalidResource(logicalId, "Unsupported dynamic reference detected in " + quoted(property) +
                                          ". Please consider using alternative 'FunctionCode' object format.");
  }
  if (auto parsed = parseS3Uri(text)) return *std::move(parsed);
  return invalidResource(logicalId, quoted(property) +
                                        " is not a valid S3 Uri of the form 's3://bucket/key' with optional "
                                        "versionId query parameter.");
}

Result<Json> functionCode(const Source& source) {
  if (const Json* inlined = source.property("InlineCode")) {
    JsonObject code;
    code.emplace("ZipFile", *inlined);
    if (source.says("SourceKMSKeyArn")) code.emplace("SourceKMSKeyArn", *source.property("SourceKMSKeyArn"));
    return Json(std::move(code));
  }
  const Json* uri = source.property("CodeUri");
  if (!uri) return invalidResource(source.id, "Only one of 'InlineCode' or 'CodeUri' can be set.");
  HEARTH_TRY(const JsonObject location, s3Location(source.id, "CodeUri", *uri));
  JsonObject code;
  code.emplace("S3Bucket", location.at("Bucket"));
  code.emplace("S3Key", location.at("Key"));
  if (const Json* version = location.if_contains("Version")) code.emplace("S3ObjectVersion", *version);
  if (source.says("SourceKMSKeyArn")) code.emplace("SourceKMSKeyArn", *source.property("SourceKMSKeyArn"));
  return Json(std::move(code));
}

Result<std::string> versionSuffix(Parameters& parameters, const Source& source, const JsonObject& function,
                                  const Json& sha) {
  if (isTruthy(&sha)) return std::string(sha.get_string()).substr(0, 10);
  if (source.says("AutoPublishAliasAllProperties")) return hashOf(canonicalText(Json(function)));
  HEARTH_TRY(Json seen, parameters.resolve(function.at("Code")));
  JsonObject& object = seen.get_object();
  const Json* environment = function.if_contains("Environment");
  if (environment && environment->is_object()) {
    for (const auto& [name, value] : environment->get_object()) object.insert_or_assign(name, value);
  }
  if (isTruthy(function, "MemorySize")) object.insert_or_assign("MemorySize", function.at("MemorySize"));
  const Json* snapStart = function.if_contains("SnapStart");
  if (snapStart && base::findString(*snapStart, "ApplyOn").value_or("None") != "None") {
    object.insert_or_assign("SnapStart", *snapStart);
  }
  return hashOf(canonicalText(seen));
}

Result<std::string> aliasLogicalId(const std::string& functionId, const std::string& alias) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool isNumber = std::all_of(alias.begin(), alias.end(), isDigit);
  const bool isName = std::all_of(alias.begin(), alias.end(),
                                  [&](char c) { return isDigit(c) || isLetter(c) || c == '-' || c == '_'; });
  if (alias.empty()) return invalidResource(functionId, "Alias name is required to create an alias");
  if (isNumber || !isName) {
    return invalidResource(functionId, "AutoPublishAlias name ('" + alias.substr(0, 200) +
                                           "') must contain only alphanumeric characters, hyphens, or underscores "
                                           "matching (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern.");
  }
  std::string id = functionId + "Alias";
  for (const char c : alias) id += c == '-' ? 'D' : c == '_' ? 'U' : c;
  return id;
}

Result<Destinations> invokeDestinations(const std::string& functionId, const std::string& configId,
                                        const Json& config) {
  Destinations destinations;
  const Json* given = base::findMember(config, "DestinationConfig");
  if (!isTruthy(given)) return destinations;
  const auto notAMap = [&](const std::string& name) {
    return invalidResource(functionId, "Property 'EventInvokeConfig." + name + "' should be a map.");
  };
  if (!given->is_object()) return notAMap("DestinationConfig");
  for (const std::string outcome : {"OnSuccess", "OnFailure"}) {
    const Json* one = given->get_object().if_contains(outcome);
    if (!one) continue;
    if (!one->is_object()) return notAMap("DestinationConfig." + outcome);
    const std::string type = base::findString(*one, "Type").value_or("None");
    const Json* target = base::findMember(*one, "Destination");
    HEARTH_CHECK(checkDestination(functionId, outcome, type, target));
    destinations.config.emplace(outcome, JsonObject{{"Destination", *target}});
    destinations.policies.emplace_back(destinationPolicy(configId + outcome, type, *target));
  }
  return destinations;
}

}  // namespace hearth::stacks::sam
