// What the commands about the deployment do.
#pragma once

#include <filesystem>

#include "homework/client/trainer/consent.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

class DeployDesk final {
 public:
  // `desk` outlives it.
  explicit DeployDesk(Desk& desk) : desk_(desk) {}

  Status deploy(DeployOptions options, const std::filesystem::path& folder);
  Status destroy(Consent consent);

 private:
  Desk& desk_;
};

}  // namespace hearth::homework::client
