#include "services/ssm/ssm_resources.h"

#include "api/document.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"
#include "services/ssm/faults.h"

namespace hearth::services::ssm {

using namespace api::ssm;
using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

namespace {

// The stack's tags, overridden by the resource's own, which are a map here.
Tags parameterTags(const ResourceRequest& request) {
  Tags tags = request.stackTags;
  if (const Json* own = request.properties.if_contains("Tags"); own && own->is_object())
    for (const auto& [key, value] : own->get_object()) tags[key] = base::scalarText(value).value_or("");
  return tags;
}

api::Call callOfActor(const ResourceRequest& request, const base::Clock& clock) {
  api::Call call = callOf(request, clock);
  if (!request.actor.empty()) call.principal.arn = request.actor;
  return call;
}

bool differsBesideTags(JsonObject before, JsonObject after) {
  before.erase("Tags");
  after.erase("Tags");
  return before != after;
}

}  // namespace

// AWS::SSM::Parameter. Ref is the parameter's name.
class ParameterProvider final : public ports::ResourceProvider {
 public:
  explicit ParameterProvider(SsmService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::SSM::Parameter",
        .properties = {{.name = "AllowedPattern"},
                       {.name = "DataType"},
                       {.name = "Description"},
                       {.name = "Name", .update = UpdateBehavior::kReplacement},
                       {.name = "Policies"},
                       {.name = "Tags", .kind = PropertyKind::kMap, .members = {{.name = "Value"}}},
                       {.name = "Tier"},
                       {.name = "Type", .required = true},
                       {.name = "Value", .required = true}},
        .attributes = {"Type", "Value"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(PutParameterInput in, inputOf(request));
    // A name of the stack's could begin with a word that is reserved.
    if (in.name.empty()) in.name = "CFN-" + request.logicalId + "-" + request.uniqueToken;
    auto made = service_.write(callOfActor(request, service_.clock()), in, parameterTags(request));
    if (!made.ok()) {
      if (made.fault().code != "ParameterAlreadyExists") return std::move(made).fault();
      return Fault("AlreadyExists", in.name + " already exists in stack or outside of it.");
    }
    return stateOf(in.name, in);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    const api::Call call = callOfActor(request, service_.clock());
    HEARTH_TRY(PutParameterInput in, inputOf(request));
    in.name = request.physicalId;
    in.overwrite = true;
    // What the template says no more is gone.
    if (!in.description) in.description = "";
    if (!in.allowedPattern) in.allowedPattern = "";
    if (differsBesideTags(request.oldProperties, request.properties)) HEARTH_CHECK(service_.write(call, in, {}));
    HEARTH_TRY(ParameterRow row, service_.getRow(call, in.name));
    row.tags = parameterTags(request);
    service_.store_.saveTags(row);
    return stateOf(in.name, in);
  }

  Result<void> remove(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    auto removed = service_.deleteParameter(call, {.name = request.physicalId});
    if (!removed.ok() && removed.fault().code != "ParameterNotFound") return std::move(removed).fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    auto found = service_.getParameter(call, {.name = request.physicalId, .withDecryption = true});
    if (!found.ok()) return goneOr(found.fault(), request);
    HEARTH_TRY(const ParameterRow row, service_.getRow(call, request.physicalId));
    ResourceState state{request.physicalId,
                        {{"Type", *found->parameter->type}, {"Value", *found->parameter->value}}};
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(*found->parameter).as_object());
    properties["Tags"] = tagMap(row.tags);
    properties["Description"] = row.latest.description;
    properties["AllowedPattern"] = row.latest.allowedPattern;
    takeAsGiven(request, {"Policies", "Tier", "DataType"}, properties);  // each can be one value alone
    state.properties = std::move(properties);
    return state;
  }

 private:
  static Result<PutParameterInput> inputOf(const ResourceRequest& request) {
    JsonObject properties = request.properties;
    properties.erase("Tags");
    HEARTH_TRY(auto in, api::fromDocument<PutParameterInput>(Json(properties), api::Leniency::kCoerce));
    if (in.type == "SecureString") return invalid("CloudFormation makes no parameters of the type SecureString.");
    return in;
  }

  static ResourceState stateOf(const std::string& name, const PutParameterInput& in) {
    return {name, {{"Type", in.type.value_or("")}, {"Value", in.value}}};
  }

  SsmService& service_;
};

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSsmResources(SsmService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<ParameterProvider>(service));
  return providers;
}

}  // namespace hearth::services::ssm
