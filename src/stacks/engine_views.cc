#include "stacks/engine_views.h"

#include <algorithm>

namespace hearth::stacks {
namespace {

// Lower is shown before higher.
int rankOf(const ResourceRecord& row) {
  switch (row.slot) {
    case Slot::kIncoming:
      return 0;
    case Slot::kCurrent:
      return 1;
    case Slot::kOutgoing:
      return 2;
    case Slot::kGone:
      return 3;
    case Slot::kSuperseded:
      return 4;
  }
  return 5;
}

// While a resource is being replaced, or when that has failed, it is known by what stands.
std::string standingId(const std::vector<ResourceRecord>& rows, const std::string& logicalId) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ResourceRecord& row) {
    return row.slot == Slot::kCurrent && row.logicalId == logicalId;
  });
  return found == rows.end() ? std::string() : found->physicalId;
}

}  // namespace

StackView viewOf(const StackRecord& stack) {
  const Definition& definition = stack.latest();
  StackView view;
  view.id = stack.id;
  view.parentId = stack.parentId;
  view.rootId = stack.rootId;
  view.name = stack.name;
  view.description = stack.description;
  view.status = stack.status;
  view.statusReason = stack.statusReason;
  view.created = stack.created;
  view.updated = stack.updated;
  view.deleted = stack.deleted;
  view.parameters = definition.parameters;
  view.stored = definition.stored;
  for (const auto& name : definition.noEcho) {
    for (auto* values : {&view.parameters, &view.stored}) {
      const auto found = values->find(name);
      if (found != values->end()) found->second = kMaskedValue;
    }
  }
  view.tags = definition.tags;
  view.capabilities = definition.capabilities;
  view.notificationArns = definition.notificationArns;
  view.roleArn = definition.roleArn;
  const bool isHeld = stack.operation && stack.operation->isHeld && stack.operation->phase == Phase::kForward;
  view.outputs = isHeld && stack.pending ? stack.pending->outputs : stack.outputs;
  view.terminationProtection = stack.terminationProtection;
  view.disableRollback = stack.disableRollback;
  view.timeoutMinutes = stack.timeoutMinutes;
  return view;
}

std::vector<ResourceView> viewsOf(const StackHeader& stack, const std::vector<ResourceRecord>& rows) {
  std::map<std::string, const ResourceRecord*> shown;
  for (const auto& row : rows) {
    const ResourceRecord*& best = shown[row.logicalId];
    if (!best || rankOf(row) <= rankOf(*best)) best = &row;
  }
  std::vector<ResourceView> views;
  for (const auto& row : rows) {
    if (shown[row.logicalId] != &row) continue;
    ResourceView view;
    view.stackId = stack.id;
    view.stackName = stack.name;
    view.logicalId = row.logicalId;
    view.physicalId = row.physicalId;
    view.type = row.type;
    view.status = row.status;
    view.statusReason = row.statusReason;
    view.updated = row.updated;
    if (view.physicalId.empty()) view.physicalId = standingId(rows, row.logicalId);
    if (row.metadata) view.metadata = base::writeJson(*row.metadata);
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace hearth::stacks
