// Exports as stacks see them: what an import stands for, and which names may be taken.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/stack_records.h"
#include "stacks/stack_store.h"

namespace hearth::stacks {

// What the name stands for in the templates of a stack. Faults (ValidationError): "No export named X found"; an
// update of another nest that has not come to its end is about to change it.
Result<Json> importedValue(const StackStore& store, const StackRecord& stack, const std::string& name);

// Nobody else's name is taken, and what others import stays as it is. ValidationError.
Result<void> checkExports(const StackStore& store, const StackRecord& stack, const std::vector<Output>& outputs);

// What the stack's outputs export.
std::vector<ExportRecord> exportsIn(const StackRecord& stack);

// The same, of a stack that has gone back to them. A name that another stack of its nest has taken over meanwhile
// is its own again; one that is somebody else's by now is not.
std::vector<ExportRecord> exportsToRestore(const StackStore& store, const StackRecord& stack);

// What an update that ends in these outputs does to the stack's exports.
std::vector<HeldExport> exportChanges(const StackStore& store, const StackRecord& stack,
                                      const std::vector<Output>& outputs);

}  // namespace hearth::stacks
