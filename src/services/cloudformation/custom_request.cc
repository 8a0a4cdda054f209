#include "services/cloudformation/custom_request.h"

#include <algorithm>

#include "base/bytes.h"
#include "ports/answer_receiver.h"
#include "services/cloudformation/answer_url.h"
#include "services/cloudformation/request_parts.h"
#include "stacks/scalars.h"

namespace hearth::services::cloudformation {
namespace {

using ports::ResourceProgress;
using ports::ResourceRequest;
using ports::ResourceVerb;

constexpr std::size_t kMostPhysicalId = 1024;
constexpr std::size_t kMostDepth = 32;
constexpr std::int64_t kMostSeconds = 3600;

const char* typeOf(ResourceVerb verb) {
  switch (verb) {
    case ResourceVerb::kCreate:
      return "Create";
    case ResourceVerb::kUpdate:
    case ResourceVerb::kRestore:
      return "Update";
    case ResourceVerb::kRemove:
    case ResourceVerb::kSettle:
      break;
  }
  return "Delete";
}

ResourceProgress failed(std::string physicalId, std::string reason) {
  ResourceProgress progress;
  progress.stage = ResourceProgress::Stage::kFailed;
  progress.state.physicalId = std::move(physicalId);
  progress.reason = std::move(reason);
  return progress;
}

// Null is no value of a template's.
Json withoutNulls(const Json& value) {
  if (const auto* list = value.if_array()) {
    JsonArray kept;
    for (const Json& item : *list)
      if (!item.is_null()) kept.push_back(withoutNulls(item));
    return kept;
  }
  if (const auto* map = value.if_object()) {
    JsonObject kept;
    for (const auto& [key, member] : *map)
      if (!member.is_null()) kept.emplace(key, withoutNulls(member));
    return kept;
  }
  return value;
}

bool isTrue(const Json* value) { return value && stacks::booleanOf(*value).value_or(false); }

}  // namespace

Json asTexts(const Json& value) {
  if (const auto* list = value.if_array()) {
    JsonArray texts;
    for (const Json& item : *list) texts.push_back(asTexts(item));
    return texts;
  }
  if (const auto* map = value.if_object()) {
    JsonObject texts;
    for (const auto& [key, member] : *map) texts.emplace(key, asTexts(member));
    return texts;
  }
  const auto text = stacks::textOf(value);
  return text ? Json(*text) : value;
}

std::string writeRequest(const ResourceRequest& request, const CustomRequest& sent) {
  JsonObject event{{"RequestType", typeOf(request.verb)},
                   {"ServiceToken", base::findString(Json(request.properties), "ServiceToken").value_or("")},
                   {"ResponseURL", sent.responseUrl},
                   {"StackId", request.stackId},
                   {"RequestId", sent.id},
                   {"LogicalResourceId", request.logicalId}};
  if (!sent.physicalId.empty()) event.emplace("PhysicalResourceId", sent.physicalId);
  event.emplace("ResourceType", request.type);
  event.emplace("ResourceProperties", asTexts(Json(request.properties)));
  const bool isUpdate = request.verb == ResourceVerb::kUpdate || request.verb == ResourceVerb::kRestore;
  if (isUpdate) event.emplace("OldResourceProperties", asTexts(Json(request.oldProperties)));
  return base::writeJson(Json(std::move(event)));
}

std::string responseUrl(const ResourceRequest& request, const std::string& requestId, const std::string& token,
                        base::Time now, std::chrono::seconds expires) {
  std::string region = request.region;
  std::erase(region, '-');
  return answerUrl(ports::kAnswerBucket + region, request.region,
                   request.stackId + "|" + request.logicalId + "|" + requestId, token, now, expires);
}

Result<std::string> functionOf(const ResourceRequest& request) {
  const std::string token = base::findString(Json(request.properties), "ServiceToken").value_or("");
  if (token.starts_with("arn:aws:sns:"))
    return invalid("Hearth does not support topics of SNS as the ServiceToken of a custom resource.");
  const std::string own = "arn:" + request.partition + ":lambda:" + request.region + ":" + request.account;
  if (!token.starts_with(own + ":function:"))
    return invalid("Invalid ServiceToken: " + token.substr(0, 300) +
                   " is not the ARN of a Lambda function in the stack's account and region.");
  return token;
}

Result<std::chrono::seconds> timeoutOf(const ResourceRequest& request) {
  const Json* given = request.properties.if_contains("ServiceTimeout");
  const std::int64_t seconds = given ? stacks::integerOf(*given).value_or(0) : kMostSeconds;
  if (seconds < 1 || seconds > kMostSeconds)
    return invalid("Invalid ServiceTimeout: it is a number of seconds from 1 to 3600.");
  return std::chrono::seconds(seconds);
}

ResourceProgress readAnswer(const ResourceRequest& request, const CustomRequest& sent, std::string_view body) {
  const std::string& standing = sent.physicalId;
  if (body.size() > ports::kMostAnswerBytes) return failed(standing, "Response object is too long.");
  const auto parsed = base::parseJson(body, kMostDepth);
  if (!parsed.ok() || !parsed->is_object()) return failed(standing, "Response is not valid JSON");
  const Json& answer = *parsed;
  const std::string given = base::findString(answer, "PhysicalResourceId").value_or("");
  const std::string physicalId = given.empty() ? standing : given;
  if (physicalId.size() > kMostPhysicalId) return failed(standing, "Invalid PhysicalResourceId");
  const std::pair<const char*, const std::string&> copies[] = {
      {"StackId", request.stackId}, {"RequestId", sent.id}, {"LogicalResourceId", request.logicalId}};
  for (const auto& [name, wanted] : copies) {
    if (base::findString(answer, name) != wanted)
      return failed(physicalId, "Invalid response object: " + std::string(name) + " is not the one of the request");
  }
  const std::string status = base::findString(answer, "Status").value_or("");
  if (status == "FAILED") {
    return failed(physicalId, "Received response status [FAILED] from custom resource. Message returned: " +
                                  base::findString(answer, "Reason").value_or("") + " (RequestId: " + sent.id +
                                  ")");
  }
  if (status != "SUCCESS")
    return failed(physicalId, "Invalid response object: Value of Status must be either SUCCESS or FAILED");
  if (physicalId.empty()) return failed(standing, "Invalid PhysicalResourceId");
  const Json* data = base::findMember(answer, "Data");
  if (data && !data->is_object() && !data->is_null())
    return failed(physicalId, "Invalid response object: Value of Data must be an object");
  ResourceProgress progress;
  progress.state.physicalId = physicalId;
  if (data && data->is_object()) progress.state.attributes = withoutNulls(*data).get_object();
  progress.state.secret = isTrue(base::findMember(answer, "NoEcho"));
  return progress;
}

std::string noAnswerReason(const std::string& requestId) {
  return "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
         "requestId "
         "[" +
         requestId +
         "]. If you are using the Python cfn-response module, you may need to update your Lambda function code so "
         "that CloudFormation can attach the updated version.";
}

}  // namespace hearth::services::cloudformation
