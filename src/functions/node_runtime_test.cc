// Functions of Node.js, in jails, through the bootstrap of runtimes/nodejs.
#include <unistd.h>

#include "base/json.h"
#include "functions/function_host.h"
#include "functions/testing_host.h"

namespace hearth::functions {
namespace {

class NodeRuntimeTest : public HostTest {
 protected:
  void SetUp() override {
    if (access("/usr/bin/node", X_OK) != 0) GTEST_SKIP() << "there is no /usr/bin/node";
    HostTest::SetUp();
  }
  // Every one of a revision of its own, so that none meets the environment of another.
  std::shared_ptr<FunctionSpec> files(const std::vector<ZipEntry>& entries,
                                      const std::string& handler = "app.handler") {
    auto spec = specOf("nodejs20.x", keep(entries));
    spec->handler = handler;
    spec->environment["NODE_EXTRA_CA_CERTS"] = "";  // only a server has an authority
    spec->timeout = std::chrono::seconds(20);
    spec->revision = std::to_string(++revision_);
    return spec;
  }
  std::shared_ptr<FunctionSpec> node(const std::string& source) { return files({{"app.js", source}}); }
  std::string answer(std::shared_ptr<const FunctionSpec> spec, const std::string& payload = "{}") {
    const ports::InvokeOutcome outcome = run(std::move(spec), payload);
    EXPECT_FALSE(outcome.functionError.has_value()) << outcome.payload;
    return outcome.payload;
  }
  JsonObject failure(std::shared_ptr<const FunctionSpec> spec, const std::string& payload = "{}") {
    const ports::InvokeOutcome outcome = run(std::move(spec), payload);
    EXPECT_EQ(outcome.functionError, "Unhandled") << outcome.payload;
    const Result<Json> document = base::parseJson(outcome.payload);
    EXPECT_TRUE(document.ok() && document->is_object()) << outcome.payload;
    return document.ok() && document->is_object() ? document->as_object() : JsonObject{};
  }
  static std::string text(const JsonObject& document, std::string_view member) {
    const auto found = document.find(member);
    return found != document.end() && found->value().is_string() ? std::string(found->value().as_string())
                                                                 : "(absent)";
  }
  int revision_ = 0;
};

TEST_F(NodeRuntimeTest, HandlerGetsEventAndContext) {
  const auto spec = node(R"(
exports.handler = async (event, context) => ({
  event, function: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
  memory: context.memoryLimitInMB, group: context.logGroupName, stream: context.logStreamName.slice(0, 20),
  id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 0, waits: context.callbackWaitsForEmptyEventLoop,
  client: context.clientContext, own: process.env.OWN, place: process.cwd(), trace: process.env._X_AMZN_TRACE_ID,
});
)");
  spec->environment["OWN"] = "variable";
  ports::Invocation call = invocation(R"({"text":"grüße"})");
  call.clientContext = R"({"custom":{"a":1}})";
  call.traceId = "Root=1-5e1b4151-5ac6c58f3d1f1a2b3c4d5e6f";
  const Result<ports::InvokeOutcome> outcome = invoke(spec, call);
  ASSERT_TRUE(outcome.ok()) << outcome.fault().message;
  EXPECT_EQ(outcome->payload,
            R"({"event":{"text":"grüße"},"function":"f","version":"$LATEST",)"
            R"("arn":"arn:aws:lambda:eu-central-1:123456789012:function:f","memory":"128","group":"/aws/lambda/f",)"
            R"("stream":"2019/04/08/[$LATEST]","id":36,"left":true,"waits":true,"client":{"custom":{"a":1}},)"
            R"("own":"variable","place":"/var/task","trace":"Root=1-5e1b4151-5ac6c58f3d1f1a2b3c4d5e6f"})");
}

TEST_F(NodeRuntimeTest, HandlersAreFoundWhereAwsFindsThem) {
  const std::string common = "exports.handler = async () => __filename; exports.a = {b: exports.handler};";
  const std::string module = "export const handler = async () => import.meta.url;";
  EXPECT_EQ(answer(files({{"src/x/app.js", common}}, "src/x/app.handler")), "\"/var/task/src/x/app.js\"");
  EXPECT_EQ(answer(files({{"app.js", common}}, "app.a.b")), "\"/var/task/app.js\"");
  EXPECT_EQ(answer(files({{"app.mjs", module}})), "\"file:///var/task/app.mjs\"");
  EXPECT_EQ(answer(files({{"app.cjs", common}})), "\"/var/task/app.cjs\"");
  EXPECT_EQ(answer(files({{"package.json", R"({"type":"module"})"}, {"lib/app.js", module}}, "lib/app.handler")),
            "\"file:///var/task/lib/app.js\"");
  EXPECT_EQ(
      answer(files({{"package.json", R"({"type":"module"})"}, {"lib/package.json", "{}"}, {"lib/app.js", common}},
                   "lib/app.handler")),
      "\"/var/task/lib/app.js\"");
  EXPECT_EQ(answer(files({{"app/index.js", common}})), "\"/var/task/app/index.js\"");
  EXPECT_EQ(
      answer(files({{"node_modules/app/package.json", R"({"main":"m.js"})"}, {"node_modules/app/m.js", common}})),
      "\"/var/task/node_modules/app/m.js\"");
}

TEST_F(NodeRuntimeTest, AllWaysToAnswerAreThere) {
  EXPECT_EQ(answer(node("exports.handler = (event, context, callback) => callback(null, 'called');")),
            "\"called\"");
  EXPECT_EQ(answer(node("exports.handler = (event, context) => context.succeed(1);")), "1");
  EXPECT_EQ(answer(node("exports.handler = (event, context) => setTimeout(() => context.done(null, 2), 5);")), "2");
  EXPECT_EQ(answer(node("exports.handler = () => Promise.resolve();")), "null");
  // As on AWS: what is returned without a promise is not the answer.
  EXPECT_EQ(answer(node("exports.handler = () => 'lost';")), "null");
  EXPECT_EQ(
      answer(node("exports.handler = (event, context, callback) => { callback(null, 1); callback(null, 2); };")),
      "1");
  EXPECT_EQ(text(failure(node("exports.handler = (event, context, callback) => callback('no');")), "errorMessage"),
            "no");
  EXPECT_EQ(text(failure(node("exports.handler = (event, context) => context.fail();")), "errorMessage"),
            "handled");
}

TEST_F(NodeRuntimeTest, CallbacksWaitUntilNothingIsLeftUnlessTold) {
  constexpr const char* kSource = R"(
let done = [];
exports.handler = (event, context, callback) => {
  if (event.ask) return callback(null, done);
  context.callbackWaitsForEmptyEventLoop = event.wait;
  setTimeout(() => { done.push(event.wait); console.log('late', event.wait); }, event.wait ? 30 : 60_000);
  callback(null, 'answered');
};
)";
  const auto spec = node(kSource);
  EXPECT_EQ(answer(spec, R"({"wait":true})"), "\"answered\"");
  EXPECT_NE(sink_.find("late true"), "");
  EXPECT_EQ(answer(spec, R"({"ask":true})"), "[true]");
  EXPECT_EQ(answer(spec, R"({"wait":false})"), "\"answered\"");
  EXPECT_EQ(sink_.find("late false"), "");
  EXPECT_EQ(host_->status().environments, 1U);
}

TEST_F(NodeRuntimeTest, PromiseThatNothingSettlesFailsAndTheNextInvocationWorks) {
  const auto spec = node("exports.handler = async (event) => event.wait ? await new Promise(() => {}) : 'fine';");
  EXPECT_EQ(text(failure(spec, R"({"wait":true})"), "errorType"), "Runtime.NodeJsExit");
  EXPECT_EQ(answer(spec), "\"fine\"");
  EXPECT_EQ(host_->status().environments, 1U);
}

TEST_F(NodeRuntimeTest, ErrorsHaveTypeMessageAndTrace) {
  const auto spec = node(R"(
class NoSuchOrder extends Error { constructor(id) { super('no order ' + id); this.name = 'NoSuchOrder'; this.id = id; } }
exports.handler = async (event) => {
  if (event.plain) throw 'words';
  if (event.circle) { const circle = {}; circle.self = circle; return circle; }
  throw new NoSuchOrder(7);
};
)");
  const JsonObject error = failure(spec);
  EXPECT_EQ(text(error, "errorType"), "NoSuchOrder");
  EXPECT_EQ(text(error, "errorMessage"), "no order 7");
  ASSERT_TRUE(error.contains("trace"));
  const JsonArray& trace = error.at("trace").as_array();
  EXPECT_EQ(trace.at(0), "NoSuchOrder: no order 7");
  EXPECT_NE(std::string(trace.at(1).as_string()).find("/var/task/app.js:6:9"), std::string::npos);
  const std::string line = sink_.find("Invoke Error");
  EXPECT_NE(line.find("\tERROR\tInvoke Error \t{\"errorType\":\"NoSuchOrder\",\"errorMessage\":\"no order "
                      "7\",\"name\":\"NoSuchOrder\",\"id\":7,"
                      "\"stack\":[\"NoSuchOrder: no order 7\",\""),
            std::string::npos)
      << line;
  EXPECT_EQ(run(spec, R"({"plain":1})").payload, R"({"errorType":"string","errorMessage":"words","trace":[]})");
  EXPECT_EQ(text(failure(spec, R"({"circle":1})"), "errorMessage"), "Unable to stringify response body");
  EXPECT_EQ(host_->status().environments, 1U);
}

TEST_F(NodeRuntimeTest, FailingStartsHaveTheirOwnNames) {
  const auto expect = [&](std::shared_ptr<FunctionSpec> spec, std::string_view type, const std::string& message) {
    const JsonObject error = failure(std::move(spec));
    EXPECT_EQ(text(error, "errorType"), type);
    EXPECT_EQ(text(error, "errorMessage").substr(0, message.size()), message);
  };
  expect(node("require('nothing_like_it');"), "Runtime.ImportModuleError",
         "Error: Cannot find module 'nothing_like_it'\nRequire stack:\n- /var/task/app.js");
  EXPECT_NE(sink_.find("undefined\tERROR\tUncaught Exception \t{\"errorType\":\"Runtime.ImportModuleError\""), "");
  EXPECT_NE(sink_.find("INIT_REPORT").find("Status: error\tError Type: Runtime.ImportModuleError"),
            std::string::npos);
  expect(files({{"other.js", ""}}), "Runtime.ImportModuleError", "Error: Cannot find module 'app'");
  expect(node("exports.handler = (;"), "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'");
  EXPECT_NE(sink_.find("/var/task/app.js:1"), "");
  expect(node("exports.handle = 1"), "Runtime.HandlerNotFound", "app.handler is undefined or not exported");
  expect(node("exports.handler = 1"), "Runtime.HandlerNotFound", "app.handler is not a function");
  expect(files({{"app.js", ""}}, "app"), "Runtime.MalformedHandlerName", "Bad handler");
  expect(files({{"app.js", ""}}, "../app.handler"), "Runtime.MalformedHandlerName",
         "'../app.handler' is not a valid");
  expect(node("throw new TypeError('at once');"), "TypeError", "at once");
  expect(node("exports.handler = awslambda.streamifyResponse(async () => {});"), "Runtime.StreamingUnsupported",
         "Hearth does not support response streaming");
  auto newest = node("exports.handler = (event, context, callback) => callback(null, 1);");
  newest->runtime = "nodejs24.x";
  expect(newest, "Runtime.CallbackHandlerDeprecated", "ERROR: AWS Lambda has removed support for callback-based");
  EXPECT_EQ(host_->status().environments, 0U);
}

TEST_F(NodeRuntimeTest, TheMissingSdkIsNamed) {
  EXPECT_EQ(text(failure(node("require('@aws-sdk/client-nothing');")), "errorType"), "Runtime.ImportModuleError");
  EXPECT_NE(sink_.find("[hearth] @aws-sdk/client-nothing is not part of the runtime"), "");
  failure(files({{"app.mjs", "export const handler = async () => { await import('aws-sdk'); };"}}));
  EXPECT_NE(sink_.find("[hearth] aws-sdk is not part of the runtime"), "");
  // Where it may be put for all functions, whichever way they load it.
  EXPECT_EQ(answer(node("exports.handler = async () => require('fs').readlinkSync('/node_modules');")),
            "\"/usr/local/lib/node_modules\"");
}

TEST_F(NodeRuntimeTest, WhatNobodyCaughtEndsTheProcess) {
  const auto spec = node(R"(
exports.handler = (event, context, callback) => {
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.reject) Promise.reject(new RangeError('afar'));
  if (event.throw) setTimeout(() => { throw new RangeError('later'); }, 1);
};
)");
  JsonObject error = failure(spec, R"({"throw":1})");
  EXPECT_EQ(text(error, "errorType") + " " + text(error, "errorMessage"), "RangeError later");
  EXPECT_NE(sink_.find("Uncaught Exception \t{\"errorType\":\"RangeError\""), "");
  error = failure(spec, R"({"reject":1})");
  EXPECT_EQ(text(error, "errorType") + " " + text(error, "errorMessage"),
            "Runtime.UnhandledPromiseRejection RangeError: afar");
  EXPECT_NE(
      sink_.find(
          "Unhandled Promise Rejection \t{\"errorType\":\"Runtime.UnhandledPromiseRejection\",\"errorMessage\":"
          "\"RangeError: afar\",\"reason\":{\"errorType\":\"RangeError\",\"errorMessage\":\"afar\",\"stack\":["),
      "");
  EXPECT_NE(text(failure(spec, R"({"exit":3})"), "errorMessage").find("exit status 3"), std::string::npos);
  EXPECT_NE(text(failure(spec, R"({"exit":0})"), "errorMessage").find("exited without providing a reason"),
            std::string::npos);
  EXPECT_EQ(answer(spec), "null");
}

TEST_F(NodeRuntimeTest, LinesOfTheConsoleAreThoseOfLambda) {
  const auto spec = node(R"(
console.log('outside');
exports.handler = async () => {
  console.log('one', {a: 1}, '\n two');
  console.warn('%s of %d', 'three', 4);
  console.debug('five');
  process.stdout.write('plain\n');
};
)");
  ports::Invocation call = invocation();
  call.requestId = "11111111-2222-3333-4444-555555555555";
  ASSERT_TRUE(invoke(spec, call).ok());
  constexpr std::size_t kTime = sizeof("2019-04-08T21:00:00.123Z") - 1;
  ASSERT_EQ(sink_.messages.size(), 9U);
  EXPECT_EQ(sink_.messages[0].substr(0, 44), "INIT_START Runtime Version: nodejs:20.hearth");
  EXPECT_EQ(sink_.messages[1].substr(kTime), "\tundefined\tINFO\toutside");
  const std::string id = "\t" + call.requestId + "\t";
  EXPECT_EQ(sink_.messages[3].substr(kTime), id + "INFO\tone { a: 1 } \r two");
  EXPECT_EQ(sink_.messages[4].substr(kTime), id + "WARN\tthree of 4");
  EXPECT_EQ(sink_.messages[5].substr(kTime), id + "DEBUG\tfive");
  EXPECT_EQ(sink_.messages[6], "plain");
}

TEST_F(NodeRuntimeTest, TheLogIsJsonWhereItIsAskedFor) {
  const auto spec = node(R"(
exports.handler = async () => {
  console.info('shown', 1);
  console.error(new RangeError('far'));
  console.debug('hidden');
};
)");
  spec->environment["AWS_LAMBDA_LOG_FORMAT"] = "JSON";
  spec->environment["AWS_LAMBDA_LOG_LEVEL"] = "INFO";
  answer(spec);
  const std::string line = sink_.find("shown");
  EXPECT_EQ(line.substr(0, 14), R"({"timestamp":")");
  EXPECT_NE(line.find(R"(","level":"INFO","requestId":")"), std::string::npos);
  EXPECT_NE(line.find(R"(","message":"shown 1"})"), std::string::npos);
  EXPECT_NE(sink_.find("far").find(R"("message":{"errorType":"RangeError","errorMessage":"far","stackTrace":[")"),
            std::string::npos);
  EXPECT_EQ(sink_.find("hidden"), "");
}

TEST_F(NodeRuntimeTest, LargePayloadsPassAndTooLargeOnesAreRefused) {
  const auto spec =
      node("exports.handler = async (event) => event.size ? 'x'.repeat(event.size) : event.text.length;");
  EXPECT_EQ(answer(spec, R"({"size":5000000})").size(), 5000002U);
  EXPECT_EQ(text(failure(spec, R"({"size":7000000})"), "errorType"), "Function.ResponseSizeTooLarge");
  EXPECT_EQ(answer(spec, R"({"text":")" + std::string(5'000'000, 'y') + "\"}"), "5000000");
}

TEST_F(NodeRuntimeTest, MemoryIsThatOfTheFunction) {
  const auto spec = node(R"(
exports.handler = async (event) => {
  const heap = require('v8').getHeapStatistics().heap_size_limit >> 20;
  for (let kept = [], at = 0; at < event.rounds; ++at) kept = [new Array(1 << 16).fill(at), kept[0]];
  const hoard = [];
  while (event.hoard) hoard.push(new Array(1 << 16).fill(hoard.length));
  return heap < 200;
};
)");
  // Four times as much garbage as it has memory.
  EXPECT_EQ(answer(spec, R"({"rounds":1000})"), "true");
  const std::string type = text(failure(spec, R"({"hoard":true})"), "errorType");
  EXPECT_TRUE(type == "Runtime.OutOfMemory" || type == "Runtime.ExitError") << type;
}

TEST_F(NodeRuntimeTest, TimeoutEndsTheEnvironment) {
  const auto spec = node("exports.handler = () => { for (;;); };");
  spec->timeout = std::chrono::seconds(1);
  EXPECT_EQ(text(failure(spec), "errorType"), "Sandbox.Timedout");
  EXPECT_EQ(host_->status().environments, 0U);
}

}  // namespace
}  // namespace hearth::functions
