// Reading the lists of a backup's manifest one entry at a time: the whole as JSON values would take many times the
// memory of its text, and the text may come from anybody.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "homework/client/common/json.h"
#include "homework/client/common/result.h"

namespace hearth::homework::client {

// The members of the document, with what is inside their lists and objects left out. Failure kUsage for what is no
// object, or is long even so.
Result<Json> outlineOf(std::string_view document);

// Visits the objects in the document's member `list`, in order. Failure kUsage for entries that are no JSON
// objects, or long ones; and what `visit` fails with.
Status visitList(std::string_view document, std::string_view list, const std::function<Status(const Json&)>& visit);

}  // namespace hearth::homework::client
