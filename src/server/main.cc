// hearth: one program for the server and for the commands that talk to it.
#include "cli/commands.h"
#include "server/serve_command.h"

int main(int argc, char** argv) {
  return hearth::cli::run(
      argc, argv, [](hearth::cli::Application& application) { hearth::server::addServeCommand(application); });
}
