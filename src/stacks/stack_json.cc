#include "stacks/stack_json.h"

namespace hearth::stacks {
namespace {

JsonObject toJson(const std::map<std::string, std::string>& texts) {
  JsonObject object;
  for (const auto& [key, value] : texts) object.emplace(key, value);
  return object;
}

std::string text(const Json& json, std::string_view name) { return base::findString(json, name).value_or(""); }

std::int64_t number(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  return member && member->is_int64() ? member->get_int64() : 0;
}

bool flag(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  return member && member->is_bool() && member->get_bool();
}

std::map<std::string, std::string> textMap(const Json& json, std::string_view name) {
  std::map<std::string, std::string> texts;
  const Json* member = base::findMember(json, name);
  if (!member || !member->is_object()) return texts;
  for (const auto& [key, value] : member->get_object()) {
    if (value.is_string()) texts[std::string(key)] = std::string(value.get_string());
  }
  return texts;
}

std::vector<std::string> textList(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  return member ? textsOf(*member) : std::vector<std::string>();
}

}  // namespace

JsonArray toJson(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const auto& one : texts) array.emplace_back(one);
  return array;
}

std::vector<std::string> textsOf(const Json& json) {
  std::vector<std::string> texts;
  if (!json.is_array()) return texts;
  for (const Json& one : json.get_array()) {
    if (one.is_string()) texts.emplace_back(one.get_string());
  }
  return texts;
}

JsonObject toJson(const Definition& definition) {
  JsonObject object;
  object.emplace("template", definition.templateText);
  if (!definition.processedText.empty()) object.emplace("processed", definition.processedText);
  object.emplace("parameters", toJson(definition.parameters));
  if (!definition.stored.empty()) object.emplace("stored", toJson(definition.stored));
  object.emplace("noEcho", toJson(definition.noEcho));
  object.emplace("tags", toJson(definition.tags));
  object.emplace("capabilities", toJson(definition.capabilities));
  object.emplace("notificationArns", toJson(definition.notificationArns));
  object.emplace("roleArn", definition.roleArn);
  if (!definition.outputs.empty()) object.emplace("outputs", toJson(definition.outputs));
  return object;
}

Definition definitionOf(const Json& json) {
  Definition definition;
  definition.templateText = text(json, "template");
  definition.processedText = text(json, "processed");
  definition.parameters = textMap(json, "parameters");
  definition.stored = textMap(json, "stored");
  definition.noEcho = textList(json, "noEcho");
  definition.tags = textMap(json, "tags");
  definition.capabilities = textList(json, "capabilities");
  definition.notificationArns = textList(json, "notificationArns");
  definition.roleArn = text(json, "roleArn");
  if (const Json* outputs = base::findMember(json, "outputs")) definition.outputs = outputsOf(*outputs);
  return definition;
}

JsonObject toJson(const Operation& operation) {
  JsonObject object;
  object.emplace("id", operation.id);
  object.emplace("kind", static_cast<std::int64_t>(operation.kind));
  object.emplace("phase", static_cast<std::int64_t>(operation.phase));
  object.emplace("onFailure", static_cast<std::int64_t>(operation.onFailure));
  object.emplace("endsAs", nameOf(operation.endsAs));
  object.emplace("token", operation.token);
  object.emplace("caller", operation.caller);
  object.emplace("started", base::toMillis(operation.started));
  object.emplace("retained", toJson(operation.retained));
  object.emplace("failed", toJson(operation.failed));
  object.emplace("drivenByParent", operation.isDrivenByParent);
  object.emplace("held", operation.isHeld);
  object.emplace("retainExceptOnCreate", operation.retainExceptOnCreate);
  if (operation.policy) object.emplace("policy", *operation.policy);
  if (operation.policyAfterwards) object.emplace("policyAfterwards", *operation.policyAfterwards);
  return object;
}

Operation operationOf(const Json& json) {
  Operation operation;
  operation.id = text(json, "id");
  operation.kind = static_cast<OperationKind>(number(json, "kind"));
  operation.phase = static_cast<Phase>(number(json, "phase"));
  operation.onFailure = static_cast<OnFailure>(number(json, "onFailure"));
  operation.endsAs = statusOf(text(json, "endsAs"));
  operation.token = text(json, "token");
  operation.caller = text(json, "caller");
  operation.started = base::fromMillis(number(json, "started"));
  operation.retained = textList(json, "retained");
  operation.failed = textList(json, "failed");
  operation.isDrivenByParent = flag(json, "drivenByParent");
  operation.isHeld = flag(json, "held");
  const Json* except = base::findMember(json, "retainExceptOnCreate");
  operation.retainExceptOnCreate = except && except->is_bool() && except->get_bool();
  operation.policy = base::findString(json, "policy");
  operation.policyAfterwards = base::findString(json, "policyAfterwards");
  return operation;
}

JsonArray toJson(const std::vector<Output>& outputs) {
  JsonArray array;
  for (const auto& output : outputs) {
    JsonObject object;
    object.emplace("key", output.key);
    object.emplace("value", output.value.value_or(""));
    object.emplace("description", output.description);
    object.emplace("exportName", output.exportName);
    array.emplace_back(std::move(object));
  }
  return array;
}

std::vector<Output> outputsOf(const Json& json) {
  std::vector<Output> outputs;
  if (!json.is_array()) return outputs;
  for (const Json& one : json.get_array()) {
    Output output;
    output.key = text(one, "key");
    output.value = text(one, "value");
    output.description = text(one, "description");
    output.exportName = text(one, "exportName");
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace hearth::stacks
