// Pages of lists: `position` is the id of the last item shown.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "services/apigateway/apigateway_store.h"

namespace hearth::services::apigateway {

inline std::size_t pageSize(const std::optional<std::int64_t>& limit) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(limit.value_or(25), 1, 500));
}

// Fills `items` and `position` of an output with one page of a kind.
template <class T, class Output>
void fillPage(Output& out, const ApiGatewayStore& store, const Scope& scope, const char* kind,
              const std::optional<std::string>& position, const std::optional<std::int64_t>& limit) {
  std::size_t most = pageSize(limit);
  auto records = store.list(scope, kind, position.value_or(""), most + 1);
  if (records.size() > most) {
    records.resize(most);
    out.position = records.back().id;
  }
  auto& items = out.items.emplace();
  for (const Record& record : records) items.push_back(ApiGatewayStore::parse<T>(record.text));
}

}  // namespace hearth::services::apigateway
