// For the tests of this folder: requests, stages, a function that does what the test says, and a loop to run on.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "base/json.h"
#include "gateway/gateway.h"

namespace hearth::gateway::testing {

inline http::Request makeRequest(std::string method, std::string target, Pairs headers = {},
                                 std::string body = {}) {
  http::Request request;
  request.method = std::move(method);
  request.target = target;
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (auto& [name, value] : headers) request.headers.add(name, value);
  if (!request.headers.contains("Host"))
    request.headers.add("Host", "abc123.execute-api.eu-central-1.localhost:4566");
  request.origin.peer = "192.0.2.7:50123";
  request.body = std::make_unique<base::StringStream>(std::move(body));
  return request;
}

// Not random at all, so that ids in tests are known.
class FixedRandom final : public base::Random {
 public:
  void fill(char* bytes, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i + 1);
  }
};

class FakeInvoker final : public ports::Invoker {
 public:
  Task<Result<ports::InvokeOutcome>> invoke(ports::Invocation invocation) override {
    invocations.push_back(std::move(invocation));
    if (neverAnswers) co_await base::awaitCallback<int>([this](std::function<void(int)> done) { waiting = done; });
    co_return answer(invocations.back());
  }
  Result<void> enqueue(const ports::Invocation&) override { return {}; }

  // What a function gives; by default its own event.
  std::function<Result<ports::InvokeOutcome>(const ports::Invocation&)> answer =
      [](const ports::Invocation& given) {
        ports::InvokeOutcome outcome;
        outcome.payload = given.payload;
        return Result<ports::InvokeOutcome>(outcome);
      };
  void answerWith(std::string payload, std::optional<std::string> functionError = std::nullopt) {
    answer = [payload, functionError](const ports::Invocation&) {
      ports::InvokeOutcome outcome;
      outcome.payload = payload;
      outcome.functionError = functionError;
      return Result<ports::InvokeOutcome>(outcome);
    };
  }
  bool neverAnswers = false;
  std::function<void(int)> waiting;
  std::deque<ports::Invocation> invocations;
};

// A service that does what the test says.
class FakeService final {
 public:
  // The calls, with their bodies read.
  struct Seen {
    std::string service, region, roleArn, method, target, body;
    http::Headers headers;
  };
  Task<Result<http::Response>> call(ServiceCall given) {
    Seen& seen = calls.emplace_back();
    seen = {given.service,        given.region, given.roleArn,        given.request.method,
            given.request.target, {},           given.request.headers};
    auto body = co_await base::readAll(*given.request.body, 1 << 20, Fault("EntityTooLarge", ""));
    seen.body = body.value();
    if (neverAnswers) co_await base::awaitCallback<int>([this](std::function<void(int)> done) { waiting = done; });
    co_return answer();
  }
  std::function<Result<http::Response>()> answer = [] {
    return Result<http::Response>(http::Response::text(200, "text/html", "<p>"));
  };
  bool neverAnswers = false;
  std::function<void(int)> waiting;
  std::deque<Seen> calls;
};

// An endpoint that does what the test says.
class FakeEndpoint final {
 public:
  Task<Result<http::ClientResponse>> send(http::OutboundRequest given) {
    requests.push_back(std::move(given));
    co_return answer();
  }
  std::function<Result<http::ClientResponse>()> answer = [] {
    http::ClientResponse response;
    response.status = 200;
    response.headers.add("Content-Type", "text/plain");
    response.body = "there";
    return Result<http::ClientResponse>(std::move(response));
  };
  std::deque<http::OutboundRequest> requests;
};

// Whoever says "good" in the Authorization header signs well.
class FakeCallers final : public SignedCallers {
 public:
  Result<void> screen(const http::Request& request) const override {
    if (request.headers.contains("Authorization")) return {};
    return Fault("MissingAuthenticationTokenException", "Missing Authentication Token", 403);
  }
  Result<SignedCaller> admit(const http::Request& request, std::string_view body,
                             const MethodTarget& target) override {
    bodies.emplace_back(body);
    arns.push_back(target.arn);
    policies.push_back(target.policy);
    const std::string_view given = request.headers.find("Authorization").value_or("");
    if (given == "good") {
      return SignedCaller{"AKIDEXAMPLE", target.account, "AIDAEXAMPLE", "arn:aws:iam::111122223333:user/ada"};
    }
    return Fault(std::string(given), "refused: " + std::string(given), 403);
  }
  std::vector<std::string> bodies, arns;
  std::vector<const ports::ReadPolicy*> policies;
};

// Policies of one statement, whose resource is "*" or an ARN.
class FakePolicies final : public ports::PolicyReader {
 public:
  Result<std::unique_ptr<const ports::ReadPolicy>> readResourcePolicy(std::string_view document) const override {
    return readPolicy(document);
  }
  Result<std::unique_ptr<const ports::ReadPolicy>> readPolicy(std::string_view document) const override {
    const auto json = base::parseJson(document);
    const Json* statement = json.ok() ? base::findMember(*json, "Statement") : nullptr;
    if (statement == nullptr) return Fault("MalformedPolicyDocument", "no statement");
    auto policy = std::make_unique<One>();
    policy->allow = base::findString(*statement, "Effect") == "Allow";
    policy->resource = base::findString(*statement, "Resource").value_or("");
    return std::unique_ptr<const ports::ReadPolicy>(std::move(policy));
  }

 private:
  struct One final : ports::ReadPolicy {
    Verdict rule(const ports::PolicyQuestion& question) const override {
      if (question.action != "execute-api:Invoke") return Verdict::kNotAllowed;
      if (resource != "*" && resource != question.resource) return Verdict::kNotAllowed;
      return allow ? Verdict::kAllowed : Verdict::kDenied;
    }
    bool allow = false;
    std::string resource;
  };
};

class FakeMeter final : public ports::UsageMeter {
 public:
  std::int64_t used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                    std::int64_t lastDay) override {
    ++reads;
    std::int64_t sum = 0;
    for (const auto& count : counts) {
      if (count.planId == planId && count.keyId == keyId && count.day >= firstDay && count.day <= lastDay) {
        sum += count.requests;
      }
    }
    return sum;
  }
  void add(std::vector<ports::UsageCount> added) override {
    ++writes;
    counts.insert(counts.end(), added.begin(), added.end());
  }
  std::vector<ports::UsageCount> counts;
  int reads = 0;
  int writes = 0;
};

class FakeStages final : public StageSource {
 public:
  std::shared_ptr<const Stage> findStage(const std::string& apiId, const std::string& stage) override {
    const auto found = stages.find(apiId + "/" + stage);
    return found == stages.end() ? nullptr : found->second;
  }
  std::shared_ptr<const ApiKeys> apiKeys() override { return keys; }
  std::map<std::string, std::shared_ptr<const Stage>> stages;
  std::shared_ptr<const ApiKeys> keys = std::make_shared<ApiKeys>();
};

inline constexpr char kFunctionUri[] =
    "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:eu-central-1:111122223333:function:score/invocations";

inline StageDefinition makeStageDefinition() {
  StageDefinition stage;
  stage.account = "111122223333";
  stage.region = "eu-central-1";
  stage.apiId = "abc123";
  stage.name = "api";
  stage.deploymentId = "dep1";
  return stage;
}

inline MethodDefinition makeMock(std::string verb, std::string requestTemplate = R"({"statusCode": 200})") {
  MethodDefinition method;
  method.httpMethod = std::move(verb);
  method.integration.emplace();
  method.integration->type = "MOCK";
  method.integration->requestTemplates["application/json"] = std::move(requestTemplate);
  method.integration->responses.emplace_back().statusCode = "200";
  return method;
}

inline MethodDefinition makeLambda(std::string verb, std::string type = "AWS") {
  MethodDefinition method;
  method.httpMethod = std::move(verb);
  method.integration.emplace();
  method.integration->type = std::move(type);
  method.integration->httpMethod = "POST";
  method.integration->uri = kFunctionUri;
  method.integration->responses.emplace_back().statusCode = "200";
  return method;
}

inline constexpr char kAuthorizerUri[] =
    "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:eu-central-1:111122223333:function:guard/invocations";

inline AuthorizerDefinition makeAuthorizer(std::string type) {
  AuthorizerDefinition authorizer;
  authorizer.id = "auth1";
  authorizer.name = "guard";
  authorizer.type = std::move(type);
  authorizer.authorizerUri = kAuthorizerUri;
  authorizer.identitySource = "method.request.header.Authorization";
  return authorizer;
}

inline MethodDefinition makeHttp(std::string verb, std::string type, std::string uri) {
  MethodDefinition method;
  method.httpMethod = std::move(verb);
  method.integration.emplace();
  method.integration->type = std::move(type);
  method.integration->httpMethod = method.httpMethod;
  method.integration->uri = std::move(uri);
  method.integration->responses.emplace_back().statusCode = "200";
  return method;
}

// A gateway with one API, "abc123", and its stage "api".
struct World {
  boost::asio::io_context loop;  // outlives whoever waits on it
  StageDefinition definition = makeStageDefinition();
  FakeInvoker invoker;
  FakeService service;
  FakeEndpoint endpoint;
  FakeCallers callers;
  std::vector<std::string> roleActs;  // "ROLE FUNCTION"
  Result<void> roleAnswer;
  FakePolicies policies;
  FakeMeter meter;
  base::ManualClock clock{base::parseIso8601("2026-04-07T12:34:56.789Z").value()};
  FixedRandom random;
  FakeStages stages;
  GatewaySettings settings;
  std::unique_ptr<Gateway> gateway;

  void add(std::string path, MethodDefinition method) {
    definition.resources.push_back({"res" + std::to_string(definition.resources.size()), std::move(path), {}});
    definition.resources.back().methods.push_back(std::move(method));
  }
  // Compiles what was defined. "" or the fault.
  std::string deploy() {
    auto stage = compileStage(definition, policies);
    if (!stage.ok()) return stage.fault().message;
    stages.stages[definition.apiId + "/" + definition.name] = *stage;
    if (gateway == nullptr) {
      gateway = std::make_unique<Gateway>(
          GatewayParts{.invoker = invoker,
                       .services = [this](ServiceCall call) { return service.call(std::move(call)); },
                       .endpoints = [this](http::OutboundRequest sent) { return endpoint.send(std::move(sent)); },
                       .roles =
                           [this](const std::string& role, const std::string&, const std::string& function) {
                             roleActs.push_back(role + " " + function);
                             return roleAnswer;
                           },
                       .callers = callers,
                       .policies = policies,
                       .meter = meter,
                       .clock = clock,
                       .random = random,
                       .stages = stages},
          settings);
    }
    return {};
  }
  http::Response send(http::Request request) {
    auto target = findTarget(request);
    std::optional<http::Response> response;
    auto task = gateway->handle(request, target.value());
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, http::Response given) {
      if (failure) std::rethrow_exception(failure);
      response = std::move(given);
    });
    loop.restart();
    while (!response && loop.run_one() > 0) {
    }
    return std::move(response.value());
  }
  http::Response get(std::string target, Pairs headers = {}) {
    return send(makeRequest("GET", "/api" + target, std::move(headers)));
  }
  http::Response post(std::string target, std::string body, Pairs headers = {}) {
    return send(makeRequest("POST", "/api" + target, std::move(headers), std::move(body)));
  }
};

// "200 body".
inline std::string brief(const http::Response& response) {
  return std::to_string(response.status) + " " + response.body;
}
inline std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or("(none)"));
}

// An exchange for unit tests of its parts, routed to the first method of `definition`.
inline Exchange makeTestExchange(const StageDefinition& definition, const http::Request& request) {
  FixedRandom random;
  auto stage = compileStage(definition, FakePolicies());
  Exchange exchange = makeExchange(request, *stage, findTarget(request).value().path,
                                   base::parseIso8601("2026-04-07T12:34:56.789Z").value(), random);
  RouteMatch match;
  if (exchange.stage->routes.find(exchange.path, exchange.verb, match)) {
    exchange.method = &exchange.stage->methods[match.method];
    for (const auto& [name, value] : match.parameters) exchange.pathParameters.emplace_back(name, value);
  }
  return exchange;
}

}  // namespace hearth::gateway::testing
