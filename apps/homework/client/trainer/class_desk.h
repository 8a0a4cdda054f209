// What the commands about the class do: who has answered, reminders, extensions, scores, grades, statistics.
#pragma once

#include <string>
#include <vector>

#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/consent.h"
#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/grades.h"
#include "homework/client/trainer/scoring_run.h"

namespace hearth::homework::client {

struct StatusOptions {
  std::string test;
  bool page = false;
  std::string out = "trainer.html";
  bool upload = false;
};

struct RemindOptions {
  std::string test;
  std::vector<std::string> students;  // empty or `missing`: everybody from whom nothing was received
  bool dryRun = false;
  Consent consent = Consent::kAsk;
};

struct ExtendOptions {
  std::string student;
  std::string test;
  std::vector<std::string> until;  // `until`, and the words of a time
  std::string reason;
  bool excuse = false;
  bool remove = false;
  bool dryRun = false;
};

struct RegradeOptions {
  std::string test;
  std::string reason;
  bool dryRun = false;
  Consent consent = Consent::kAsk;
};

struct GradesOptions {
  std::string out;              // empty: standard output
  std::string separator = ",";  // one character
  bool byteOrderMark = false;
};

struct StatsOptions {
  std::string test;
  std::string svg;  // a folder; empty: none
};

class ClassDesk final {
 public:
  // `desk` outlives it.
  explicit ClassDesk(Desk& desk) : desk_(desk) {}

  Status status(const StatusOptions& options);
  Status remind(const RemindOptions& options);
  Status extend(const ExtendOptions& options);
  Status score(const ScoringRequest& request);
  Status regrade(const RegradeOptions& options);
  Status exportGrades(const GradesOptions& options);
  Status stats(const StatsOptions& options);

 private:
  // Opens the deployment and reads what is published.
  Result<PublishedCourse> published();
  Result<std::vector<ClassBoard>> boards(const PublishedCourse& published, const std::string& test);
  Status writePage(const StatusOptions& options, const PublishedCourse& published,
                   const std::vector<ClassBoard>& boards);

  Desk& desk_;
};

}  // namespace hearth::homework::client
