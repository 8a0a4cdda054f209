// Patch operations: how API Gateway's Update... operations change a record.
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/apigateway.h"
#include "api/document.h"

namespace hearth::services::apigateway {

// Applies add, replace and remove to a record. A path is "/member", "/map/key" or "/list/element" with ~1 for a
// slash; values are strings and become what the member is. `allowed` are the members that may be changed. Faults:
// BadRequestException 400, naming the path.
Result<void> patchDocument(JsonObject& document, const std::vector<api::apigateway::PatchOperation>& operations,
                           const std::vector<std::string_view>& allowed);

// "a~1b" -> "a/b".
std::string unescapePointer(std::string_view segment);
std::vector<std::string> splitPointer(std::string_view path);

template <class T>
Result<T> patched(const T& record, const std::optional<std::vector<api::apigateway::PatchOperation>>& operations,
                  const std::vector<std::string_view>& allowed) {
  Json document = api::toDocument(record);
  if (operations) HEARTH_CHECK(patchDocument(document.as_object(), *operations, allowed));
  auto value = api::fromDocument<T>(document, api::Leniency::kCoerce);
  if (!value.ok())
    return Fault("BadRequestException", "Invalid patch operation specified: " + value.fault().message);
  return value;
}

}  // namespace hearth::services::apigateway
