#include "stacks/exports.h"

#include <algorithm>
#include <map>
#include <utility>

#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

// What the stack's own held update makes of it, of several about one name.
const HeldExport* findOf(const std::vector<HeldExport>& held, const std::string& stackId) {
  const auto found =
      std::find_if(held.begin(), held.end(), [&](const auto& one) { return one.stackId == stackId; });
  return found == held.end() ? nullptr : &*found;
}

std::map<std::string, std::string> exportedBy(const std::vector<Output>& outputs) {
  std::map<std::string, std::string> values;
  for (const auto& output : outputs) {
    if (!output.exportName.empty()) values[output.exportName] = output.value.value_or("");
  }
  return values;
}

}  // namespace

Result<Json> importedValue(const StackStore& store, const StackRecord& stack, const std::string& name) {
  const auto published = store.findExport(stack.account, stack.region, name);
  const auto held = store.heldExports(stack.account, stack.region, name);
  for (const HeldExport& one : held) {
    if (one.rootId == stack.topId() && one.value) return Json(*one.value);
  }
  const HeldExport* change = published ? findOf(held, published->stackId) : nullptr;
  if (!published || (change && change->rootId == stack.topId()))
    return validationError("No export named " + name + " found");
  if (change && change->value != published->value) {
    return validationError("Export " + name + " cannot be imported while an update is about to " +
                           (change->value ? "change" : "delete") + " it.");
  }
  return Json(published->value);
}

Result<void> checkExports(const StackStore& store, const StackRecord& stack, const std::vector<Output>& outputs) {
  const auto values = exportedBy(outputs);
  for (const auto& [name, value] : values) {
    const auto held = store.heldExports(stack.account, stack.region, name);
    const auto published = store.findExport(stack.account, stack.region, name);
    std::string ownerId = published && published->stackId != stack.id ? published->stackId : "";
    const HeldExport* change = ownerId.empty() ? nullptr : findOf(held, ownerId);
    if (change && change->rootId == stack.topId() && !change->value) ownerId.clear();  // handed on within the nest
    for (const HeldExport& one : held) {
      if (one.stackId != stack.id && one.value) ownerId = one.stackId;
    }
    if (ownerId.empty()) continue;
    const auto owner = store.findHeader(ownerId);
    return validationError("Export with name " + name + " is already exported by stack " +
                           (owner ? owner->name : ownerId) + ".");
  }
  for (const auto& standing : store.exportsOf(stack.id)) {
    const auto found = values.find(standing.name);
    if (found != values.end() && found->second == standing.value) continue;
    const auto importers = store.importersOf(stack.account, stack.region, standing.name);
    if (importers.empty()) continue;
    return validationError("Export " + standing.name + " cannot be " +
                           (found == values.end() ? "deleted" : "updated") + " as it is in use by " +
                           joinNames(importers));
  }
  return {};
}

std::vector<ExportRecord> exportsIn(const StackRecord& stack) {
  std::vector<ExportRecord> exports;
  for (auto& [name, value] : exportedBy(stack.outputs)) exports.push_back({name, value, stack.id});
  return exports;
}

std::vector<ExportRecord> exportsToRestore(const StackStore& store, const StackRecord& stack) {
  std::vector<ExportRecord> exports = exportsIn(stack);
  std::erase_if(exports, [&](const ExportRecord& one) {
    const auto published = store.findExport(stack.account, stack.region, one.name);
    const auto owner = published ? store.findHeader(published->stackId) : std::nullopt;
    return owner && owner->topId() != stack.topId();
  });
  return exports;
}

std::vector<HeldExport> exportChanges(const StackStore& store, const StackRecord& stack,
                                      const std::vector<Output>& outputs) {
  auto values = exportedBy(outputs);
  std::vector<HeldExport> changes;
  for (const auto& standing : store.exportsOf(stack.id)) {
    if (!values.contains(standing.name)) changes.push_back({standing.name, std::nullopt, stack.id, stack.topId()});
  }
  for (auto& [name, value] : values) changes.push_back({name, std::move(value), stack.id, stack.topId()});
  return changes;
}

}  // namespace hearth::stacks
