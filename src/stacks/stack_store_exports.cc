// Exports and imports of the StackStore.
#include "stacks/sealer.h"
#include "stacks/stack_store.h"

namespace hearth::stacks {

std::optional<ExportRecord> StackStore::findExport(const std::string& account, const std::string& region,
                                                   const std::string& name) const {
  auto rows =
      database_.query("SELECT stack, value FROM stacks_exports WHERE account = ? AND region = ? AND name = ?",
                      account, region, name);
  if (!rows.next()) return std::nullopt;
  return ExportRecord{name, Sealer(keyring_, rows.text(0)).openText(rows.blob(1)), rows.text(0)};
}

std::vector<ExportRecord> StackStore::listExports(const std::string& account, const std::string& region,
                                                  const std::string& after, std::size_t limit) const {
  std::vector<ExportRecord> exports;
  for (auto rows = database_.query("SELECT name, stack, value FROM stacks_exports WHERE account = ? AND region = ? "
                                   "AND name > ? ORDER BY name LIMIT ?",
                                   account, region, after, limit);
       rows.next();) {
    exports.push_back({rows.text(0), Sealer(keyring_, rows.text(1)).openText(rows.blob(2)), rows.text(1)});
  }
  return exports;
}

std::vector<ExportRecord> StackStore::exportsOf(const std::string& stackId) const {
  const Sealer sealer(keyring_, stackId);
  std::vector<ExportRecord> exports;
  for (auto rows = database_.query("SELECT name, value FROM stacks_exports WHERE stack = ? ORDER BY name", stackId);
       rows.next();) {
    exports.push_back({rows.text(0), sealer.openText(rows.blob(1)), stackId});
  }
  return exports;
}

void StackStore::replaceExports(const StackRecord& stack, const std::vector<ExportRecord>& exports) {
  const Sealer sealer(keyring_, stack.id);
  database_.execute("DELETE FROM stacks_exports WHERE stack = ?", stack.id);
  for (const auto& one : exports) {
    database_.execute(
        "INSERT OR REPLACE INTO stacks_exports(account, region, name, stack, value) VALUES (?, ?, ?, ?, ?)",
        stack.account, stack.region, one.name, stack.id, sealer.sealText(one.value));
  }
}

std::vector<HeldExport> StackStore::heldExports(const std::string& account, const std::string& region,
                                                const std::string& name) const {
  std::vector<HeldExport> held;
  for (auto rows =
           database_.query("SELECT stack, root, value FROM stacks_held_exports WHERE account = ? AND region "
                           "= ? AND name = ? ORDER BY stack",
                           account, region, name);
       rows.next();) {
    HeldExport one{name, std::nullopt, rows.text(0), rows.text(1)};
    if (!rows.isNull(2)) one.value = Sealer(keyring_, one.stackId).openText(rows.blob(2));
    held.push_back(std::move(one));
  }
  return held;
}

void StackStore::holdExports(const StackRecord& stack, const std::vector<HeldExport>& exports) {
  const Sealer sealer(keyring_, stack.id);
  dropHeldExports(stack.id);
  for (const HeldExport& one : exports) {
    std::optional<store::Blob> value;
    if (one.value) value = sealer.sealText(*one.value);
    database_.execute(
        "INSERT INTO stacks_held_exports(account, region, name, stack, root, value) VALUES (?, ?, ?, ?, ?, ?)",
        stack.account, stack.region, one.name, stack.id, one.rootId, value);
  }
}

void StackStore::dropHeldExports(const std::string& stackId) {
  database_.execute("DELETE FROM stacks_held_exports WHERE stack = ?", stackId);
}

std::vector<std::string> StackStore::importersOf(const std::string& account, const std::string& region,
                                                 const std::string& name) const {
  std::vector<std::string> names;
  for (auto rows = database_.query(
           "SELECT s.name FROM stacks_imports i JOIN stacks_stacks s ON s.id = i.stack WHERE i.account = ? AND "
           "i.region = ? AND i.name = ? ORDER BY s.number",
           account, region, name);
       rows.next();) {
    names.push_back(rows.text(0));
  }
  return names;
}

void StackStore::replaceImports(const StackRecord& stack, const std::set<std::string>& names) {
  database_.execute("DELETE FROM stacks_imports WHERE stack = ?", stack.id);
  addImports(stack, names);
}

void StackStore::addImports(const StackRecord& stack, const std::set<std::string>& names) {
  for (const auto& name : names) {
    database_.execute("INSERT OR IGNORE INTO stacks_imports(account, region, name, stack) VALUES (?, ?, ?, ?)",
                      stack.account, stack.region, name, stack.id);
  }
}

}  // namespace hearth::stacks
