// JSON in and out of the course's documents: strict reading of bytes that strangers may have written, and the
// layout of text that the original functions wrote.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "homework/domain/outcome.h"

namespace hearth::homework {

namespace json = boost::json;

// Refuses more than `maxBytes`, more than 32 levels, invalid UTF-8, and anything behind the value. A byte order
// mark is stepped over. `what` names the document in the Problem.
Outcome<json::value> parseJson(std::string_view text, std::size_t maxBytes, std::string_view what);

// Members by name; nothing when absent or of another type.
const json::value* findMember(const json::object& object, std::string_view name);
std::optional<std::string_view> findString(const json::object& object, std::string_view name);
std::optional<std::int64_t> findInteger(const json::object& object, std::string_view name);
std::optional<bool> findBool(const json::object& object, std::string_view name);

// As Python's json.dumps(value, indent=4): four spaces, ASCII only, no newline at the end.
std::string pythonJson(const json::value& value);

}  // namespace hearth::homework
