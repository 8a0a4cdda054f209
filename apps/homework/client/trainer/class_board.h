// How a class stands with a test: who has sent answers, who has not, scores and mails. Read from the bucket,
// nothing is kept here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/deployment.h"
#include "homework/client/trainer/outbox.h"
#include "homework/domain/catalogue.h"
#include "homework/domain/course.h"
#include "homework/domain/extensions.h"
#include "homework/domain/statistics.h"

namespace hearth::homework::client {

struct StudentState {
  Student student;
  bool received = false;
  std::size_t attempts = 0;
  std::optional<Instant> receivedAt;  // of the latest attempt
  std::optional<Instant> due;         // an extension's
  bool excused = false;
  std::string extensionReason;
  std::optional<Instant> remindedAt;  // of the latest reminder that was sent
  // Of the latest scoring run; empty before one.
  std::string status;  // graded, missing, invalid, late, extended, excused
  std::string reason;
  std::optional<std::int64_t> score;
  std::optional<std::int64_t> points;
  std::optional<std::int64_t> maxPoints;
  std::string percent;
  std::string grade;
  std::string receipt;
  bool late = false;
  std::string mail;  // of the score: none, sent, pending, failed
};

struct MailTrouble {
  std::string id;
  std::string studentId;  // empty for trainers' mails
  std::string kind;
  std::string to;
  std::string state;  // failed, pending
  std::string problem;
};

struct ClassBoard {
  PublishedTest test;
  std::vector<StudentState> students;  // in the order of the roster
  std::vector<std::string> orphans;    // have sent answers, but are not on the roster
  std::vector<MailTrouble> mailTroubles;
  std::vector<Instant> submissions;  // every attempt, and what arrived without one
  std::optional<Instant> scoredAt;
  bool final = false;  // the run after the deadline has been done
  TestStatistics statistics;

  std::size_t receivedCount() const;
  std::size_t gradedCount() const;
  // Who is still expected to answer: nothing received, not excused.
  std::size_t missingCount() const;
  std::size_t extendedCount() const;
};

// What the boards are made of, read once.
struct PublishedCourse {
  Course course;
  Roster roster;
  Catalogue catalogue;
  Extensions extensions;
};
// Failure kUsage when nothing is published.
Result<PublishedCourse> readPublishedCourse(Cloud& cloud, const Deployment& deployment);

// The published tests that `name` means: `subject/test`, a test's id, or all for an empty name. Failure kUsage for
// none.
Result<std::vector<PublishedTest>> findTests(const Catalogue& catalogue, const std::string& name);
// Exactly one. Failure kUsage for none and for several.
Result<PublishedTest> findTest(const Catalogue& catalogue, const std::string& name);
// The student. Failure kUsage when there is none of that id.
Result<Student> findStudent(const Roster& roster, const std::string& id);

Result<ClassBoard> readClassBoard(Cloud& cloud, const Deployment& deployment, const PublishedCourse& published,
                                  const PublishedTest& test);

Json classBoardJson(const ClassBoard& board);

// A board of nothing but the roster and what was agreed with single students.
ClassBoard emptyBoard(const PublishedTest& test, const Roster& roster, const Extensions& extensions);
// Fills in what the object keys below `<subject>/<testId>/` say.
void addObjects(ClassBoard& board, const std::vector<sdk::ListedObject>& objects);
// Fills in what a scoring run said about the test (a document `scoring/report/...`).
void addReport(ClassBoard& board, const Json& report);
// Fills in the reminders and the mails that were not sent.
void addMails(ClassBoard& board, const std::vector<OutboxMail>& mails);

}  // namespace hearth::homework::client
