// What all parts of the SAM transform share while one template goes through it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/parameters.h"

namespace hearth::stacks::sam {

// Keeps what a small template becomes from growing without bounds.
class Budget final {
 public:
  // Fault, as for a template that is too large: what was spent is more than any template may come to.
  Result<void> spend(std::size_t bytes);

 private:
  std::size_t spent_ = 0;
};

// Values of the template's parameters, where SAM wants to see one: names of stages and aliases, where code lies.
class Parameters final {
 public:
  // `given` goes before the defaults of the template's "Parameters". Values declared NoEcho are not looked at: they
  // would show in what the template becomes.
  Parameters(const JsonObject& document, const ParameterValues& given, const std::string& region, Budget& budget);

  // The value with references to parameters replaced, also inside of Fn::Sub; everything else stays.
  // Fault: invalidStructure() for a list in the middle of a text.
  Result<Json> resolve(const Json& value);

  // What was asked for so far, and what it was; nullopt for what has no value yet.
  const std::map<std::string, std::optional<std::string>>& consulted() const { return consulted_; }

 private:
  struct Declared {
    bool isSecret = false;
    bool isList = false;
    std::optional<std::string> value;
  };
  std::optional<Json> find(const std::string& name);
  Result<std::string> replaceNames(std::string_view text);

  std::map<std::string, Declared, std::less<>> declared_;
  std::string region_;
  Budget& budget_;
  std::map<std::string, std::optional<std::string>> consulted_;
};

// A resource of a SAM type, with what Globals say.
struct Source {
  std::string id;
  std::string type;
  JsonObject properties;
  JsonObject attributes;  // DeletionPolicy, UpdateReplacePolicy, UpdatePolicy, Condition, Metadata
  std::optional<Json> dependsOn;

  const Json* property(std::string_view name) const { return properties.if_contains(name); }
  bool says(std::string_view name) const;
  // Those that everything made from it has, too.
  JsonObject inheritedAttributes() const;
};

// A resource that comes out.
struct Generated {
  std::string id;
  std::string type;
  JsonObject properties = {};
  JsonObject attributes = {};
  std::optional<Json> dependsOn = {};

  // Leaves out what is absent, as SAM does.
  void copy(std::string_view name, const Json* value);
  Json declaration() const;
};

// APIs whose usage plan is SHARED have one together.
struct SharedUsagePlan {
  JsonArray stageKeys;
  JsonArray apiStages;
  JsonArray apis;
  std::set<std::string> conditions;
  bool isUnconditional = false;
  std::optional<Json> deletionPolicy;
  std::optional<Json> updateReplacePolicy;
};

struct Context {
  JsonObject& document;  // the template, which is rewritten in place
  Budget& budget;
  Parameters& parameters;
  std::vector<Generated> generated = {};
  std::vector<std::string> problems = {};  // texts of faults with which it goes on to look
  SharedUsagePlan sharedPlan = {};
  // API -> names of the functions behind it.
  std::map<std::string, std::string> functionNames = {};
  // "MyFunction.Alias" -> logical id.
  std::map<std::string, std::string, std::less<>> references = {};

  JsonObject& resources() { return document["Resources"].get_object(); }
  // The template's conditions; made when there are none.
  JsonObject& conditions();
  // Adds to `generated`. Faults: budget; checkCount().
  Result<void> add(Generated resource);
  // Fault: so many beside those in `generated` are more resources than a template may have.
  Result<void> checkCount(std::size_t more) const;
};

}  // namespace hearth::stacks::sam
