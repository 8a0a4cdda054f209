// What the commands about the class and its deployment do, one member function each.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/scoring_run.h"

namespace hearth::homework::client {

class ClassDesk final {
 public:
  // `desk` outlives it.
  explicit ClassDesk(Desk& desk) : desk_(desk) {}

  Status deploy(DeployOptions options, const std::filesystem::path& folder);
  enum class Consent : unsigned char { kAsk, kGiven };
  Status destroy(Consent consent);
  Status status(const std::string& test);
  Status score(const ScoringRequest& request);
  Status exportGrades(const std::string& file);
  enum class Mails : unsigned char { kAll, kFailed };
  Status listMails(Mails which);
  enum class Form : unsigned char { kReadable, kRaw };
  Status showMail(const std::string& id, Form form);
  Status resendMails(const std::vector<std::string>& ids, Mails which);

 private:
  Desk& desk_;
};

}  // namespace hearth::homework::client
