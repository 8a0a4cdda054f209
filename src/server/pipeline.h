// Pipeline: the life of a request, step by step.
#pragma once

#include <memory>
#include <string>

#include "api/router.h"
#include "base/clock.h"
#include "base/random.h"
#include "gateway/gateway.h"
#include "gateway/service_call.h"
#include "http/message.h"
#include "identity/directory.h"
#include "server/access_gate.h"
#include "server/admin.h"
#include "server/answer_door.h"
#include "store/database.h"
#include "wire/routes.h"
#include "wire/sigv4.h"

namespace hearth::server {

// What the pipeline connects; everything outlives it.
struct PipelineParts {
  const api::Router& router;
  store::Database& database;
  identity::Directory& directory;
  const AccessGate& access;
  gateway::Gateway& gateway;
  Admin& admin;
  AnswerDoor& answers;
  base::ByteBudget& bodies;         // of requests to the public listener
  base::ByteBudget& jailBodies;     // of requests of functions: theirs crowd nobody else out
  const base::Clock& clock;         // the product's, which --clock sets
  const base::Clock& machineClock;  // the one that clients sign by
  base::Random& random;
};

// On the loop.
class Pipeline final {
 public:
  explicit Pipeline(PipelineParts parts);

  // Every request of every listener comes here: the product's own endpoints, web requests to REST APIs, and AWS
  // calls.
  Task<http::Response> handle(http::Request& request);

  // An AWS call that the gateway makes in the name of a role: the steps behind the signature. The response is the
  // service's, refusals included. Faults: NoSuchEntity 404 and AccessDenied 403 when API Gateway may not take the
  // role.
  Task<Result<http::Response>> callAs(gateway::ServiceCall call);

 private:
  struct Exchange;

  Task<http::Response> handleCall(http::Request& request);
  Task<Result<http::Response>> runSteps(Exchange& exchange);
  Task<Result<http::Response>> runStepsBehindSignature(Exchange& exchange);
  Task<Result<http::Response>> carryOut(Exchange& exchange);
  // What the steps give; a fault, or what a handler threw, in the protocol of the caller.
  Task<http::Response> respond(Exchange& exchange, Task<Result<http::Response>> steps);

  // The steps, in their order.
  Result<void> screen(Exchange& exchange);
  Task<Result<void>> match(Exchange& exchange);
  Task<Result<void>> readBody(Exchange& exchange);
  Task<Result<void>> authenticate(Exchange& exchange);
  Result<void> decode(Exchange& exchange);
  Result<void> authorise(Exchange& exchange);
  Task<Result<api::AnyShape>> run(Exchange& exchange);

  Result<api::Principal> takeRole(const std::string& roleArn, const std::string& account);
  std::string newRequestId(const api::Service* service);

  PipelineParts parts_;
  wire::Routes routes_;
  wire::SigV4Verifier verifier_;
};

}  // namespace hearth::server
