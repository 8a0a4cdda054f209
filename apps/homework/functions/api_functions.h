// The functions behind the API. The contract of each is in apps/homework/README.md.
#pragma once

#include "homework/functions/ports.h"
#include "homework/functions/request.h"

namespace hearth::homework {

struct ApiPorts {
  ObjectStore& store;
  Invoker* invoker = nullptr;    // nullptr: no receipts are mailed
  std::string notifyFunction{};  // name of notify-students; empty: no receipts are mailed
};

Answered listTests(const Request& request, ApiPorts& ports);
Answered getTest(const Request& request, ApiPorts& ports);
Answered submitTest(const Request& request, ApiPorts& ports);
Answered getResult(const Request& request, ApiPorts& ports);

// Reads the event, calls `function`, writes the result.
using ApiFunction = Answered (*)(const Request&, ApiPorts&);
std::string serveApi(ApiFunction function, std::string_view event, Instant fallbackTime, ApiPorts ports);

}  // namespace hearth::homework
