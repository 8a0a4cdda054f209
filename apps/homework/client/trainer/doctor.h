// Whether everything is there that a course needs, and what to do where it is not.
#pragma once

#include <string>

#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

// One line per check. `folder`: the course, for the public keys of receipts. Failure kRejected when there is a
// problem.
Status doctor(Desk& desk, const std::string& folder);

}  // namespace hearth::homework::client
