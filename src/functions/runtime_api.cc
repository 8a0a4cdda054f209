#include "functions/runtime_api.h"

#include <algorithm>
#include <string_view>

#include "base/byte_stream.h"
#include "base/json.h"

namespace hearth::functions {

namespace {

constexpr std::string_view kRoot = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";
// How much a runtime may say about an initialisation that failed.
constexpr std::size_t kMaxInitError = 256 * 1024;
// A body that announces no more is not counted: an environment has one at a time.
constexpr std::size_t kSmallBody = 64 * 1024;

using Budget = std::shared_ptr<base::ByteBudget>;

http::ServerLimits limits() {
  http::ServerLimits limits;
  limits.bodyBytes = 64ULL << 20U;  // more is cut off; what is above the payload limit is answered properly
  // A runtime keeps its connection while the function works, and while nobody invokes it.
  limits.idleTimeout = std::chrono::hours(24);
  // A function of its own accord gets no further than this.
  limits.connectionsPerHandedIn = 64;
  return limits;
}

http::Response json(int status, const JsonObject& document) {
  return http::Response::text(status, "application/json", base::writeJson(document));
}

http::Response accepted() { return json(202, {{"status", "OK"}}); }

http::Response refuse(int status, std::string_view type, std::string_view message) {
  return json(status, {{"errorMessage", message}, {"errorType", type}});
}

http::Response notAllowed(std::string_view from, std::string_view to) {
  return refuse(403, "InvalidStateTransition",
                "State transition from " + std::string(from) + " to " + std::string(to) +
                    " failed for runtime. Error: State transition is not allowed");
}

http::Response invalidRequestId() { return refuse(400, "InvalidRequestID", "Invalid request ID"); }

http::Response gone() {
  http::Response response = refuse(500, "InternalServerError", "Internal Server Error");
  response.close = true;
  return response;
}

http::Response tooLarge() {
  return refuse(413, "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size (" + std::to_string(kMaxPayload) + " bytes).");
}

// Of a JSON text that is to be a header's value: white space between its tokens may be anything.
std::string oneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

http::Response event(const Work& work) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Lambda-Runtime-Aws-Request-Id", work.requestId);
  response.headers.add("Lambda-Runtime-Deadline-Ms", std::to_string(work.deadlineMs));
  response.headers.add("Lambda-Runtime-Invoked-Function-Arn", work.functionArn);
  if (!work.traceId.empty()) response.headers.add("Lambda-Runtime-Trace-Id", oneLine(work.traceId));
  if (!work.clientContext.empty()) {
    response.headers.add("Lambda-Runtime-Client-Context", oneLine(work.clientContext));
  }
  response.body = work.payload;
  return response;
}

Task<http::Response> next(Environment& environment) {
  const std::optional<const Work*> work = co_await environment.next();
  if (!work) co_return notAllowed("Running", "Ready");
  co_return *work == nullptr ? gone() : event(**work);
}

// The whole body, on account of `intake` unless it is known to be small: what others hold never keeps those out.
Task<Result<std::string>> readBody(http::Request& request, std::size_t limit, Intake& intake) {
  Fault above("RequestEntityTooLarge", "", 413);
  if (request.body->size().value_or(kMaxPayload) <= kSmallBody)
    co_return co_await base::readAll(*request.body, kSmallBody, std::move(above));
  co_return co_await base::readAll(*request.body, limit, std::move(above), intake.share());
}

// Of an answer that could not be read. What is true of the size is said of the size that was announced.
http::Response failRead(Environment& environment, const Fault& fault, std::uint64_t announced) {
  if (fault.status == 413) {
    environment.failAnswer(oversizedResponse(announced));
    return tooLarge();
  }
  if (fault.status == 503) {  // no room: the host's failure, not the function's
    environment.end();
    return gone();
  }
  environment.failAnswer(truncatedResponse());
  return refuse(400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
}

Task<http::Response> respond(Environment& environment, http::Request& request, const std::string& requestId,
                             const Budget& budget) {
  if (!environment.awaitsAnswer(requestId)) co_return invalidRequestId();
  std::shared_ptr<Intake> intake = environment.openIntake(budget);
  if (!intake) co_return notAllowed("InvocationResponse", "InvocationResponse");
  const auto mode = request.headers.find("Lambda-Runtime-Function-Response-Mode");
  if (mode && *mode != "streaming") {
    environment.failAnswer({"Runtime.InvalidResponseModeHeader", "Invalid function response mode"});
    co_return refuse(400, "InvalidFunctionResponseMode", "Invalid function response mode");
  }
  const std::uint64_t announced = request.body->size().value_or(kMaxPayload + 1);
  Result<std::string> payload = co_await readBody(request, kMaxPayload, *intake);
  // The invocation may have timed out while the body arrived.
  if (!environment.awaitsAnswer(requestId)) co_return invalidRequestId();
  if (!payload.ok()) co_return failRead(environment, payload.fault(), announced);
  environment.respond(std::move(*payload), std::move(intake));
  co_return accepted();
}

Task<http::Response> reportError(Environment& environment, http::Request& request, const std::string& requestId,
                                 const Budget& budget) {
  if (!environment.awaitsAnswer(requestId)) co_return invalidRequestId();
  std::shared_ptr<Intake> intake = environment.openIntake(budget);
  if (!intake) co_return notAllowed("InvocationResponse", "InvocationErrorResponse");
  const std::uint64_t announced = request.body->size().value_or(kMaxPayload + 1);
  Result<std::string> document = co_await readBody(request, kMaxPayload, *intake);
  if (!environment.awaitsAnswer(requestId)) co_return invalidRequestId();
  if (!document.ok()) co_return failRead(environment, document.fault(), announced);
  environment.reportError(std::move(*document), std::move(intake));
  co_return accepted();
}

Task<http::Response> reportInitError(Environment& environment, http::Request& request, const Budget& budget) {
  if (!environment.initialising()) co_return notAllowed("Ready", "InitError");
  std::shared_ptr<Intake> intake = environment.openIntake(budget);
  if (!intake) co_return notAllowed("InitError", "InitError");
  Result<std::string> document = co_await readBody(request, kMaxInitError, *intake);
  if (!document.ok()) {
    if (document.fault().status == 503) environment.end();  // no room, as in failRead()
    co_return document.fault().status == 413 ? tooLarge() : gone();
  }
  std::string type(request.headers.find("Lambda-Runtime-Function-Error-Type").value_or(""));
  if (!environment.reportInitError(std::move(*document), std::move(type), std::move(intake))) {
    co_return notAllowed("Ready", "InitError");
  }
  co_return accepted();
}

}  // namespace

RuntimeApi::RuntimeApi(boost::asio::io_context& loop, std::size_t bodyBytes)
    : bodies_(std::make_shared<base::ByteBudget>(bodyBytes)),
      server_(loop, limits(), [this](http::Request& request) { return handle(request); }) {}

std::string RuntimeApi::listenerName(const std::string& id) { return "environment:" + id; }

void RuntimeApi::attach(const std::shared_ptr<Environment>& environment, base::Fd socket) {
  const std::string name = listenerName(environment->id());
  environments_[name] = environment;
  server_.listen(std::move(socket), name);
}

void RuntimeApi::detach(const std::string& id) {
  const std::string name = listenerName(id);
  environments_.erase(name);
  server_.closeListener(name);
}

Task<void> RuntimeApi::stop(std::chrono::milliseconds grace) { co_await server_.stop(grace); }

Task<http::Response> RuntimeApi::handle(http::Request& request) {
  const auto found = environments_.find(request.origin.listener);
  const std::shared_ptr<Environment> environment = found == environments_.end() ? nullptr : found->second.lock();
  if (!environment) co_return gone();

  std::string_view path = request.path;
  if (path.substr(0, kRoot.size()) != kRoot) co_return refuse(404, "NotFound", "There is no such path");
  path.remove_prefix(kRoot.size());
  const bool post = request.method == "POST";
  if (path == "invocation/next" && request.method == "GET") co_return co_await next(*environment);
  if (path == "init/error" && post) co_return co_await reportInitError(*environment, request, bodies_);
  if (post && path.substr(0, kInvocation.size()) == kInvocation) {
    path.remove_prefix(kInvocation.size());
    const std::size_t slash = path.find('/');
    const std::string requestId(path.substr(0, slash));
    const std::string_view verb = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (verb == "response") co_return co_await respond(*environment, request, requestId, bodies_);
    if (verb == "error") co_return co_await reportError(*environment, request, requestId, bodies_);
  }
  co_return refuse(404, "NotFound", "There is no such path");
}

}  // namespace hearth::functions
