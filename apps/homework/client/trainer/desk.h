// What every command of `trainer` works with: the terminal, the form of output, and the deployment, which is looked
// up when it is first needed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/cloud.h"
#include "homework/client/trainer/deployment.h"
#include "homework/client/trainer/stacks.h"

namespace hearth::homework::client {

class Desk final {
 public:
  // `terminal` outlives the desk. `name` is the deployment's.
  Desk(Terminal& terminal, Output output, std::string name);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Terminal& terminal() { return terminal_; }
  bool json() const { return output_ == Output::kJson; }
  const std::string& name() const { return name_; }

  // Finds out which cloud is meant. Again: does nothing.
  Status openCloud();
  // Also finds the deployment there.
  Status openDeployment();
  // Precondition: openCloud().
  Cloud& cloud() { return *cloud_; }
  Stacks& stacks() { return *stacks_; }
  // Precondition: openDeployment().
  const Deployment& deployment() const { return *deployment_; }
  // The server's time where there is one, else the computer's.
  Instant now() const;

  void print(const Json& document);
  void print(const std::vector<std::string>& lines);

 private:
  void tellEvent(const StackEvent& event);

  Terminal& terminal_;
  Output output_;
  std::string name_;
  std::unique_ptr<Cloud> cloud_;
  std::unique_ptr<Stacks> stacks_;
  std::optional<Deployment> deployment_;
};

}  // namespace hearth::homework::client
