// CustomResources: resources that a function of the stack's owner makes: AWS::CloudFormation::CustomResource and
// Custom::Anything.
//
// A request is a row and an event for the function, in one transaction; the answer comes by HTTP (ports/
// answer_receiver.h), is kept in the row, and wakes the stack. Only the hash of a URL's secret is kept, until it is
// used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "ports/answer_receiver.h"
#include "ports/invoker.h"
#include "ports/resource_provider.h"
#include "services/cloudformation/custom_request.h"
#include "stacks/engine.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::cloudformation {

class CustomResources final : public ports::AnswerReceiver {
 public:
  // Borrows everything.
  CustomResources(store::Database& database, const store::Keyring& keyring, stacks::Engine& engine,
                  ports::Invoker& functions, const base::Clock& clock, base::Random& random)
      : database_(database),
        keyring_(keyring),
        engine_(engine),
        functions_(functions),
        clock_(clock),
        random_(random) {}

  static std::vector<store::Migration> migrations();

  // The provider borrows this object.
  std::unique_ptr<ports::ResourceProvider> makeProvider();

  Task<Result<void>> receive(ports::Answer answer) override;
  // On the writer thread, in the transaction in which the invocation is given up: nobody will answer any more.
  void invocationFailed(const std::string& requestId);

  // --- for the provider, on the writer thread
  // Sends the request. Faults: of the ServiceToken, of the function, and ValidationError for one that is too large.
  Result<void> send(const ports::ResourceRequest& request);
  // How far the last request for this incarnation of the resource is.
  Result<ports::ResourceProgress> progressOf(const ports::ResourceRequest& request);
  // Whether anything was ever asked for.
  bool isKnown(const ports::ResourceRequest& request) const;
  void forget(const ports::ResourceRequest& request);

 private:
  struct Sent;
  std::optional<Sent> find(const ports::ResourceRequest& request) const;
  // The request that it answers; nullopt for whatever is not to be taken.
  struct Awaited {
    std::string stackId;
    std::string id;
  };
  std::optional<Awaited> findAwaited(const ports::Answer& answer) const;
  Result<void> take(const ports::Answer& answer);
  std::string physicalIdFor(const ports::ResourceRequest& request) const;

  store::Database& database_;
  const store::Keyring& keyring_;
  stacks::Engine& engine_;
  ports::Invoker& functions_;
  const base::Clock& clock_;
  base::Random& random_;
};

}  // namespace hearth::services::cloudformation
