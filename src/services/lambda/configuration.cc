#include "services/lambda/configuration.h"

#include <unistd.h>

#include <algorithm>

#include "functions/runtimes.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

constexpr std::size_t kMostEnvironmentBytes = 4096;

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
constexpr std::string_view kReservedKeys[] = {"_HANDLER",
                                              "_X_AMZN_TRACE_ID",
                                              "AWS_DEFAULT_REGION",
                                              "AWS_REGION",
                                              "AWS_EXECUTION_ENV",
                                              "AWS_LAMBDA_FUNCTION_NAME",
                                              "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                              "AWS_LAMBDA_FUNCTION_VERSION",
                                              "AWS_LAMBDA_INITIALIZATION_TYPE",
                                              "AWS_LAMBDA_LOG_GROUP_NAME",
                                              "AWS_LAMBDA_LOG_STREAM_NAME",
                                              "AWS_ACCESS_KEY",
                                              "AWS_ACCESS_KEY_ID",
                                              "AWS_SECRET_ACCESS_KEY",
                                              "AWS_SESSION_TOKEN",
                                              "AWS_LAMBDA_RUNTIME_API",
                                              "LAMBDA_TASK_ROOT",
                                              "LAMBDA_RUNTIME_DIR"};

Fault outOfRange(const char* member, std::int64_t value, const char* bound, std::int64_t limit) {
  return {"ValidationException", "1 validation error detected: Value '" + std::to_string(value) + "' at '" +
                                     member + "' failed to satisfy constraint: Member must have value " + bound +
                                     " than or equal to " + std::to_string(limit)};
}

Result<void> checkRange(const char* member, const std::optional<std::int64_t>& value, std::int64_t least,
                        std::int64_t most) {
  if (value && *value < least) return outOfRange(member, *value, "greater", least);
  if (value && *value > most) return outOfRange(member, *value, "less", most);
  return {};
}

Result<void> checkVariables(const std::map<std::string, std::string>& variables) {
  std::size_t bytes = 0;
  std::string reserved;
  for (const auto& [name, value] : variables) {
    bytes += name.size() + value.size();
    bool letter = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0]));
    bool valid = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    if (std::find(std::begin(kReservedKeys), std::end(kReservedKeys), name) != std::end(kReservedKeys)) {
      reserved += (reserved.empty() ? "" : ", ") + name;
    } else if (!letter || !valid || name.size() < 2) {
      return Fault(
          "ValidationException",
          "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map "
          "keys must satisfy constraint: [Member must satisfy regular expression pattern: "
          "[a-zA-Z]([a-zA-Z0-9_])+]");
    }
    if (value.find('\0') != std::string::npos) return invalidParameter("Environment variables cannot contain NUL.");
  }
  if (!reserved.empty())
    return invalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have "
        "provided "
        "contains reserved keys that are currently not supported for modification. Reserved keys used in this "
        "request: " +
        reserved);
  if (bytes > kMostEnvironmentBytes)
    return invalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have "
        "provided "
        "exceeded the 4KB limit.");
  return {};
}

Fault unsupported(std::string_view feature) {
  return invalidParameter("Hearth does not support " + std::string(feature) + ".");
}

Result<void> checkRuntime(const std::string& runtime) {
  if (functions::isRetiredRuntime(runtime))
    return invalidParameter(
        "The runtime parameter of " + runtime +
        " is no longer supported for creating or updating AWS Lambda functions. We recommend you "
        "use a supported runtime while creating or updating functions.");
  if (!functions::isSupportedRuntime(runtime))
    return invalidParameter("Value " + runtime.substr(0, 64) +
                            " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
                            "[provided, provided.al2, provided.al2023, python3.6 and later, nodejs18.x and later]. "
                            "Hearth runs these.");
  const functions::RuntimeProgram* program = functions::runtimeProgram(runtime);
  if (program != nullptr && access(program->path, X_OK) != 0)
    return invalidParameter("Functions of " + runtime + " run on this machine's " + program->path +
                            ", which is not there: apt-get install " + program->package);
  return {};
}

}  // namespace

Fault invalidParameter(std::string message) { return {"InvalidParameterValueException", std::move(message)}; }

Result<void> checkConfiguration(const UpdateFunctionConfigurationRequest& given,
                                const ConfigurationLimits& limits) {
  HEARTH_CHECK(checkRange("timeout", given.timeout, 1, limits.mostTimeoutSeconds));
  HEARTH_CHECK(checkRange("memorySize", given.memorySize, 128, 10'240));
  if (given.ephemeralStorage)
    HEARTH_CHECK(checkRange("ephemeralStorage.size", given.ephemeralStorage->size, 512, 10'240));
  if (given.runtime) HEARTH_CHECK(checkRuntime(*given.runtime));
  if (given.handler && (given.handler->empty() || given.handler->size() > 128 ||
                        given.handler->find_first_of(" \t\n") != std::string::npos))
    return Fault("ValidationException",
                 "1 validation error detected: Value '" + given.handler->substr(0, 128) +
                     "' at 'handler' failed to satisfy constraint: Member must satisfy regular "
                     "expression pattern: [^\\s]+");
  if (given.description && given.description->size() > 256)
    return Fault("ValidationException",
                 "1 validation error detected: Value at 'description' failed to satisfy "
                 "constraint: Member must have length less than or equal to 256");
  if (given.environment && given.environment->variables)
    HEARTH_CHECK(checkVariables(*given.environment->variables));
  if (given.vpcConfig && ((given.vpcConfig->subnetIds && !given.vpcConfig->subnetIds->empty()) ||
                          (given.vpcConfig->securityGroupIds && !given.vpcConfig->securityGroupIds->empty())))
    return unsupported("functions in a VPC");
  if (given.deadLetterConfig && !given.deadLetterConfig->targetArn.value_or("").empty())
    return unsupported("dead-letter queues");
  if (given.kmsKeyArn && !given.kmsKeyArn->empty())
    return unsupported("KMS keys: configurations are always encrypted with its own master key");
  if (given.tracingConfig && given.tracingConfig->mode.value_or("PassThrough") != "PassThrough")
    return unsupported("active X-Ray tracing");
  if (given.layers && !given.layers->empty()) return unsupported("layers");
  if (given.fileSystemConfigs && !given.fileSystemConfigs->empty()) return unsupported("file systems");
  if (given.imageConfig) return unsupported("container images");
  if (given.snapStart && given.snapStart->applyOn.value_or("None") != "None") return unsupported("SnapStart");
  return {};
}

Result<void> checkCreation(const CreateFunctionRequest& given) {
  if (given.packageType.value_or("Zip") != "Zip" || given.code.imageUri) return unsupported("container images");
  if (!given.runtime)
    return invalidParameter("Runtime is mandatory for functions created with deployment packages.");
  if (!given.handler)
    return invalidParameter("Handler is mandatory for functions created with deployment packages.");
  if (given.codeSigningConfigArn && !given.codeSigningConfigArn->empty()) return unsupported("code signing");
  if (given.architectures && *given.architectures != std::vector<std::string>{"x86_64"})
    return unsupported("another architecture than the machine's own, x86_64");
  if (given.tags && given.tags->size() > 50) return invalidParameter("A function can have no more than 50 tags.");
  return {};
}

UpdateFunctionConfigurationRequest configurationOf(const CreateFunctionRequest& in) {
  UpdateFunctionConfigurationRequest out;
  out.functionName = in.functionName;
  out.role = in.role;
  out.handler = in.handler;
  out.description = in.description;
  out.timeout = in.timeout;
  out.memorySize = in.memorySize;
  out.vpcConfig = in.vpcConfig;
  out.environment = in.environment;
  out.runtime = in.runtime;
  out.deadLetterConfig = in.deadLetterConfig;
  out.kmsKeyArn = in.kmsKeyArn;
  out.tracingConfig = in.tracingConfig;
  out.layers = in.layers;
  out.fileSystemConfigs = in.fileSystemConfigs;
  out.imageConfig = in.imageConfig;
  out.ephemeralStorage = in.ephemeralStorage;
  out.snapStart = in.snapStart;
  return out;
}

void applyConfiguration(FunctionConfiguration& stands, const UpdateFunctionConfigurationRequest& given) {
  if (given.role) stands.role = given.role;
  if (given.handler) stands.handler = given.handler;
  if (given.description) stands.description = given.description;
  if (given.timeout) stands.timeout = given.timeout;
  if (given.memorySize) stands.memorySize = given.memorySize;
  if (given.runtime) stands.runtime = given.runtime;
  if (given.ephemeralStorage) stands.ephemeralStorage = given.ephemeralStorage;
  if (given.environment) {
    stands.environment.reset();
    if (given.environment->variables && !given.environment->variables->empty())
      stands.environment = EnvironmentResponse{.variables = given.environment->variables};
  }
}

}  // namespace hearth::services::lambda
