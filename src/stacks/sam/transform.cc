#include "stacks/sam/transform.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "stacks/faults.h"
#include "stacks/sam/api.h"
#include "stacks/sam/context.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/function.h"
#include "stacks/sam/globals.h"
#include "stacks/sam/implicit_api.h"
#include "stacks/sam/json.h"
#include "stacks/sam/references.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kPrefix = "AWS::Serverless::";
constexpr std::string_view kFunction = "AWS::Serverless::Function";
constexpr std::string_view kApi = "AWS::Serverless::Api";
constexpr std::size_t kMostFaultText = 4096;

// What is wrong with the template, sorted by what it is wrong with, each once.
Fault failure(const std::vector<std::string>& problems) {
  std::set<std::pair<std::string, std::string>> sorted;
  for (const std::string& text : problems) {
    const auto start = text.find('[');
    const auto end = text.find(']', start);
    const bool isNamed = start != std::string::npos && end != std::string::npos;
    sorted.emplace(isNamed ? text.substr(start + 1, end - start - 1) : "", text);
  }
  std::string text =
      "Transform " + std::string(kTransformName) +
      " failed with: Invalid Serverless Application Specification document. Number of errors found: " +
      std::to_string(sorted.size()) + ".";
  for (const auto& [name, problem] : sorted) text += " " + problem;
  if (text.size() > kMostFaultText) text.resize(kMostFaultText);
  return validationError(std::move(text));
}

bool isOfSam(const Fault& fault) {
  return fault.code == kResourceFault || fault.code == kEventFault || fault.code == kDocumentFault;
}

// The parts of the document that everything else takes for granted.
Result<void> checkForm(const JsonObject& document) {
  const Json* resources = document.if_contains("Resources");
  if (!isTruthy(resources) || !resources->is_object()) {
    return invalidStructure("'Resources' section is required");
  }
  for (const auto& [logicalId, resource] : resources->get_object()) {
    if (!resource.is_object()) {
      return invalidStructure(
          "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.");
    }
    const std::string id(logicalId);
    if (resource.get_object().contains("Connectors")) {
      return invalidDocument(invalidResource(id, "Connectors are not supported.").message);
    }
    const std::string type = base::findString(resource, "Type").value_or("");
    if (!type.starts_with(kPrefix)) continue;
    const Json* properties = base::findMember(resource, "Properties");
    if (properties && !properties->is_object()) {
      return invalidDocument(invalidResource(id, "Attribute 'Properties' should be a map.").message);
    }
    const Json* condition = base::findMember(resource, "Condition");
    if (condition && !condition->is_string()) return invalidStructure("Every Condition member must be a string.");
    if (type == kFunction || type == kApi) continue;
    return invalidDocument(invalidResource(id, type.substr(0, 200) + " is not supported.").message);
  }
  return {};
}

Source readSource(const std::string& id, const Json& resource) {
  Source source;
  source.id = id;
  source.type = base::findString(resource, "Type").value_or("");
  if (const Json* properties = base::findMember(resource, "Properties"))
    source.properties = properties->get_object();
  for (const std::string_view name :
       {"DeletionPolicy", "UpdatePolicy", "Condition", "UpdateReplacePolicy", "Metadata"}) {
    if (const Json* value = base::findMember(resource, name)) source.attributes.emplace(name, *value);
  }
  if (const Json* dependsOn = base::findMember(resource, "DependsOn")) source.dependsOn = *dependsOn;
  return source;
}

class Transform final {
 public:
  Transform(JsonObject document, const ParameterValues& given, const std::string& region)
      : document_(std::move(document)), parameters_(document_, given, region, budget_) {}

  Result<Transformed> run() {
    auto done = expand();
    if (!done.ok()) return isOfSam(done.fault()) ? failure({done.fault().message}) : done.fault();
    if (!context_.problems.empty()) return failure(context_.problems);
    assemble();
    replaceReferences(document_, context_.references);
    document_.stable_erase("Transform");
    return Transformed{std::move(document_), parameters_.consulted()};
  }

 private:
  Result<void> expand() {
    HEARTH_CHECK(checkForm(document_));
    HEARTH_CHECK(prepareApis(context_));
    if (!context_.problems.empty()) return {};
    HEARTH_CHECK(applyGlobals(context_));
    // Functions come first: their events write into the documents of the APIs.
    for (const std::string_view type : {kFunction, kApi}) {
      for (const std::string& id : idsOf(type)) {
        auto expanded = expandOne(id);
        if (expanded.ok()) continue;
        if (!isOfSam(expanded.fault()) || expanded.fault().code == kDocumentFault) return expanded;
        context_.problems.push_back(expanded.fault().message);
      }
    }
    return {};
  }

  std::vector<std::string> idsOf(std::string_view type) {
    std::vector<std::string> ids;
    for (const auto& [id, resource] : context_.resources()) {
      if (base::findString(resource, "Type") == type) ids.emplace_back(id);
    }
    return ids;
  }

  Result<void> expandOne(const std::string& id) {
    if (!isAlphanumeric(id)) return invalidResource(id.substr(0, 300), "Logical ids must be alphanumeric.");
    Source source = readSource(id, context_.resources().at(id));
    HEARTH_CHECK(budget_.spend(weightOf(Json(source.properties))));
    const bool isFunction = source.type == kFunction;
    if (isFunction) HEARTH_CHECK(noteNames(source));
    const std::size_t before = context_.generated.size();
    HEARTH_CHECK(isFunction ? expandFunction(context_, std::move(source)) : expandApi(context_, std::move(source)));
    for (std::size_t at = before; at < context_.generated.size(); ++at) checkNew(id, context_.generated[at]);
    return {};
  }

  // An API is deployed again when the names of its functions change.
  Result<void> noteNames(const Source& source) {
    const Json* name = source.property("FunctionName");
    const Json* events = source.property("Events");
    if (!isTruthy(name) || !events || !events->is_object()) return {};
    HEARTH_TRY(const Json resolved, context_.parameters.resolve(*name));
    const std::string text = canonicalText(resolved);
    for (const auto& [eventName, event] : events->get_object()) {
      const Json* properties = base::findMember(event, "Properties");
      const Json* api = properties ? base::findMember(*properties, "RestApiId") : nullptr;
      if (!api || base::findString(event, "Type") != "Api") continue;
      const auto id =
          api->is_string() ? std::string(api->get_string()) : base::findString(*api, "Ref").value_or("");
      HEARTH_CHECK(budget_.spend(text.size()));
      context_.functionNames[id] += text;
    }
    return {};
  }

  // What comes out takes no name that the template has given away.
  void checkNew(const std::string& sourceId, const Generated& made) {
    if (made.id == sourceId || !context_.resources().contains(made.id)) return;
    context_.problems.push_back("Transforming resource with id [" + sourceId +
                                "] attempts to create a new resource with id [" + made.id + "] and type \"" +
                                made.type +
                                "\". A resource with that id already exists within this template. Please use a "
                                "different id for that resource.");
  }

  void assemble() {
    JsonObject resources;
    for (auto& [id, resource] : context_.resources()) {
      const std::string type = base::findString(resource, "Type").value_or("");
      if (!type.starts_with(kPrefix)) resources.emplace(id, std::move(resource));
    }
    for (const Generated& made : context_.generated) resources.insert_or_assign(made.id, made.declaration());
    document_.insert_or_assign("Resources", std::move(resources));
  }

  Budget budget_;
  JsonObject document_;
  Parameters parameters_;
  Context context_{document_, budget_, parameters_};
};

}  // namespace

Result<Transformed> transform(JsonObject document, const ParameterValues& given, const std::string& region) {
  return Transform(std::move(document), given, region).run();
}

}  // namespace hearth::stacks::sam
