// One deployed pipeline: three stacks under a common name (templates in deploy/), and what they contain.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "homework/client/trainer/stacks.h"
#include "homework/domain/course.h"

namespace hearth::homework::client {

// What the trainer's commands work on.
struct Deployment {
  std::string name;
  std::string dataBucket;
  std::string packageBucket;
  std::string apiId;
  std::string usagePlanId;
  std::string scoreFunction;
  // Empty in a deployment from before tests had schedules.
  std::string scoreFunctionArn;
  std::string notifyFunctionArn;
  std::string scheduleGroup;
  std::string scheduleRoleArn;

  bool canSchedule() const {
    return !scoreFunctionArn.empty() && !notifyFunctionArn.empty() && !scheduleGroup.empty() &&
           !scheduleRoleArn.empty();
  }
};

struct DeployOptions {
  std::string name = "homework";
  std::filesystem::path templates;  // the folder of storage.yaml, api.yaml and scoring.yaml
  std::filesystem::path package;    // homework.zip
  std::filesystem::path page;       // the students' page; may be missing
  int retentionDays = 0;            // how long data of students is kept; 0 leaves it as it is
  std::string bucket;               // name of the data bucket; empty lets CloudFormation choose
  std::string timeZone;
  std::string schedule;  // empty for the template's own
  std::string sender;    // a plain mail address
  std::string trainer;   // a plain mail address
  bool senderIsVerified = false;
  std::string courseName{};  // for mails about failures; empty for the template's own
  std::string courseLang{};  // en or pl; empty for the template's own
};

// The deployment called `name`. Failure (kUsage) when it is not, or not wholly, deployed.
Result<Deployment> findDeployment(Stacks& stacks, const std::string& name);

// Brings all three stacks to what the templates, the package and the options say. `say` gets lines of progress.
Result<Deployment> deploy(Cloud& cloud, Stacks& stacks, const DeployOptions& options,
                          const std::function<void(const std::string&)>& say);

// Removes API and scoring; data and packages stay.
Status undeploy(Stacks& stacks, const std::string& name);

// Removes everything, every version of every object and the students' keys included. `say` gets lines of progress.
// May be repeated after it was interrupted, and works on a deployment that is not whole.
Status eraseDeployment(Cloud& cloud, Stacks& stacks, const std::string& name,
                       const std::function<void(const std::string&)>& say);

// Sets the storage stack's retention, leaving its other parameters as they are.
Status setRetention(Stacks& stacks, const std::string& name, int days);

// What students' `/api/v1/...` is appended to.
std::string apiBase(const CloudAccess& access, const std::string& apiId);
// The address of the students' page; an invite is this and `#studentId:apiKey`.
std::string pageAddress(const CloudAccess& access, const Deployment& deployment);

inline constexpr std::string_view kDefaultName = "homework";
// `trainer COMMAND`, with --name where the deployment has another name than the default, as it is typed.
std::string commandFor(const std::string& name, const std::string& command);

// `text` with the logical name ApiDeployment followed by a hash of it, wherever that name stands as a word.
std::string withFreshDeployment(std::string_view text);

}  // namespace hearth::homework::client
