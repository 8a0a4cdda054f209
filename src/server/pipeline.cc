#include "server/pipeline.h"

#include "base/log.h"
#include "http/peer_address.h"
#include "server/callers.h"
#include "server/localstack.h"
#include "wire/body_digest.h"
#include "wire/codec.h"

namespace hearth::server {
namespace {

// Bodies that are read whole before they are decoded. Lambda's packages come as base64 in JSON, mails of up to 10
// MB as base64 in a form.
constexpr std::size_t kMostBody = 8 << 20;
constexpr std::size_t kMostLambdaBody = 72 << 20;
constexpr std::size_t kMostMailBody = 16 << 20;
// Up to here a body is cheaper to read than its signature to look at twice.
constexpr std::size_t kUnscreened = 64 << 10;

std::size_t bodyLimit(const api::Service* service) {
  if (service && service->id == "lambda") return kMostLambdaBody;
  if (service && service->id == "ses") return kMostMailBody;
  return kMostBody;
}

Fault bodyTooLarge(const api::Service* service, std::size_t limit) {
  std::string message = "The request body has more than " + std::to_string(limit) + " bytes.";
  if (service && service->id == "s3") return {"EntityTooLarge", message, 400};
  return {"RequestEntityTooLargeException", message, 413};
}

wire::AuthFamily familyOf(const api::Service* service, api::Protocol protocol) {
  if (service && service->id == "s3") return wire::AuthFamily::kS3;
  switch (protocol) {
    case api::Protocol::kQuery:
      return wire::AuthFamily::kQuery;
    case api::Protocol::kRestJson:
      return wire::AuthFamily::kRestJson;
    case api::Protocol::kRestXml:
      return wire::AuthFamily::kS3;
    default:
      return wire::AuthFamily::kJson;
  }
}

// How the caller of a service that is not here would read a fault.
api::Protocol protocolOf(const http::Request& request) {
  if (request.headers.contains("X-Amz-Target")) return api::Protocol::kJson11;
  const std::string_view type = request.headers.find("Content-Type").value_or("");
  return type.starts_with("application/x-www-form-urlencoded") ? api::Protocol::kQuery : api::Protocol::kRestXml;
}

}  // namespace

// One AWS call on its way through the steps.
struct Pipeline::Exchange {
  http::Request& request;
  base::ByteBudget::Share share;          // for `body`
  const api::Service* service = nullptr;  // as soon as it can be told, for faults
  api::Protocol protocol = api::Protocol::kRestXml;
  std::string requestId;
  std::string body;
  bool bodyRead = false;
  wire::Match match;
  api::Call call;
  api::AnyShape input;
  Admission admission;
};

Pipeline::Pipeline(PipelineParts parts)
    : parts_(parts),
      routes_(parts.router.services()),
      verifier_(credentialsIn(parts.directory), parts.clock, parts.machineClock) {}

Task<http::Response> Pipeline::handle(http::Request& request) {
  // CloudFormation's own bucket; on the host of any other every path is a key of it.
  if (AnswerDoor::owns(request)) co_return co_await parts_.answers.handle(request);
  if (wire::bucketOfHost(request.host())) co_return co_await handleCall(request);
  if (parts_.admin.owns(request)) co_return co_await parts_.admin.handle(request, verifier_);
  if (isLocalStackPath(request)) co_return answerLocalStack(request, parts_.router.services());
  if (auto target = gateway::findTarget(request))
    co_return co_await parts_.gateway.handle(request, *std::move(target));
  co_return co_await handleCall(request);
}

Task<http::Response> Pipeline::handleCall(http::Request& request) {
  base::ByteBudget& bodies = request.origin.listener == kPublicListener ? parts_.bodies : parts_.jailBodies;
  Exchange exchange{.request = request, .share = base::ByteBudget::Share(bodies)};
  exchange.service = routes_.guessService(request);
  exchange.protocol = exchange.service ? exchange.service->protocols.front() : protocolOf(request);
  exchange.requestId = newRequestId(exchange.service);

  auto steps = runSteps(exchange);
  co_return co_await respond(exchange, std::move(steps));
}

Task<Result<http::Response>> Pipeline::callAs(gateway::ServiceCall call) {
  HEARTH_CO_TRY(api::Principal principal, takeRole(call.roleArn, call.account));
  http::Request& request = call.request;
  request.headers.set("Host", call.service + "." + call.region + ".amazonaws.com");
  // The routes go by the service that is signed for; nobody looks at the signature.
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=" + principal.accessKeyId + "/-/" +
                                           call.region + "/" + call.service + "/aws4_request");
  request.headers.remove("x-amz-content-sha256");
  Exchange exchange{.request = request, .share = base::ByteBudget::Share(parts_.bodies)};
  exchange.service = routes_.guessService(request);
  exchange.protocol = exchange.service ? exchange.service->protocols.front() : protocolOf(request);
  exchange.requestId = newRequestId(exchange.service);
  exchange.call.account = principal.account;
  exchange.call.principal = std::move(principal);
  exchange.call.region = std::move(call.region);
  exchange.call.secure = true;  // as between services
  auto steps = runStepsBehindSignature(exchange);
  co_return co_await respond(exchange, std::move(steps));
}

// The session in which API Gateway acts for an API, named as on AWS.
Result<api::Principal> Pipeline::takeRole(const std::string& roleArn, const std::string& account) {
  constexpr std::string_view kSession = "BackplaneAssumeRoleSession";
  HEARTH_TRY(const auto role, parts_.directory.getAssumable(roleArn, "apigateway.amazonaws.com", account));
  api::Principal principal;
  principal.account = role->account;
  principal.arn = "arn:aws:sts::" + role->account + ":assumed-role/" + role->name + "/" + std::string(kSession);
  principal.userId = role->roleId + ":" + std::string(kSession);
  return principal;
}

Task<http::Response> Pipeline::respond(Exchange& exchange, Task<Result<http::Response>> steps) {
  http::Request& request = exchange.request;
  std::optional<Fault> fault;
  try {
    auto response = co_await std::move(steps);
    if (response.ok()) co_return std::move(response).value();
    fault = std::move(response).fault();
  } catch (const std::exception& error) {
    base::logError("pipeline", "a handler failed",
                   {{"operation", std::string(exchange.match.operationName)},
                    {"requestId", exchange.requestId},
                    {"error", error.what()}});
    fault = Fault("InternalError", "We encountered an internal error. Please try again.", 500);
  }
  co_return wire::encodeFault(exchange.service, exchange.protocol, *fault, exchange.requestId, request.path,
                              request.method == "HEAD");
}

Task<Result<http::Response>> Pipeline::runSteps(Exchange& exchange) {
  HEARTH_CO_CHECK(screen(exchange));
  HEARTH_CO_CHECK(co_await match(exchange));
  HEARTH_CO_CHECK(co_await authenticate(exchange));
  co_return co_await carryOut(exchange);
}

// Of a call whose principal is known beforehand.
Task<Result<http::Response>> Pipeline::runStepsBehindSignature(Exchange& exchange) {
  HEARTH_CO_CHECK(co_await match(exchange));
  const bool streams = exchange.match.operation && wire::streamsInput(*exchange.match.operation);
  if (!streams && !exchange.bodyRead) HEARTH_CO_CHECK(co_await readBody(exchange));
  if (!streams && exchange.service->id == "s3") {
    HEARTH_CO_TRY(auto digests, wire::expectedDigests(exchange.request.headers));
    HEARTH_CO_CHECK(wire::checkDigests(exchange.body, digests));
  }
  api::Call& call = exchange.call;
  call.requestId = exchange.requestId;
  call.operation = std::string(exchange.service->id) + ":" + std::string(exchange.match.operationName);
  call.host = exchange.request.headers.find("Host").value_or("");
  call.now = parts_.clock.now();
  co_return co_await carryOut(exchange);
}

Task<Result<http::Response>> Pipeline::carryOut(Exchange& exchange) {
  HEARTH_CO_CHECK(decode(exchange));
  HEARTH_CO_CHECK(authorise(exchange));
  Result<api::AnyShape> output = co_await run(exchange);
  if (!output.ok()) co_return AccessGate::veil(exchange.admission, std::move(output).fault());
  co_return wire::encodeOutput(*exchange.match.operation, exchange.protocol, *output, exchange.requestId);
}

// Nobody but the owner of a key makes the server read a body of some size.
Result<void> Pipeline::screen(Exchange& exchange) {
  const auto size = exchange.request.body->size();
  if (size && *size <= kUnscreened) return {};
  auto failure = verifier_.screen(exchange.request);
  if (failure) return wire::authFault(*failure, familyOf(exchange.service, exchange.protocol));
  return {};
}

// Which service, operation and protocol; the body is read here when it names the operation.
Task<Result<void>> Pipeline::match(Exchange& exchange) {
  http::Request& request = exchange.request;
  if (wire::Routes::needsBody(request)) {
    HEARTH_CO_CHECK(co_await readBody(exchange));
  }
  HEARTH_CO_TRY(exchange.match, routes_.find(request, exchange.body));
  exchange.service = exchange.match.service;
  exchange.protocol = exchange.match.protocol;
  co_return Result<void>();
}

Task<Result<void>> Pipeline::readBody(Exchange& exchange) {
  const std::size_t limit = bodyLimit(exchange.service);
  Fault tooLarge = bodyTooLarge(exchange.service, limit);
  HEARTH_CO_TRY(exchange.body,
                co_await base::readAll(*exchange.request.body, limit, std::move(tooLarge), exchange.share));
  exchange.bodyRead = true;
  co_return Result<void>();
}

// Whose signature it is, and whether it is good. What the signature says about the body is enforced here as well.
Task<Result<void>> Pipeline::authenticate(Exchange& exchange) {
  http::Request& request = exchange.request;
  bool streams = exchange.match.operation && wire::streamsInput(*exchange.match.operation);
  bool chunked = request.headers.find("x-amz-content-sha256").value_or("").starts_with("STREAMING-");
  if (!streams && !chunked && !exchange.bodyRead) HEARTH_CO_CHECK(co_await readBody(exchange));
  std::optional<std::string_view> body;
  if (exchange.bodyRead) body = exchange.body;
  wire::Verification verification = verifier_.verify(request, body);
  if (auto* failure = std::get_if<wire::AuthFailure>(&verification))
    co_return wire::authFault(*failure, familyOf(exchange.service, exchange.protocol));
  auto& verified = std::get<wire::Verified>(verification);

  if (!exchange.bodyRead) {
    HEARTH_CO_TRY(request.body, wire::openBody(request, verified));
    if (!streams) HEARTH_CO_CHECK(co_await readBody(exchange));
  }
  if (!streams && exchange.service->id == "s3") {
    HEARTH_CO_TRY(auto digests, wire::expectedDigests(request.headers));
    HEARTH_CO_CHECK(wire::checkDigests(exchange.body, digests));
  }

  api::Call& call = exchange.call;
  call.principal = {verified.account, verified.principalArn, verified.userId, verified.accessKeyId};
  call.principal.isRoot = verified.principalArn.ends_with(":root");
  call.account = verified.account;
  call.region = verified.region;
  call.requestId = exchange.requestId;
  call.operation = std::string(exchange.service->id) + ":" + std::string(exchange.match.operationName);
  call.host = request.headers.find("Host").value_or("");
  call.sourceIp = http::peerAddress(request.origin.peer);
  // A jail's own socket leads through no network.
  call.secure = request.origin.secure || request.origin.listener != kPublicListener;
  call.now = parts_.clock.now();
  co_return Result<void>();
}

Result<void> Pipeline::decode(Exchange& exchange) {
  if (!exchange.match.operation)
    return Fault("NotImplemented", "Hearth does not implement " + exchange.call.operation + ".", 501);
  HEARTH_TRY(exchange.input, wire::decodeInput(exchange.match, exchange.request, exchange.body));
  std::string().swap(exchange.body);
  return {};
}

// What policies say of the caller, the action and its resource.
Result<void> Pipeline::authorise(Exchange& exchange) {
  const http::Headers& headers = exchange.request.headers;
  return parts_.access.admit(*exchange.match.operation, exchange.call, exchange.input,
                             {headers.find("User-Agent").value_or(""), headers.find("Referer").value_or("")},
                             exchange.admission);
}

// On the loop over a snapshot, on the writer thread, or as a coroutine: the handler's kind says.
Task<Result<api::AnyShape>> Pipeline::run(Exchange& exchange) {
  const api::Handler* handler = parts_.router.find(*exchange.match.operation);
  if (!handler)
    co_return Fault("NotImplemented", "Hearth does not implement " + exchange.call.operation + ".", 501);
  switch (handler->kind) {
    case api::Handler::Kind::kRead: {
      store::Database::Snapshot snapshot(parts_.database);
      co_return handler->run(exchange.call, exchange.input);
    }
    case api::Handler::Kind::kWrite: {
      api::AnyShape output;
      auto work = [&]() -> Result<void> {
        HEARTH_TRY(output, handler->run(exchange.call, exchange.input));
        return {};
      };
      HEARTH_CO_CHECK(co_await parts_.database.write(work));
      co_return output;
    }
    case api::Handler::Kind::kWait:
      break;
  }
  co_return co_await handler->wait(exchange.call, exchange.input);
}

std::string Pipeline::newRequestId(const api::Service* service) {
  if (service && service->id == "s3") return base::randomText(parts_.random, 16, "0123456789ABCDEF");
  return base::randomUuid(parts_.random);
}

}  // namespace hearth::server
