// Variables: the environment of a function's process, as Lambda documents it ("Using Lambda environment
// variables").
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "functions/function_spec.h"
#include "ports/credential_issuer.h"
#include "sandbox/launch.h"

namespace hearth::functions {

// NAME=value, the function's own first and the reserved ones over them. `clockShift` is how far the product's clock
// is ahead of the machine's, which is the one that functions see: not zero, it is told in HEARTH_CLOCK_SHIFT_MS.
std::vector<std::string> processVariables(const FunctionSpec& spec, const ports::RoleCredentials& credentials,
                                          const sandbox::JailPaths& paths, const std::string& logStream,
                                          base::Duration clockShift);

}  // namespace hearth::functions
