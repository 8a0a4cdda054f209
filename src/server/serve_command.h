// hearth serve.
#pragma once

#include "cli/commands.h"

namespace hearth::server {

void addServeCommand(cli::Application& application);

}  // namespace hearth::server
