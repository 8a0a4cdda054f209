// What the commands of `trainer` do, one member function each.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/terminal.h"
#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/deployment.h"
#include "homework/client/trainer/publish.h"
#include "homework/client/trainer/scoring_run.h"

namespace hearth::homework::client {

struct InviteOptions {
  std::string student;
  bool all = false;     // everybody on the roster who has no key yet
  bool rotate = false;  // take the former keys away
  std::string out;      // a folder for one file per student; empty: print
};

class Desk final {
 public:
  // `terminal` outlives the desk. `name` is the deployment's.
  Desk(Terminal& terminal, Output output, std::string name);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Status check(const std::filesystem::path& folder);
  Status deploy(DeployOptions options, const std::filesystem::path& folder);
  enum class Consent : unsigned char { kAsk, kGiven };
  Status destroy(Consent consent);
  enum class Mode : unsigned char { kPlanOnly, kDo };
  Status publish(const std::filesystem::path& folder, Mode mode, Force force);
  Status listRoster();
  Status invite(const InviteOptions& options);
  Status revoke(const std::string& student);
  Status status(const std::string& test);
  Status score(const ScoringRequest& request);
  Status exportGrades(const std::string& file);
  enum class Mails : unsigned char { kAll, kFailed };
  Status listMails(Mails which);
  enum class Form : unsigned char { kReadable, kRaw };
  Status showMail(const std::string& id, Form form);
  Status resendMails(const std::vector<std::string>& ids, Mails which);

 private:
  Status open();
  Status openDeployment();
  Result<CourseFolder> readCourse(const std::filesystem::path& folder);
  void tellFindings(const Findings& findings);
  void tellEvent(const StackEvent& event);
  void print(const Json& document);
  void print(const std::vector<std::string>& lines);

  Terminal& terminal_;
  Output output_;
  std::string name_;
  std::unique_ptr<Cloud> cloud_;
  std::unique_ptr<Stacks> stacks_;
  std::optional<Deployment> deployment_;
};

// `student01.invite` and the like, below `folder`.
std::filesystem::path invitePath(const std::filesystem::path& folder, const std::string& studentId);

Json findingsJson(const Findings& findings);

}  // namespace hearth::homework::client
