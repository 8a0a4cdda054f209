// WaitConditions: AWS::CloudFormation::WaitConditionHandle, a URL that takes signals, and
// AWS::CloudFormation::WaitCondition, which waits for some.
//
// A handle, its signals and what waits for them are rows: a server that starts again goes on waiting. Of a URL's
// secret the tables have the hash; the URL itself is the physical id of the handle, for everybody who may see the
// stack.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "ports/answer_receiver.h"
#include "ports/resource_provider.h"
#include "services/cloudformation/wait_signal.h"
#include "stacks/engine.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::cloudformation {

class WaitConditions final : public ports::AnswerReceiver {
 public:
  // Borrows everything.
  WaitConditions(store::Database& database, const store::Keyring& keyring, stacks::Engine& engine,
                 const base::Clock& clock, base::Random& random)
      : database_(database), keyring_(keyring), engine_(engine), clock_(clock), random_(random) {}

  static std::vector<store::Migration> migrations();

  // The providers of both types; they borrow this object.
  std::vector<std::unique_ptr<ports::ResourceProvider>> makeProviders();

  // A signal. The same UniqueId counts once.
  Task<Result<void>> receive(ports::Answer answer) override;

  // --- for the providers, on the writer thread
  // The URL of a new handle.
  std::string openHandle(const ports::ResourceRequest& request);
  bool hasHandle(const std::string& url) const;
  void closeHandle(const std::string& url);
  // Begins to wait. Faults: ValidationError.
  Result<void> wait(const ports::ResourceRequest& request);
  Result<ports::ResourceProgress> progressOf(const ports::ResourceRequest& request) const;
  void forget(const ports::ResourceRequest& request);

 private:
  // Whether it is the URL of a handle that is open.
  bool isOpen(const HandleAddress& address) const;
  Result<void> take(const ports::Answer& answer);
  std::vector<WaitSignal> signalsOf(const std::string& handle, bool& broken) const;

  store::Database& database_;
  const store::Keyring& keyring_;
  stacks::Engine& engine_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace hearth::services::cloudformation
