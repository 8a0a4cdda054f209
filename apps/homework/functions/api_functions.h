// The three functions behind the API. The contract of each is in apps/homework/README.md.
#pragma once

#include "homework/functions/ports.h"
#include "homework/functions/request.h"

namespace hearth::homework {

Answered listTests(const Request& request, ObjectStore& store);
Answered getTest(const Request& request, ObjectStore& store);
Answered submitTest(const Request& request, ObjectStore& store);

// Reads the event, calls `function`, writes the result.
using ApiFunction = Answered (*)(const Request&, ObjectStore&);
std::string serveApi(ApiFunction function, std::string_view event, Instant fallbackTime, ObjectStore& store);

}  // namespace hearth::homework
