#include "functions/variables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "functions/runtimes.h"

namespace hearth::functions {
namespace {

using Variables = std::map<std::string, std::string>;

FunctionSpec makeSpec() {
  FunctionSpec spec;
  spec.functionArn = "arn:aws:lambda:eu-west-1:111122223333:function:score";
  spec.name = "score";
  spec.version = "$LATEST";
  spec.runtime = "python3.11";
  spec.handler = "app.handler";
  spec.memoryMiB = 256;
  return spec;
}

Variables variablesOf(const FunctionSpec& spec, base::Duration shift = base::Duration::zero()) {
  const ports::RoleCredentials credentials{"ASIA1", "secret", "token", {}};
  const sandbox::JailPaths paths{"/var/task", "/var/runtime", "/opt", "/etc/hearth/ca.pem"};
  Variables variables;
  for (const std::string& line : processVariables(spec, credentials, paths, "2019/04/08/[$LATEST]ab", shift)) {
    const auto equals = line.find('=');
    const bool added = variables.emplace(line.substr(0, equals), line.substr(equals + 1)).second;
    EXPECT_TRUE(added) << line;
  }
  return variables;
}

TEST(Variables, AFunctionKnowsWhoAndWhereItIs) {
  Variables variables = variablesOf(makeSpec());
  EXPECT_EQ(variables["AWS_REGION"], "eu-west-1");
  EXPECT_EQ(variables["AWS_DEFAULT_REGION"], "eu-west-1");
  EXPECT_EQ(variables["AWS_LAMBDA_FUNCTION_NAME"], "score");
  EXPECT_EQ(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "256");
  EXPECT_EQ(variables["AWS_LAMBDA_LOG_GROUP_NAME"], "/aws/lambda/score");
  EXPECT_EQ(variables["AWS_EXECUTION_ENV"], "AWS_Lambda_python3.11");
  EXPECT_EQ(variables["_HANDLER"], "app.handler");
  EXPECT_EQ(variables["LAMBDA_TASK_ROOT"], "/var/task");
  EXPECT_EQ(variables["AWS_ACCESS_KEY_ID"], "ASIA1");
  EXPECT_EQ(variables["AWS_SESSION_TOKEN"], "token");
  EXPECT_FALSE(variables.contains("HEARTH_CLOCK_SHIFT_MS"));
}

TEST(Variables, WhoKnowsNoEndpointTrustsTheServerForAwsNames) {
  FunctionSpec spec = makeSpec();
  spec.environment = {{"SSL_CERT_FILE", "/var/task/own.pem"}};
  Variables variables = variablesOf(spec);
  EXPECT_EQ(variables["AWS_CA_BUNDLE"], "/etc/hearth/ca.pem");
  EXPECT_EQ(variables["CURL_CA_BUNDLE"], "/etc/hearth/ca.pem");
  EXPECT_EQ(variables["SSL_CERT_FILE"], "/var/task/own.pem");
}

TEST(Variables, ItsOwnSettingsWinOverDefaultsButNotOverWhatItIs) {
  FunctionSpec spec = makeSpec();
  spec.environment = {{"TZ", "Europe/Warsaw"}, {"OWN", "a=b"}, {"AWS_REGION", "us-east-1"}, {"_HANDLER", "x.y"}};
  Variables variables = variablesOf(spec);
  EXPECT_EQ(variables["TZ"], "Europe/Warsaw");
  EXPECT_EQ(variables["OWN"], "a=b");
  EXPECT_EQ(variables["AWS_REGION"], "eu-west-1");
  EXPECT_EQ(variables["_HANDLER"], "app.handler");
}

TEST(Variables, AClockThatIsSetIsTold) {
  EXPECT_EQ(variablesOf(makeSpec(), std::chrono::hours(-1))["HEARTH_CLOCK_SHIFT_MS"], "-3600000");
}

TEST(Variables, AProgramOfItsOwnHasNoExecutionEnvironment) {
  FunctionSpec spec = makeSpec();
  spec.runtime = "provided.al2023";
  EXPECT_FALSE(variablesOf(spec).contains("AWS_EXECUTION_ENV"));
}

TEST(Runtimes, AreKnownByTheirForm) {
  for (const char* runtime : {"provided", "provided.al2", "provided.al2023", "python3.6", "python3.11",
                              "python3.99", "nodejs18.x", "nodejs20.x", "nodejs22.x", "nodejs24.x"})
    EXPECT_TRUE(isSupportedRuntime(runtime)) << runtime;
  for (const char* runtime : {"", "python", "python3", "python3.", "python2.7", "python3.x", "python3.111",
                              "python3.1/..", "python3.-1", "provided.al3", "nodejs", "nodejs16.x", "nodejs20",
                              "nodejs.x", "nodejs20.y", "nodejs120.x", "nodejs2/.x", "java21"})
    EXPECT_FALSE(isSupportedRuntime(runtime)) << runtime;
}

TEST(Runtimes, WhatAwsGaveUpIsKnown) {
  for (const char* runtime : {"nodejs", "nodejs4.3", "nodejs6.10", "nodejs10.x", "nodejs16.x", "python2.7"})
    EXPECT_TRUE(isRetiredRuntime(runtime)) << runtime;
  for (const char* runtime : {"nodejs18.x", "nodejs9.x", "python3.6", "provided", "cobol85", ""})
    EXPECT_FALSE(isRetiredRuntime(runtime)) << runtime;
}

TEST(Runtimes, PythonAndNodeRunOnProgramsOfTheMachine) {
  EXPECT_TRUE(runtimeCommand("provided.al2", "/var/runtime", 128).empty());
  EXPECT_EQ(runtimeProgram("provided.al2"), nullptr);
  const auto python = runtimeCommand("python3.8", "/var/runtime", 128);
  EXPECT_EQ(python, (std::vector<std::string>{"/usr/bin/python3", "-S", "/var/runtime/python/bootstrap.py"}));
  EXPECT_STREQ(runtimeProgram("python3.8")->path, "/usr/bin/python3");
  const auto node = runtimeCommand("nodejs22.x", "/var/runtime", 128);
  EXPECT_EQ(node, (std::vector<std::string>{"/usr/bin/node", "--max-old-space-size=115", "--max-semi-space-size=6",
                                            "/var/runtime/nodejs/bootstrap.js"}));
  EXPECT_STREQ(runtimeProgram("nodejs22.x")->package, "nodejs");
  EXPECT_EQ(runtimeVersion("nodejs22.x"), "nodejs:22.hearth");
}

}  // namespace
}  // namespace hearth::functions
