#include "functions/variables.h"

#include <map>

#include "functions/runtimes.h"

namespace hearth::functions {

std::vector<std::string> processVariables(const FunctionSpec& spec, const ports::RoleCredentials& credentials,
                                          const sandbox::JailPaths& paths, const std::string& logStream,
                                          base::Duration clockShift) {
  const FunctionPlace place = placeOf(spec);
  // Defaults that a function may set otherwise.
  std::map<std::string, std::string> variables{
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
      {"PATH", "/usr/local/bin:/usr/bin:/bin:" + paths.layers + "/bin"},
      {"LD_LIBRARY_PATH", "/lib64:/usr/lib64:" + paths.runtime + ":" + paths.task + ":" + paths.task +
                              "/lib:" + paths.layers + "/lib"},
      // Whom OpenSSL, AWS's SDKs, curl and Node.js trust.
      {"SSL_CERT_FILE", paths.authority},
      {"AWS_CA_BUNDLE", paths.authority},
      {"REQUESTS_CA_BUNDLE", paths.authority},
      {"CURL_CA_BUNDLE", paths.authority},
      {"NODE_EXTRA_CA_CERTS", paths.authority},
      {"NO_PROXY", "127.0.0.1,localhost,::1"},
      {"NODE_PATH", paths.layers + "/nodejs/node_modules:" + paths.task + ":/usr/local/lib/node_modules"},
  };
  for (const auto& [name, value] : spec.environment) variables[name] = value;

  variables["_HANDLER"] = spec.handler;
  variables["AWS_REGION"] = place.region;
  variables["AWS_DEFAULT_REGION"] = place.region;
  variables["AWS_ACCESS_KEY_ID"] = credentials.accessKeyId;
  variables["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey;
  variables["AWS_SESSION_TOKEN"] = credentials.sessionToken;
  variables["AWS_LAMBDA_FUNCTION_NAME"] = spec.name;
  variables["AWS_LAMBDA_FUNCTION_VERSION"] = spec.version;
  variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(spec.memoryMiB);
  variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  variables["AWS_LAMBDA_LOG_GROUP_NAME"] = logGroupOf(spec);
  variables["AWS_LAMBDA_LOG_STREAM_NAME"] = logStream;
  variables["LAMBDA_TASK_ROOT"] = paths.task;
  variables["LAMBDA_RUNTIME_DIR"] = paths.runtime;
  if (const std::string name = executionEnvironment(spec.runtime); !name.empty()) {
    variables["AWS_EXECUTION_ENV"] = name;
  }
  if (clockShift != base::Duration::zero()) {
    variables["HEARTH_CLOCK_SHIFT_MS"] = std::to_string(clockShift.count());
  }

  std::vector<std::string> lines;
  lines.reserve(variables.size());
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace hearth::functions
