// What the engine shows of stacks and resources: records without secrets.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "stacks/stack_records.h"

namespace hearth::stacks {

struct StackView {
  std::string id;
  std::string parentId;  // of a nested stack
  std::string rootId;
  std::string name;
  std::string description;
  Status status = Status::kCreateInProgress;
  std::string statusReason;
  base::Time created;
  std::optional<base::Time> updated;
  std::optional<base::Time> deleted;
  std::map<std::string, std::string> parameters;  // NoEcho ones as ****
  std::map<std::string, std::string> stored;      // what is behind names in the Parameter Store; likewise
  std::map<std::string, std::string> tags;
  std::vector<std::string> capabilities;
  std::vector<std::string> notificationArns;
  std::string roleArn;
  std::vector<Output> outputs;
  bool terminationProtection = false;
  bool disableRollback = false;
  std::optional<std::int64_t> timeoutMinutes;
};

struct ResourceView {
  std::string stackId;
  std::string stackName;
  std::string logicalId;
  std::string physicalId;
  std::string type;
  Status status = Status::kCreateInProgress;
  std::string statusReason;
  base::Time updated;
  std::string metadata;  // JSON; empty: none
};

// A template as it was given, and what its transforms made of it.
enum class TemplateStage : unsigned char { kOriginal, kProcessed };

StackView viewOf(const StackRecord& stack);
// One per logical id: the incoming one before the current one before the one on its way out.
std::vector<ResourceView> viewsOf(const StackHeader& stack, const std::vector<ResourceRecord>& rows);

}  // namespace hearth::stacks
