#include "functions/function_host.h"

#include "base/json.h"
#include "functions/testing_host.h"

namespace hearth::functions {
namespace {

constexpr const char* kShellLoop = R"(#!/bin/sh
# The smallest runtime: curl and the shell.
API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  HEADERS=$(mktemp)
  EVENT=$(curl -sS -D "$HEADERS" "$API/invocation/next")
  ID=$(grep -i Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -X POST "$API/invocation/$ID/response" -d "{\"echo\":$EVENT,\"handler\":\"$_HANDLER\"}" > /dev/null
done
)";

class FunctionHostTest : public HostTest {};

TEST_F(FunctionHostTest, ProvidedRuntimeAnswersColdAndWarm) {
  const auto spec = specOf("provided.al2023", keep({{"bootstrap", kShellLoop, 0755}}));
  EXPECT_EQ(run(spec, R"({"n":1})").payload, R"({"echo":{"n":1},"handler":"app.handler"})");
  // The shell takes its time before it asks again; an event that comes meanwhile gets an environment of its own.
  std::size_t before = 0;
  do {
    before = host_->status().environments;
    ASSERT_LT(before, 20U) << "none was ever used again";
    EXPECT_EQ(run(spec, R"({"n":2})").payload, R"({"echo":{"n":2},"handler":"app.handler"})");
  } while (host_->status().environments != before);
}

TEST_F(FunctionHostTest, PythonHandlerGetsEventAndContext) {
  const auto spec = python(R"(
import os
def handler(event, context):
    return {
        'event': event,
        'function': context.function_name,
        'version': context.function_version,
        'arn': context.invoked_function_arn,
        'memory': context.memory_limit_in_mb,
        'group': context.log_group_name,
        'stream': context.log_stream_name,
        'id': len(context.aws_request_id),
        'time': 0 < context.get_remaining_time_in_millis() <= 3000,
        'client': context.client_context.client.app_title,
        'custom': context.client_context.custom,
        'identity': context.identity.cognito_identity_id,
        'region': os.environ['AWS_REGION'],
        'secret': os.environ['AWS_SECRET_ACCESS_KEY'],
        'endpoint': os.environ['AWS_ENDPOINT_URL'][:17],
        'own': os.environ['OWN'],
    }
)");
  spec->environment["OWN"] = "variable";
  ports::Invocation call = invocation(R"({"text":"grüße"})");
  call.clientContext = R"({"client":{"app_title":"t"},"custom":{"a":1}})";
  const Result<ports::InvokeOutcome> outcome = invoke(spec, call);
  ASSERT_TRUE(outcome.ok()) << outcome.fault().message;
  EXPECT_FALSE(outcome->functionError.has_value());
  const Result<Json> document = base::parseJson(outcome->payload);
  ASSERT_TRUE(document.ok()) << outcome->payload;
  const JsonObject& got = document->as_object();
  EXPECT_EQ(got.at("event"), Json({{"text", "grüße"}}));
  EXPECT_EQ(got.at("function"), "f");
  EXPECT_EQ(got.at("version"), "$LATEST");
  EXPECT_EQ(got.at("arn"), "arn:aws:lambda:eu-central-1:123456789012:function:f");
  EXPECT_EQ(got.at("memory"), "128");
  EXPECT_EQ(got.at("group"), "/aws/lambda/f");
  EXPECT_EQ(std::string(got.at("stream").as_string()).substr(0, 20), "2019/04/08/[$LATEST]");
  EXPECT_EQ(got.at("id"), 36);
  EXPECT_EQ(got.at("time"), true);
  EXPECT_EQ(got.at("client"), "t");
  EXPECT_EQ(got.at("custom"), Json({{"a", 1}}));
  EXPECT_TRUE(got.at("identity").is_null());
  EXPECT_EQ(got.at("region"), "eu-central-1");
  EXPECT_EQ(got.at("secret"), "secret of f");
  EXPECT_EQ(got.at("endpoint"), "http://127.0.0.1:");
  EXPECT_EQ(got.at("own"), "variable");
  EXPECT_EQ(endpoints_.size(), 1U);
}

// --- errors of the function --------------------------------------------------------------------------------------

Json parse(const std::string& text) {
  const Result<Json> document = base::parseJson(text);
  EXPECT_TRUE(document.ok()) << text;
  return document.ok() ? *document : Json();
}

std::string member(const std::string& text, std::string_view name) {
  return base::findString(parse(text), name).value_or("(absent)");
}

TEST_F(FunctionHostTest, RaisedErrorIsReportedWithTypeMessageAndTrace) {
  const auto spec = python("def handler(event, context):\n    raise ValueError('no such order')\n");
  const ports::InvokeOutcome outcome = run(spec);
  EXPECT_EQ(outcome.functionError, "Unhandled");
  EXPECT_EQ(member(outcome.payload, "errorType"), "ValueError");
  EXPECT_EQ(member(outcome.payload, "errorMessage"), "no such order");
  EXPECT_EQ(member(outcome.payload, "requestId").size(), 36U);
  const Json document = parse(outcome.payload);
  const JsonArray& trace = document.at("stackTrace").as_array();
  ASSERT_EQ(trace.size(), 1U);
  EXPECT_NE(std::string(trace[0].as_string()).find("app.py\", line 2, in handler\n    raise ValueError"),
            std::string::npos);
  EXPECT_EQ(sink_.find("[ERROR]").substr(0, 35), "[ERROR] ValueError: no such order\rT");
  // The environment lives on.
  run(spec);
  EXPECT_EQ(host_->status().environments, 1U);
}

TEST_F(FunctionHostTest, FailingImportsAndMissingHandlersHaveTheirOwnNames) {
  EXPECT_EQ(run(python("import nothing_like_it\n")).payload,
            R"({"errorMessage": "Unable to import module 'app': No module named 'nothing_like_it'", )"
            R"("errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []})");
  EXPECT_NE(sink_.find("INIT_REPORT").find("\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"),
            std::string::npos);
  auto missing = python("x = 1\n");
  missing->revision = "2";
  EXPECT_EQ(member(run(missing).payload, "errorMessage"), "Handler 'handler' missing on module 'app'");
  auto broken = python("def handler(:\n");
  broken->revision = "3";
  EXPECT_EQ(member(run(broken).payload, "errorType"), "Runtime.UserCodeSyntaxError");
  auto malformed = python("x = 1\n");
  malformed->handler = "app";
  malformed->revision = "4";
  EXPECT_EQ(member(run(malformed).payload, "errorType"), "Runtime.MalformedHandlerName");
  EXPECT_EQ(host_->status().environments, 0U);
}

TEST_F(FunctionHostTest, ResultsThatAreNoJsonAreRefused) {
  const auto spec = python("def handler(event, context):\n    return {1, 2}\n");
  const ports::InvokeOutcome outcome = run(spec);
  EXPECT_EQ(member(outcome.payload, "errorType"), "Runtime.MarshalError");
  EXPECT_EQ(member(outcome.payload, "errorMessage"),
            "Unable to marshal response: Object of type set is not JSON serializable");
}

TEST_F(FunctionHostTest, DecimalsAndTextsAreWrittenAsAwsWritesThem) {
  const auto spec = python(
      "import decimal\ndef handler(event, context):\n"
      "    return {'d': decimal.Decimal('1.10'), 't': 'grün', 'n': None, 'l': (1, 2.5)}\n");
  EXPECT_EQ(run(spec).payload, "{\"d\": 1.10, \"t\": \"gr\\u00fcn\", \"n\": null, \"l\": [1, 2.5]}");
  spec->runtime = "python3.12";
  auto newer = std::make_shared<FunctionSpec>(*spec);
  newer->revision = "2";
  EXPECT_EQ(run(newer).payload, "{\"d\": 1.10, \"t\": \"grün\", \"n\": null, \"l\": [1, 2.5]}");
}

// --- ends of the process -----------------------------------------------------------------------------------------

TEST_F(FunctionHostTest, ExitsAndSignalsAreToldInLambdasWords) {
  const auto spec = python(R"(
import os, sys
def handler(event, context):
    if 'signal' in event:
        os.kill(os.getpid(), event['signal'])
    sys.exit(event['exit'])
)");
  ports::Invocation call = invocation(R"({"exit":3})");
  call.requestId = "11111111-2222-3333-4444-555555555555";
  const Result<ports::InvokeOutcome> outcome = invoke(spec, call);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->payload,
            R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: 11111111-2222-3333-4444-555555555555 )"
            R"(Error: Runtime exited with error: exit status 3"})");
  EXPECT_EQ(outcome->functionError, "Unhandled");
  EXPECT_EQ(sink_.find("Runtime exited"),
            "RequestId: 11111111-2222-3333-4444-555555555555 Error: Runtime exited with error: exit status 3\n"
            "Runtime.ExitError");
  EXPECT_NE(sink_.find("REPORT RequestId: 1111").find("Status: error\tError Type: Runtime.ExitError"),
            std::string::npos);
  EXPECT_EQ(host_->status().environments, 0U);

  EXPECT_NE(run(spec, R"({"exit":0})").payload.find("Runtime exited without providing a reason"),
            std::string::npos);
  EXPECT_NE(run(spec, R"({"signal":11})").payload.find("signal: segmentation fault"), std::string::npos);
  EXPECT_NE(run(spec, R"({"signal":6})").payload.find("signal: aborted"), std::string::npos);
}

TEST_F(FunctionHostTest, ProcessThatDiesWhileIdleIsReplaced) {
  const auto spec = python(R"(
import os, threading, time
def handler(event, context):
    if event.get('die'):
        threading.Thread(target=lambda: (time.sleep(0.05), os._exit(9))).start()
    return os.getpid()
)");
  EXPECT_EQ(run(spec, R"({"die":true})").payload, "2");
  // Its end shows when the reaper or the next invocation looks; either way the next one succeeds.
  spin([&] { return endpoints_.empty(); });
  EXPECT_EQ(run(spec).payload, "2");
}

TEST_F(FunctionHostTest, TimeoutEndsTheEnvironmentAndSaysSo) {
  const auto spec = python("import time\ndef handler(event, context):\n    print('working')\n    time.sleep(60)\n");
  spec->timeout = std::chrono::seconds(1);
  const ports::InvokeOutcome outcome = run(spec);
  EXPECT_EQ(outcome.functionError, "Unhandled");
  EXPECT_EQ(member(outcome.payload, "errorType"), "Sandbox.Timedout");
  EXPECT_NE(member(outcome.payload, "errorMessage").find(" Error: Task timed out after 1.00 seconds"),
            std::string::npos);
  const std::string line = sink_.find("Task timed out");
  EXPECT_EQ(line.substr(0, 25), "2019-04-08T21:00:00.123Z ");
  EXPECT_NE(sink_.find("REPORT").find("Duration: 1000.00 ms\t"), std::string::npos);
  EXPECT_NE(sink_.find("REPORT").find("Status: timeout"), std::string::npos);
  EXPECT_EQ(sink_.find("working"), "working");
  EXPECT_EQ(host_->status().environments, 0U);
}

TEST_F(FunctionHostTest, MemoryBeyondTheLimitIsToldAsSuch) {
  for (const sandbox::Wall& wall : launcher_->walls()) {
    if (wall.name == "memory limit" && !wall.present) GTEST_SKIP() << wall.why;
  }
  const auto spec = python("def handler(event, context):\n    return len(bytearray(event['size'] << 20))\n");
  EXPECT_EQ(run(spec, R"({"size":20})").payload, std::to_string(20 << 20));
  const ports::InvokeOutcome outcome = run(spec, R"({"size":400})");
  EXPECT_EQ(member(outcome.payload, "errorType"), "Runtime.OutOfMemory");
  EXPECT_NE(sink_.find("Runtime.OutOfMemory").find("signal: killed"), std::string::npos);
}

TEST_F(FunctionHostTest, BootstrapsThatCannotRunAreNamed) {
  const auto none = specOf("provided.al2023", keep({{"readme.txt", "nothing here"}}));
  EXPECT_EQ(member(run(none).payload, "errorType"), "Runtime.InvalidEntrypoint");
  EXPECT_NE(sink_.find("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"), "");
  const auto plain = specOf("provided.al2023", keep({{"bootstrap", "#!/bin/sh\n", 0644}}));
  EXPECT_NE(member(run(plain).payload, "errorMessage").find("fork/exec /var/task/bootstrap: permission denied"),
            std::string::npos);
  const auto garbage = specOf("provided.al2023", keep({{"bootstrap",
                                                        "\x7f"
                                                        "ELFgarbage",
                                                        0755}}));
  EXPECT_NE(member(run(garbage).payload, "errorMessage").find("exec format error"), std::string::npos);
}

TEST_F(FunctionHostTest, CodeThatIsGoneIsAFaultNotAHang) {
  const Result<ports::InvokeOutcome> outcome =
      invoke(specOf("provided.al2023", std::string(64, 'a')), invocation());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.fault().code, "ResourceNotFoundException");
  EXPECT_EQ(host_->status().environments, 0U);
}

TEST_F(FunctionHostTest, RoleThatCannotBeAssumedIsAFault) {
  credentials_.refuse = true;
  const Result<ports::InvokeOutcome> outcome = invoke(python("def handler(e, c): pass\n"), invocation());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.fault().code, "AccessDeniedException");
}

// --- payloads ----------------------------------------------------------------------------------------------------

TEST_F(FunctionHostTest, LargePayloadsPassAndTooLargeOnesAreRefused) {
  const auto spec = python("def handler(event, context):\n    return 'x' * event['size']\n");
  EXPECT_EQ(run(spec, R"({"size":5000000})").payload.size(), 5000002U);
  const ports::InvokeOutcome outcome = run(spec, R"({"size":7000000})");
  EXPECT_EQ(outcome.functionError, "Unhandled");
  EXPECT_EQ(outcome.payload,
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size (7000002 bytes) )"
            R"(exceeded maximum allowed payload size (6291556 bytes)."})");
  EXPECT_EQ(run(spec, R"({"size":1})").payload, "\"x\"");
  const auto echo = python("def handler(event, context):\n    return len(event['text'])\n");
  echo->revision = "2";
  EXPECT_EQ(run(echo, R"({"text":")" + std::string(5'000'000, 'y') + "\"}").payload, "5000000");
}

constexpr const char* kManyAnswers = R"(
import json, os, socket
SIZE = 1 << 20
def post(path):
    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
    peer = socket.create_connection((host, int(port)), 10)
    head = 'POST /2018-06-01/runtime/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n'
    peer.sendall((head % (path, SIZE)).encode())
    return peer, peer.recv(12).decode()[-3:]  # 100: the server begins to read the body
def handler(event, context):
    own = 'invocation/' + context.aws_request_id
    seen = [post('invocation/00000000-0000-0000-0000-000000000000/response')[1], post('init/error')[1]]
    reader, status = post(own + '/response')
    seen.append(status)
    reader.sendall(b' ' * (SIZE - 1000))
    for _ in range(5):
        seen += [post(own + '/response')[1], post(own + '/error')[1], post('init/error')[1]]
    reader.sendall(json.dumps(seen).encode().rjust(1000))
    answer = b''
    while b' 202 ' not in answer:
        answer += reader.recv(4096)
)";

TEST_F(FunctionHostTest, OneAnswerIsReadAtATimeAndNoneThatIsNotAwaited) {
  const ports::InvokeOutcome outcome = run(python(kManyAnswers));
  EXPECT_FALSE(outcome.functionError.has_value());
  JsonArray expected{"400", "403", "100"};
  expected.insert(expected.end(), 15, "403");
  EXPECT_EQ(parse(outcome.payload), Json(expected))
      << outcome.payload.substr(outcome.payload.find_first_not_of(' '));
}

TEST_F(FunctionHostTest, AnswersTakeOfMemoryWhatTheyMayAndGiveItBack) {
  makeHost({.answerBytes = 1 << 20});
  const auto spec = python("def handler(event, context):\n    return 'x' * event['size']\n");
  for (int at = 0; at < 3; ++at) EXPECT_EQ(run(spec, R"({"size":900000})").payload.size(), 900002U);
  const Result<ports::InvokeOutcome> outcome = invoke(spec, invocation(R"({"size":2000000})"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.fault().code, "ServiceException");
  EXPECT_EQ(run(spec, R"({"size":900000})").payload.size(), 900002U);
}

TEST_F(FunctionHostTest, SmallAnswersPassWhereThereIsNoRoomLeft) {
  makeHost({.answerBytes = 0});
  const auto spec = python("def handler(event, context):\n    return 'x' * event['size']\n");
  EXPECT_EQ(run(spec, R"({"size":60000})").payload.size(), 60002U);
  EXPECT_EQ(invoke(spec, invocation(R"({"size":70000})")).fault().code, "ServiceException");
}

// --- logs --------------------------------------------------------------------------------------------------------

TEST_F(FunctionHostTest, LogLinesAreThoseOfLambda) {
  const auto spec = python(R"(
import logging
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    print('from print')
    logging.info('from %s', 'logging')
)");
  ports::Invocation call = invocation();
  call.requestId = "11111111-2222-3333-4444-555555555555";
  call.wantLogTail = true;
  const Result<ports::InvokeOutcome> outcome = invoke(spec, call);
  ASSERT_TRUE(outcome.ok());
  const auto& lines = sink_.messages;
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0].substr(0, 75), "INIT_START Runtime Version: python:3.11.hearth\tRuntime Version ARN: arn:aws");
  EXPECT_EQ(lines[1], "START RequestId: 11111111-2222-3333-4444-555555555555 Version: $LATEST");
  EXPECT_EQ(lines[2], "from print");
  EXPECT_EQ(lines[3].substr(0, 9), "[INFO]\t20");
  EXPECT_EQ(lines[3].substr(lines[3].size() - 50), "\t11111111-2222-3333-4444-555555555555\tfrom logging");
  EXPECT_EQ(lines[4], "END RequestId: 11111111-2222-3333-4444-555555555555");
  EXPECT_EQ(lines[5].substr(0, 63), "REPORT RequestId: 11111111-2222-3333-4444-555555555555\tDuration");
  EXPECT_NE(lines[5].find(" MB\tInit Duration: "), std::string::npos);
  EXPECT_EQ(sink_.place.substr(0, 60), "123456789012 eu-central-1 /aws/lambda/f 2019/04/08/[$LATEST]");
  EXPECT_NE(outcome->logTail.find("from print\n"), std::string::npos);

  const std::size_t before = lines.size();
  run(spec);
  EXPECT_EQ(sink_.messages[before].substr(0, 16), "START RequestId:");
  EXPECT_EQ(sink_.messages.back().find("Init Duration"), std::string::npos);
}

TEST_F(FunctionHostTest, HundredMegabytesOfOutputNeitherBlockNorStay) {
  const auto spec = python(R"(
import sys
def handler(event, context):
    line = 'x' * 9999 + '\n'
    for _ in range(10000):
        sys.stdout.write(line)
    sys.stdout.write('y' * 3000000)
    return 'done'
)");
  spec->timeout = std::chrono::seconds(60);
  ports::Invocation call = invocation();
  call.wantLogTail = true;
  const Result<ports::InvokeOutcome> outcome = invoke(spec, call);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->payload, "\"done\"");
  EXPECT_LE(outcome->logTail.size(), 4096U);
  EXPECT_LT(sink_.bytes, 80U << 20);
  EXPECT_NE(sink_.find("bytes of output were not kept"), "");
  for (const std::string& message : sink_.messages) EXPECT_LE(message.size(), 256U * 1024);
}

// --- reuse and limits --------------------------------------------------------------------------------------------

TEST_F(FunctionHostTest, EnvironmentsAreReusedUntilTheRevisionChanges) {
  const auto spec =
      python("count = 0\ndef handler(event, context):\n    global count\n    count += 1\n    return count\n");
  for (int expected = 1; expected <= 20; ++expected) EXPECT_EQ(run(spec).payload, std::to_string(expected));
  auto changed = std::make_shared<FunctionSpec>(*spec);
  changed->revision = "2";
  EXPECT_EQ(run(changed).payload, "1");
  EXPECT_EQ(host_->status().environments, 1U);
  host_->retire(spec->functionArn);
  EXPECT_EQ(host_->status().environments, 0U);
}

TEST_F(FunctionHostTest, ChangeEndsWhatRunsTheFormerRevisionAndNothingElse) {
  const auto spec = python("import time\ndef handler(event, context):\n    time.sleep(event.get('seconds', 0))\n");
  auto version = std::make_shared<FunctionSpec>(*spec);
  version->version = "1";
  auto changed = std::make_shared<FunctionSpec>(*spec);
  changed->revision = "2";
  run(spec);
  run(version);
  known_ = {changed, version};
  host_->retire(spec->functionArn);
  EXPECT_EQ(host_->status().environments, 1U);  // the version's

  // A busy one ends with its invocation.
  std::optional<Result<ports::InvokeOutcome>> outcome;
  invokeBeside(
      spec, [&](Result<ports::InvokeOutcome> result) { outcome.emplace(std::move(result)); }, R"({"seconds":0.3})");
  spin([&] { return host_->status().running == 1 && endpoints_.size() == 2; });
  host_->retireSoon(spec->functionArn);
  spin([&] { return outcome.has_value(); });
  EXPECT_TRUE(outcome->ok());
  EXPECT_EQ(host_->status().environments, 1U);
}

TEST_F(FunctionHostTest, ConcurrentInvocationsGetEnvironmentsOfTheirOwnWithinTheLimit) {
  const auto spec = python("import time\ndef handler(event, context):\n    time.sleep(0.3)\n    return 'ok'\n");
  spec->reservedConcurrency = 3;
  int succeeded = 0;
  int refused = 0;
  for (int at = 0; at < 5; ++at) {
    invokeBeside(spec, [&](Result<ports::InvokeOutcome> outcome) {
      if (outcome.ok()) {
        ++succeeded;
        return;
      }
      EXPECT_EQ(outcome.fault().code, "TooManyRequestsException");
      EXPECT_EQ(outcome.fault().status, 429);
      ++refused;
    });
  }
  spin([&] { return succeeded + refused == 5; });
  EXPECT_EQ(succeeded, 3);
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(host_->status().environments, 3U);
  spec->reservedConcurrency = 0;
  EXPECT_FALSE(invoke(spec, invocation()).ok());
}

TEST_F(FunctionHostTest, IdleEnvironmentsMakeRoomForOthers) {
  makeHost({.environments = 2});
  for (int at = 0; at < 4; ++at) {
    auto spec = python("def handler(event, context):\n    return 1\n");
    spec->functionArn += std::to_string(at);
    EXPECT_EQ(run(spec).payload, "1");
    EXPECT_LE(host_->status().environments, 2U);
  }
}

// --- code that changes -------------------------------------------------------------------------------------------

constexpr const char* kLazyImport = R"(
def handler(event, context):
    if event:
        import late
        return late.text
)";

TEST_F(FunctionHostTest, CodeIsThereAsLongAsItRuns) {
  const auto spec = specOf("python3.11", keep({{"app.py", kLazyImport}, {"late.py", "text = 'imported'\n"}}));
  run(spec);
  forget(spec->code);
  EXPECT_EQ(run(spec, R"({"n":1})").payload, "\"imported\"");
  host_->retire(spec->functionArn);
  spin([&] { return code_->findTree(spec->code) == nullptr; });
}

TEST_F(FunctionHostTest, InvocationThatADeploymentOvertakesRunsTheNewCode) {
  const auto former = python("def handler(event, context):\n    return 'former'\n");
  const auto latest = python("def handler(event, context):\n    return 'latest'\n");
  latest->revision = "2";
  forget(former->code);
  known_ = {latest};
  EXPECT_EQ(run(former).payload, "\"latest\"");
  known_.clear();
  EXPECT_EQ(invoke(former, invocation()).fault().code, "ResourceNotFoundException");
}

TEST_F(FunctionHostTest, StoppingEndsWhatRuns) {
  const auto spec = python("import time\ndef handler(event, context):\n    time.sleep(60)\n");
  spec->timeout = std::chrono::seconds(30);
  std::optional<Result<ports::InvokeOutcome>> outcome;
  invokeBeside(spec, [&](Result<ports::InvokeOutcome> result) { outcome.emplace(std::move(result)); });
  spin([&] { return !endpoints_.empty(); });
  runTask(host_->stop(std::chrono::milliseconds(10)));
  spin([&] { return outcome.has_value(); });
  EXPECT_EQ(host_->status().environments, 0U);
  EXPECT_FALSE(outcome->ok());  // not an error of the function
  EXPECT_FALSE(invoke(spec, invocation()).ok());
}

TEST_F(FunctionHostTest, EventThatAStopCutsOffIsThereAfterwards) {
  const auto spec = python("import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(60)\n");
  spec->timeout = std::chrono::seconds(30);
  spec->events.maximumRetryAttempts = 0;
  known_ = {spec};
  host_->start();
  const Result<void> accepted = database_->writeAndWait([&]() -> Result<void> {
    HEARTH_CHECK(host_->enqueue(invocation()));
    return {};
  });
  ASSERT_TRUE(accepted.ok());
  spin([&] { return !sink_.find("begun").empty(); });
  host_->holdEvents();
  runTask(host_->stop(std::chrono::milliseconds(10)));
  EXPECT_TRUE(lost_.empty());
  auto rows = database_->query("SELECT attempts FROM function_events");
  ASSERT_TRUE(rows.next());
  EXPECT_EQ(rows.integer(0), 0);
}

}  // namespace
}  // namespace hearth::functions
