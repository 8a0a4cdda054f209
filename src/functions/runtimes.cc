#include "functions/runtimes.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/hash.h"

namespace hearth::functions {

namespace {

constexpr std::string_view kPython = "python3.";
constexpr std::string_view kNode = "nodejs";
constexpr unsigned kOldestNode = 18;
constexpr RuntimeProgram kPythonProgram{"/usr/bin/python3", "python3"};
constexpr RuntimeProgram kNodeProgram{"/usr/bin/node", "nodejs"};

// One or two digits and nothing else.
std::optional<unsigned> smallNumber(std::string_view text) {
  unsigned number = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || text.size() > 2 || text.front() == '-') return std::nullopt;
  if (std::from_chars(text.data(), end, number).ptr != end) return std::nullopt;
  return number;
}

bool isPython(std::string_view runtime) {
  return runtime.starts_with(kPython) && smallNumber(runtime.substr(kPython.size()));
}

// The N of nodejsN.x.
std::optional<unsigned> nodeVersion(std::string_view runtime) {
  if (!runtime.starts_with(kNode) || !runtime.ends_with(".x")) return std::nullopt;
  runtime.remove_prefix(kNode.size());
  runtime.remove_suffix(2);
  return smallNumber(runtime);
}

bool isNode(std::string_view runtime) { return nodeVersion(runtime).value_or(0) >= kOldestNode; }

}  // namespace

bool isProvidedRuntime(std::string_view runtime) {
  return runtime == "provided" || runtime == "provided.al2" || runtime == "provided.al2023";
}

bool isSupportedRuntime(std::string_view runtime) {
  return isProvidedRuntime(runtime) || isPython(runtime) || isNode(runtime);
}

bool isRetiredRuntime(std::string_view runtime) {
  if (runtime == "nodejs" || runtime == "nodejs4.3" || runtime == "nodejs6.10" || runtime == "nodejs8.10" ||
      runtime == "python2.7")
    return true;
  const std::optional<unsigned> version = nodeVersion(runtime);
  return version && *version >= 10 && *version < kOldestNode;
}

const RuntimeProgram* runtimeProgram(std::string_view runtime) {
  if (isPython(runtime)) return &kPythonProgram;
  return isNode(runtime) ? &kNodeProgram : nullptr;
}

std::string executionEnvironment(std::string_view runtime) {
  return isProvidedRuntime(runtime) ? std::string() : "AWS_Lambda_" + std::string(runtime);
}

std::vector<std::string> runtimeCommand(std::string_view runtime, const std::string& runtimeDirectory,
                                        unsigned memoryMiB) {
  // -S: the site packages are searched for by the bootstrap itself, for a third of the price.
  if (isPython(runtime)) return {kPythonProgram.path, "-S", runtimeDirectory + "/python/bootstrap.py"};
  // As on AWS: V8 collects before the memory of the function is used up, rather than that of the machine.
  if (isNode(runtime))
    return {kNodeProgram.path, "--max-old-space-size=" + std::to_string(memoryMiB * 9 / 10),
            "--max-semi-space-size=" + std::to_string(std::max(memoryMiB / 20, 1U)),
            runtimeDirectory + "/nodejs/bootstrap.js"};
  return {};
}

std::string runtimeVersion(std::string_view runtime) {
  if (isPython(runtime)) return "python:" + std::string(runtime.substr(6)) + ".hearth";
  if (isNode(runtime)) return "nodejs:" + std::to_string(*nodeVersion(runtime)) + ".hearth";
  const std::size_t dot = runtime.find('.');
  const std::string_view system = dot == std::string_view::npos ? "al1" : runtime.substr(dot + 1);
  return "provided:" + std::string(system) + ".hearth";
}

std::string runtimeVersionArn(std::string_view runtime, std::string_view partition, std::string_view region) {
  return "arn:" + std::string(partition) + ":lambda:" + std::string(region) +
         "::runtime:" + base::sha256Hex(runtimeVersion(runtime));
}

}  // namespace hearth::functions
