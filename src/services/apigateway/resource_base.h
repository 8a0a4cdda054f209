// What the CloudFormation types of API Gateway share.
#pragma once

#include <string>
#include <utility>

#include "api/document.h"
#include "services/apigateway/apigateway_service.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::apigateway {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;

inline constexpr auto kReplacement = ports::UpdateBehavior::kReplacement;

inline PropertySpec text(const char* name) { return {.name = name}; }
inline PropertySpec flag(const char* name) { return {.name = name, .kind = PropertyKind::kBoolean}; }
inline PropertySpec integer(const char* name) { return {.name = name, .kind = PropertyKind::kInteger}; }
inline PropertySpec number(const char* name) { return {.name = name, .kind = PropertyKind::kDouble}; }
inline PropertySpec mapOf(const char* name, PropertySpec element) {
  return {.name = name, .kind = PropertyKind::kMap, .members = {std::move(element)}};
}
inline PropertySpec listOf(const char* name, PropertySpec element) {
  return {.name = name, .kind = PropertyKind::kList, .members = {std::move(element)}};
}
inline PropertySpec object(const char* name, std::vector<PropertySpec> members) {
  return {.name = name, .kind = PropertyKind::kObject, .members = std::move(members)};
}
inline PropertySpec required(PropertySpec property) {
  property.required = true;
  return property;
}
inline PropertySpec fixed(PropertySpec property) {
  property.update = kReplacement;
  return property;
}

inline std::string property(const ResourceRequest& request, std::string_view name) {
  return base::findString(request.properties, name).value_or("");
}

inline api::apigateway::PatchOperation patchOf(const char* op, std::string path, std::string value = {}) {
  api::apigateway::PatchOperation operation;
  operation.op = op;
  operation.path = std::move(path);
  operation.value = std::move(value);
  return operation;
}

// What a template no longer says is not there any more.
inline api::apigateway::PatchOperation patchTo(std::string path, const std::optional<std::string>& value) {
  return value ? patchOf("replace", std::move(path), *value) : patchOf("remove", std::move(path));
}

// "a/b" -> "a~1b", as a segment of a patch's path.
inline std::string escapedSegment(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '/' ? std::string("~1") : c == '~' ? std::string("~0") : std::string(1, c);
  return out;
}

// The operation's input out of the properties; those in `apart` are handled by the type itself.
template <class Input>
Result<Input> inputOf(const ResourceRequest& request, std::initializer_list<const char*> apart = {}) {
  JsonObject properties = request.properties;
  properties.erase("Tags");
  for (const char* name : apart) properties.erase(name);
  return api::fromDocument<Input>(properties, api::Leniency::kCoerce);
}

// Removing what is gone succeeds.
template <class Out>
Result<void> removed(const Result<Out>& result) {
  if (!result.ok() && result.fault().code != "NotFoundException") return result.fault();
  return {};
}

class Provider : public ports::ResourceProvider {
 public:
  explicit Provider(ApiGatewayService& service) : service_(service) {}

 protected:
  // What an operation answers, as the state of the resource; `given` are properties that it does not tell.
  template <class Out>
  Result<ResourceState> stateFrom(const Result<Out>& answer, const ResourceRequest& request, ResourceState state,
                                  std::initializer_list<const char*> given = {}) const {
    if (!answer.ok()) return goneOr(answer.fault(), request);
    state.properties = inTemplateTerms(spec().properties, api::toDocument(*answer).as_object());
    takeAsGiven(request, given, *state.properties);
    return state;
  }
  // The tags of "/restapis/ID" and the like become the template's and the stack's.
  Result<void> applyTags(const ResourceRequest& request, const std::string& path) {
    const api::Call call = callFor(request);
    const std::string arn = "arn:aws:apigateway:" + request.region + "::" + path;
    const auto wanted = tagsOf(request);
    HEARTH_TRY(const auto now, service_.getTags(call, {.resourceArn = arn}));
    std::vector<std::string> gone;
    for (const auto& [key, value] : now.tags.value_or(std::map<std::string, std::string>{}))
      if (!wanted.contains(key)) gone.push_back(key);
    if (!gone.empty()) HEARTH_CHECK(service_.untagResource(call, {.resourceArn = arn, .tagKeys = gone}));
    if (!wanted.empty()) HEARTH_CHECK(service_.tagResource(call, {.resourceArn = arn, .tags = wanted}));
    return {};
  }

  api::Call callFor(const ResourceRequest& request) const { return callOf(request, service_.clock()); }
  ApiGatewayService& service_;
};

// rest_api_resource.cc, api_resources.cc, stage_resources.cc, plan_resources.cc
std::unique_ptr<ports::ResourceProvider> makeRestApiResource(ApiGatewayService& service);
std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiResources(ApiGatewayService& service);
std::vector<std::unique_ptr<ports::ResourceProvider>> makeStageResources(ApiGatewayService& service);
std::vector<std::unique_ptr<ports::ResourceProvider>> makePlanResources(ApiGatewayService& service);

}  // namespace hearth::services::apigateway
