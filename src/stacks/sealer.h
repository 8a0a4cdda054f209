// Sealer: JSON and texts of a stack's rows, sealed.
#pragma once

#include <string>

#include "base/json.h"
#include "store/damaged_record.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::stacks {

// Seals JSON for one row, and opens it again. The context names the stack, so that no value can be moved to
// another one.
class Sealer final {
 public:
  Sealer(const store::Keyring& keyring, const std::string& stackId)
      : keyring_(keyring), context_("stacks/" + stackId) {}

  store::Blob seal(const Json& json) const { return {keyring_.seal(base::writeJson(json), context_)}; }
  store::Blob sealText(const std::string& text) const { return {keyring_.seal(text, context_)}; }

  Json open(const std::string& sealed) const {
    auto json = base::parseJson(openText(sealed), 80);
    if (!json.ok()) throw store::DamagedRecord("stacks: a sealed document is damaged");
    return *std::move(json);
  }
  std::string openText(const std::string& sealed) const {
    auto text = keyring_.open(sealed, context_);
    if (!text.ok()) throw store::DamagedRecord("stacks: a sealed value does not open");
    return *std::move(text);
  }
  JsonObject openObject(const std::string& sealed) const {
    Json json = open(sealed);
    return json.is_object() ? std::move(json.get_object()) : JsonObject();
  }

 private:
  const store::Keyring& keyring_;
  const std::string context_;
};

}  // namespace hearth::stacks
