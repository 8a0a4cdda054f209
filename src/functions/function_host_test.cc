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
  EXPECT_EQ(run(spec, R"({"n":2})").payload, R"({"echo":{"n":2},"handler":"app.handler"})");
  EXPECT_EQ(host_->status().environments, 1U);
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

}  // namespace
}  // namespace hearth::functions
