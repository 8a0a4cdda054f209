#include "functions/runtimes.h"

#include <algorithm>

#include "base/hash.h"

namespace hearth::functions {

namespace {

constexpr std::string_view kPython = "python3.";

bool isPython(std::string_view runtime) {
  if (runtime.substr(0, kPython.size()) != kPython) return false;
  const std::string_view minor = runtime.substr(kPython.size());
  return !minor.empty() && minor.size() <= 2 &&
         std::all_of(minor.begin(), minor.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool isProvidedRuntime(std::string_view runtime) {
  return runtime == "provided" || runtime == "provided.al2" || runtime == "provided.al2023";
}

bool isSupportedRuntime(std::string_view runtime) { return isProvidedRuntime(runtime) || isPython(runtime); }

std::string executionEnvironment(std::string_view runtime) {
  return isProvidedRuntime(runtime) ? std::string() : "AWS_Lambda_" + std::string(runtime);
}

std::vector<std::string> runtimeCommand(std::string_view runtime, const std::string& runtimeDirectory) {
  if (!isPython(runtime)) return {};
  // -S: the site packages are searched for by the bootstrap itself, for a third of the price.
  return {"/usr/bin/python3", "-S", runtimeDirectory + "/python/bootstrap.py"};
}

std::string runtimeVersion(std::string_view runtime) {
  if (isPython(runtime)) return "python:" + std::string(runtime.substr(6)) + ".hearth";
  const std::size_t dot = runtime.find('.');
  const std::string_view system = dot == std::string_view::npos ? "al1" : runtime.substr(dot + 1);
  return "provided:" + std::string(system) + ".hearth";
}

std::string runtimeVersionArn(std::string_view runtime, std::string_view partition, std::string_view region) {
  return "arn:" + std::string(partition) + ":lambda:" + std::string(region) +
         "::runtime:" + base::sha256Hex(runtimeVersion(runtime));
}

}  // namespace hearth::functions
