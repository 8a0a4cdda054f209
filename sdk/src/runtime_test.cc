// run() against a scripted Runtime API.
#include <gtest/gtest.h>

#include <cstdlib>

#include "hearth/function.h"
#include "test_server.h"

namespace hearth::sdk {
namespace {

// Hands out the given events, then declares itself broken, which ends run().
class RuntimeServer final {
 public:
  explicit RuntimeServer(std::vector<std::string> events)
      : events_(std::move(events)), server_([this](const TestRequest& request) { return serve(request); }) {
    setenv("AWS_LAMBDA_RUNTIME_API", server_.authority().c_str(), 1);
    setenv("_HANDLER", "my-handler", 1);
    setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256", 1);
  }
  ~RuntimeServer() { unsetenv("AWS_LAMBDA_RUNTIME_API"); }

  // All requests but those for the next event.
  std::vector<TestRequest> replies() const {
    auto all = server_.requests();
    std::erase_if(all, [](const TestRequest& r) { return r.line().starts_with("GET "); });
    return all;
  }

 private:
  TestAnswer serve(const TestRequest& request) {
    if (request.line().find("/invocation/next ") == std::string::npos) {
      if (request.body == "\"too long\"") return answer(413, "{}");
      return answer(202, "{\"status\":\"OK\"}");
    }
    if (next_ == events_.size()) return answer(500, "{}");
    const long long deadline =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count() +
        30'000;
    const std::string id = "id-" + std::to_string(next_);
    const std::string trace = next_ == 0 ? "Lambda-Runtime-Trace-Id: Root=1-2\r\n" : "";
    return answer(200, events_[next_++],
                  "Lambda-Runtime-Aws-Request-Id: " + id + "\r\nLambda-Runtime-Deadline-Ms: " +
                      std::to_string(deadline) + "\r\nLambda-Runtime-Invoked-Function-Arn: arn:x\r\n" + trace);
  }

  std::vector<std::string> events_;
  std::size_t next_ = 0;
  TestServer server_;
};

TEST(Run, EveryEventIsAnsweredOnOneConnection) {
  RuntimeServer server({"{\"n\":1}", "{\"n\":2}"});
  std::vector<std::string> traces;
  const int status = run([&](const Event& event, const Context& context) {
    EXPECT_EQ(context.handler, "my-handler");
    EXPECT_EQ(context.invokedFunctionArn, "arn:x");
    EXPECT_EQ(context.memoryLimitMb, 256);
    EXPECT_GT(context.remaining(), std::chrono::seconds(20));
    EXPECT_LE(context.remaining(), std::chrono::seconds(30));
    const char* trace = std::getenv("_X_AMZN_TRACE_ID");
    traces.emplace_back(trace != nullptr ? trace : "none");
    return Reply::success("[" + event.payload + "," + jsonQuote(context.requestId) + "]");
  });
  EXPECT_EQ(status, 1);
  EXPECT_EQ(traces, (std::vector<std::string>{"Root=1-2", "none"}));
  const auto replies = server.replies();
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].line(), "POST /2018-06-01/runtime/invocation/id-0/response HTTP/1.1");
  EXPECT_EQ(replies[0].body, "[{\"n\":1},\"id-0\"]");
  EXPECT_EQ(replies[1].body, "[{\"n\":2},\"id-1\"]");
  EXPECT_EQ(replies[1].connection, 0);
}

TEST(Run, FailuresAndExceptionsFailTheirInvocationOnly) {
  RuntimeServer server({"1", "2", "3", "4"});
  run([](const Event& event, const Context&) -> Reply {
    if (event.payload == "1") return Reply::failure("Content\r\nInvalid", "bad \"input\"");
    if (event.payload == "2") throw std::runtime_error("boom");
    if (event.payload == "3") throw 3;
    return Reply::success("true");
  });
  const auto replies = server.replies();
  ASSERT_EQ(replies.size(), 4U);
  EXPECT_EQ(replies[0].line(), "POST /2018-06-01/runtime/invocation/id-0/error HTTP/1.1");
  EXPECT_EQ(replies[0].header("Lambda-Runtime-Function-Error-Type"), "ContentInvalid");
  EXPECT_EQ(
      replies[0].body,
      "{\"errorMessage\":\"bad \\\"input\\\"\",\"errorType\":\"Content\\u000d\\u000aInvalid\",\"stackTrace\":[]}");
  EXPECT_NE(replies[1].body.find("boom"), std::string::npos);
  EXPECT_NE(replies[2].body.find("Runtime.HandlerException"), std::string::npos);
  EXPECT_EQ(replies[3].body, "true");
}

TEST(Run, AResponseThatIsTooLongBecomesAFailure) {
  RuntimeServer server({"1", "2"});
  run([](const Event& event, const Context&) {
    return Reply::success(event.payload == "1" ? "\"too long\"" : "2");
  });
  const auto replies = server.replies();
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_NE(replies[1].body.find("Function.ResponseSizeTooLarge"), std::string::npos);
  EXPECT_EQ(replies[2].body, "2");
}

TEST(Run, AFailedStartIsReportedAsInitError) {
  RuntimeServer server({"1"});
  EXPECT_EQ(run(std::function<Outcome<Handler>()>([] {
              return Outcome<Handler>(Error{"Config.Missing", "no bucket", 0, false});
            })),
            1);
  const auto replies = server.replies();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].line(), "POST /2018-06-01/runtime/init/error HTTP/1.1");
  EXPECT_EQ(replies[0].header("Lambda-Runtime-Function-Error-Type"), "Config.Missing");
}

TEST(Run, OutsideALambdaEnvironmentItSaysSo) {
  unsetenv("AWS_LAMBDA_RUNTIME_API");
  EXPECT_EQ(run([](const Event&, const Context&) { return Reply::success("1"); }), 1);
}

TEST(JsonQuote, EscapesControlsAndReplacesWhatIsNotUtf8) {
  EXPECT_EQ(jsonQuote("a\"\\\n\x7fż"), "\"a\\\"\\\\\\u000a\\u007fż\"");
  EXPECT_EQ(jsonQuote("\xff|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82"),
            "\"\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|"
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(jsonQuote("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"");
}

}  // namespace
}  // namespace hearth::sdk
