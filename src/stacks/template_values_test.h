// Parameters and secrets that a test makes up. For *_test.cc only.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "ports/template_values.h"

namespace hearth::stacks {

class MadeUpValues final : public ports::TemplateValues {
 public:
  Result<ports::StoredParameter> readParameter(const ports::ValueReader& reader,
                                               const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(reader.actor + " " + name);
    if (refused_.contains(name)) return Fault("AccessDeniedException", "User: u is not authorized", 400);
    const auto found = parameters_.find(name);
    if (found == parameters_.end()) return Fault("ParameterNotFound", "Parameter " + name + " not found.");
    return found->second;
  }
  Result<std::string> readSecret(const ports::ValueReader& reader, const ports::SecretQuery& query) const override {
    const std::lock_guard lock(mutex_);
    const std::string name = query.id + "/" + query.stage.value_or("") + "/" + query.version.value_or("");
    asked_.push_back(reader.actor + " " + name);
    const auto found = secrets_.find(name);
    if (found == secrets_.end())
      return Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    return found->second;
  }

  void setParameter(const std::string& name, const std::string& value, const std::string& type = "String") {
    const std::lock_guard lock(mutex_);
    parameters_[name] = {type, value};
  }
  // "ID/STAGE/VERSION"
  void setSecret(const std::string& name, const std::string& value) {
    const std::lock_guard lock(mutex_);
    secrets_[name] = value;
  }
  void removeSecret(const std::string& name) {
    const std::lock_guard lock(mutex_);
    secrets_.erase(name);
  }
  void refuse(const std::string& name) {
    const std::lock_guard lock(mutex_);
    refused_.insert(name);
  }
  // "ACTOR NAME" of each question since the last call.
  std::vector<std::string> takeAsked() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::string> asked_;
  std::map<std::string, ports::StoredParameter> parameters_;
  std::map<std::string, std::string> secrets_;
  std::set<std::string> refused_;
};

}  // namespace hearth::stacks
