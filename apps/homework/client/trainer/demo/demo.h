// `trainer demo`: the whole pipeline on this machine, from the first deployment to a regrade, in a minute.
#pragma once

#include <string>

#include "homework/client/common/json.h"
#include "homework/client/common/result.h"
#include "homework/client/common/terminal.h"

namespace hearth::homework::client {

struct DemoOptions {
  std::string folder;  // empty: a temporary one, which goes at the end
  bool keep = false;   // leave server and folder
};

// Starts a Hearth of its own in a folder of its own; nothing else is touched. Progress goes to `terminal`, with
// `Output::kJson` only the document at the end.
Status runDemo(Terminal& terminal, Output output, const DemoOptions& options);

}  // namespace hearth::homework::client
