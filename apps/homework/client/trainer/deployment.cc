#include "homework/client/trainer/deployment.h"

#include <array>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/receipt_keys.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

constexpr std::string_view kDeploymentName = "ApiDeployment";
constexpr const char* kRetentionParameter = "RetentionDays";
constexpr std::size_t kLargestPackage = 200u << 20;

bool isWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Result<std::string> readTemplate(const std::filesystem::path& folder, const char* name) {
  auto text = findFile(folder / name, 51'200);
  if (!text) {
    return Failure{Exit::kUsage, "There is no template " + (folder / name).string() + ".",
                   "Say where they are:  --templates FOLDER"};
  }
  return *std::move(text);
}

std::string output(const StackState& state, const char* name) {
  const auto it = state.outputs.find(name);
  return it == state.outputs.end() ? "" : it->second;
}

// Puts the package where its content says; returns the key.
Result<std::string> uploadPackage(Cloud& cloud, const std::string& bucket, const std::filesystem::path& package) {
  const auto bytes = findFile(package, kLargestPackage);
  if (!bytes) {
    return Failure{Exit::kUsage, "There is no package " + package.string() + ".",
                   "Build it, or say where it is:  --package FILE"};
  }
  const std::string key = "packages/homework-" + sha256Hex(*bytes) + ".zip";
  const auto there = cloud.s3().headObject(bucket, key);
  if (there.ok()) return key;
  if (!sdk::isNotFound(there.error())) return failureOf("look for the package", there.error());
  sdk::PutOptions options;
  options.contentType = "application/zip";
  if (const auto put = cloud.s3().putObject(bucket, key, *bytes, options); !put.ok()) {
    return failureOf("upload the package", put.error());
  }
  return key;
}

// The page, when it was built, and is another than the one that is there.
Status uploadPage(Cloud& cloud, const std::string& bucket, const std::filesystem::path& file,
                  const std::function<void(const std::string&)>& say) {
  const auto page = findFile(file);
  if (!page) {
    say("Page: " + file.string() + " is not built; the students' page stays as it is");
    return Done{};
  }
  HOMEWORK_TRY(const auto before, findObject(cloud, bucket, layout::kPage));
  if (before == page) return Done{};
  say("Page: " + file.filename().string());
  ObjectHeaders headers{"text/html; charset=utf-8", "", "no-cache", {}};
  // The gateway sends it as the header Content-Security-Policy.
  if (const auto policy = findFile(file.parent_path() / "policy.txt"))
    headers.metadata["policy"] = trimmed(*policy);
  return putObject(cloud, bucket, std::string(layout::kPage), *page, headers);
}

}  // namespace

std::string commandFor(const std::string& name, const std::string& command) {
  return name == kDefaultName ? "trainer " + command : "trainer --name " + name + " " + command;
}

std::string withFreshDeployment(std::string_view text) {
  const std::string fresh = std::string(kDeploymentName) + sha256Hex(text).substr(0, 10);
  std::string out;
  std::size_t start = 0;
  for (std::size_t at = text.find(kDeploymentName); at != std::string_view::npos;
       at = text.find(kDeploymentName, start)) {
    const std::size_t end = at + kDeploymentName.size();
    const bool word =
        (at == 0 || !isWordCharacter(text[at - 1])) && (end == text.size() || !isWordCharacter(text[end]));
    out += text.substr(start, at - start);
    out += word ? fresh : std::string(kDeploymentName);
    start = end;
  }
  out += text.substr(start);
  return out;
}

std::string apiBase(const CloudAccess& access, const std::string& apiId) {
  if (!access.endpoint.empty()) return access.endpoint + "/_aws/execute-api/" + apiId;
  const std::string suffix = access.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  return "https://" + apiId + ".execute-api." + access.region + suffix;
}

std::string pageAddress(const CloudAccess& access, const Deployment& deployment) {
  return apiBase(access, deployment.apiId) + "/api/";
}

Result<Deployment> findDeployment(Stacks& stacks, const std::string& name) {
  Deployment found;
  found.name = name;
  for (const char* part : {"storage", "api", "scoring"}) {
    HOMEWORK_TRY(const auto state, stacks.find(name + "-" + part));
    if (!state) {
      return Failure{Exit::kUsage, "There is no stack " + name + "-" + part + ".",
                     "Deploy it with  " + commandFor(name, "deploy")};
    }
    for (const auto& [key, target] : {std::pair{"DataBucket", &found.dataBucket},
                                      {"PackageBucket", &found.packageBucket},
                                      {"ApiId", &found.apiId},
                                      {"UsagePlanId", &found.usagePlanId},
                                      {"ScoreFunction", &found.scoreFunction},
                                      {"ScoreFunctionArn", &found.scoreFunctionArn},
                                      {"NotifyFunctionArn", &found.notifyFunctionArn},
                                      {"ScheduleGroup", &found.scheduleGroup},
                                      {"ScheduleRoleArn", &found.scheduleRoleArn}}) {
      if (const std::string value = output(*state, key); !value.empty()) *target = value;
    }
  }
  for (const std::string* value :
       {&found.dataBucket, &found.packageBucket, &found.apiId, &found.usagePlanId, &found.scoreFunction}) {
    if (value->empty()) {
      return Failure{Exit::kUsage, "The stacks of " + name + " are not complete.",
                     "Mend them with  " + commandFor(name, "deploy")};
    }
  }
  return found;
}

Result<Deployment> deploy(Cloud& cloud, Stacks& stacks, const DeployOptions& options,
                          const std::function<void(const std::string&)>& say) {
  HOMEWORK_TRY(std::string storage, readTemplate(options.templates, "storage.yaml"));
  HOMEWORK_TRY(const std::string api, readTemplate(options.templates, "api.yaml"));
  HOMEWORK_TRY(std::string scoring, readTemplate(options.templates, "scoring.yaml"));

  say("Storage: stack " + options.name + "-storage");
  const bool tls = !cloud.access().endpoint.starts_with("http://");
  std::vector<std::pair<std::string, std::string>> parameters = {{"RequireTls", tls ? "true" : "false"}};
  if (!options.bucket.empty()) parameters.emplace_back("DataBucketName", options.bucket);
  const bool keeps = storage.find("\n  " + std::string(kRetentionParameter) + ":") != std::string::npos;
  if (keeps && options.retentionDays > 0)
    parameters.emplace_back(kRetentionParameter, std::to_string(options.retentionDays));
  const std::string storageName = options.name + "-storage";
  HOMEWORK_TRY(const StackState stored, stacks.deploy({storageName, std::move(storage), parameters, false}));
  HOMEWORK_CHECK(stacks.protect(storageName, Stacks::Protection::kOn));
  const std::string dataBucket = output(stored, "DataBucket");
  const std::string packageBucket = output(stored, "PackageBucket");

  say("Package: " + options.package.filename().string());
  HOMEWORK_TRY(const std::string packageKey, uploadPackage(cloud, packageBucket, options.package));
  HOMEWORK_CHECK(uploadPage(cloud, dataBucket, options.page, say));
  const std::vector<std::pair<std::string, std::string>> common = {
      {"DataBucket", dataBucket}, {"PackageBucket", packageBucket}, {"PackageKey", packageKey}};

  say("API: stack " + options.name + "-api");
  parameters = common;
  parameters.emplace_back("NotifyFunctionName", options.name + "-scoring-notify-students");  // of the next stack
  HOMEWORK_CHECK(stacks.deploy({options.name + "-api", withFreshDeployment(api), parameters, true}));

  say("Scoring: stack " + options.name + "-scoring");
  parameters = common;
  parameters.emplace_back("SenderAddress", options.sender);
  parameters.emplace_back("TrainerAddress", options.trainer);
  parameters.emplace_back("TimeZone", options.timeZone);
  parameters.emplace_back("ManageSenderIdentity", options.senderIsVerified ? "false" : "true");
  if (!options.schedule.empty()) parameters.emplace_back("Schedule", options.schedule);
  if (!options.courseName.empty()) parameters.emplace_back("CourseName", options.courseName);
  if (!options.courseLang.empty()) parameters.emplace_back("CourseLanguage", options.courseLang);
  HOMEWORK_CHECK(stacks.deploy({options.name + "-scoring", std::move(scoring), parameters, true}));

  HOMEWORK_TRY(Deployment deployment, findDeployment(stacks, options.name));
  HOMEWORK_CHECK(makeReceiptKeys(cloud, deployment));
  HOMEWORK_CHECK(attachKeys(cloud, deployment));
  return deployment;
}

Status undeploy(Stacks& stacks, const std::string& name) {
  HOMEWORK_CHECK(stacks.remove(name + "-scoring"));
  return stacks.remove(name + "-api");
}

Status eraseDeployment(Cloud& cloud, Stacks& stacks, const std::string& name,
                       const std::function<void(const std::string&)>& say) {
  const std::string storage = name + "-storage";
  HOMEWORK_TRY(const auto state, stacks.find(storage));
  // The buckets' names are known as long as the stack is there: it goes last.
  Deployment remains;
  remains.name = name;
  if (state) {
    remains.dataBucket = output(*state, "DataBucket");
    remains.packageBucket = output(*state, "PackageBucket");
  }
  if (!remains.dataBucket.empty()) {
    say("Students' keys");
    HOMEWORK_CHECK(deleteAllKeys(cloud, remains));
  }
  say("Stacks " + name + "-scoring and " + name + "-api");
  HOMEWORK_CHECK(undeploy(stacks, name));
  for (const std::string& bucket : {remains.dataBucket, remains.packageBucket}) {
    if (bucket.empty()) continue;
    say("Bucket " + bucket);
    HOMEWORK_TRY(const auto versions, listVersions(cloud, bucket, ""));
    HOMEWORK_CHECK(deleteVersions(cloud, bucket, versions));
    HOMEWORK_CHECK(deleteBucket(cloud, bucket));
  }
  if (!state) return Done{};
  say("Stack " + storage);
  HOMEWORK_CHECK(stacks.protect(storage, Stacks::Protection::kOff));
  return stacks.remove(storage);
}

Status setRetention(Stacks& stacks, const std::string& name, int days) {
  return stacks.setParameter(name + "-storage", kRetentionParameter, std::to_string(days));
}

}  // namespace hearth::homework::client
