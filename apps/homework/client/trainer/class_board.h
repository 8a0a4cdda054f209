// How a class stands with a test: who has sent answers, who has not, scores and mails. Read from the bucket,
// nothing is kept here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/deployment.h"
#include "homework/domain/catalogue.h"
#include "homework/domain/course.h"

namespace hearth::homework::client {

struct StudentState {
  Student student;
  bool received = false;
  std::size_t attempts = 0;
  std::optional<Instant> receivedAt;  // of the latest attempt
  // Of the latest scoring run; empty before one.
  std::string status;  // graded, missing, invalid, late
  std::string reason;
  std::optional<std::int64_t> score;
  std::optional<std::int64_t> points;
  std::optional<std::int64_t> maxPoints;
  bool late = false;
  std::string mail;  // none, sent, pending, failed
};

struct ClassBoard {
  PublishedTest test;
  std::vector<StudentState> students;  // in the order of the roster
  std::vector<std::string> orphans;    // have sent answers, but are not on the roster
  std::optional<Instant> scoredAt;
  bool final = false;  // the run after the deadline has been done
};

// What the boards are made of, read once.
struct PublishedCourse {
  Course course;
  Roster roster;
  Catalogue catalogue;
};
// Failure kUsage when nothing is published.
Result<PublishedCourse> readPublishedCourse(Cloud& cloud, const Deployment& deployment);

// The published tests that `name` means: `subject/test`, a test's id, or all for an empty name. Failure kUsage for
// none.
Result<std::vector<PublishedTest>> findTests(const Catalogue& catalogue, const std::string& name);

Result<ClassBoard> readClassBoard(Cloud& cloud, const Deployment& deployment, const PublishedCourse& published,
                                  const PublishedTest& test);

std::vector<std::string> classBoardLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style);
Json classBoardJson(const ClassBoard& board);

// One row per student, five columns per test: score, points, most points, percent, how it arrived.
std::string gradesCsv(const std::vector<ClassBoard>& boards);

// Fills in what a scoring run said about the test (a document `scoring/report/...`).
void addReport(ClassBoard& board, const Json& report);
// Fills in what the object keys below `<subject>/<testId>/` say.
void addObjects(ClassBoard& board, const std::vector<sdk::ListedObject>& objects);

}  // namespace hearth::homework::client
