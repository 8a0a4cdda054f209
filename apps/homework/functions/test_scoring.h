// One test scored from end to end: load, grade, queue, deliver, report. Every step may be repeated: what is there
// already is taken as it is, so that a run that was killed and the one after it end where one alone would have.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "homework/domain/board.h"
#include "homework/domain/mail.h"
#include "homework/functions/course_files.h"
#include "homework/functions/lease.h"
#include "homework/functions/outbox.h"
#include "homework/functions/score_request.h"

namespace hearth::homework {

// A submission counts from the moment at which the gateway took it, and is stored while the API waits for the
// function: at most 29 s later. What a run misses all the same, the next one grades.
inline constexpr std::chrono::seconds kSettle{30};
// No submission takes this long; after it a test is final.
inline constexpr std::chrono::seconds kFinal{90};
static_assert(kFinal > kSettle);

// What all tests of a run share; everything outlives the run.
struct RunContext {
  ObjectStore& store;
  MailSender& sender;
  RunClock& clock;
  CourseFiles& files;
  Lease& lease;
  const ScoreRequest& request;
  const Course& course;
  const Zone& zone;
  const Roster& roster;
  const Extensions& extensions;
  std::string from;                   // a mailbox
  std::vector<std::string> trainers;  // addresses
  std::string page;                   // address of the students' page; may be empty
  std::size_t workers = 32;
};

// A mail for the outbox. `course.from` is set; the first trainer gets the replies.
OutboxMail makeMail(const Course& course, std::string_view kind, std::string id, std::string_view to,
                    const MailText& text, Instant date);

// What a regrade does to one score.
struct RegradeChange {
  std::string studentId;
  PreviousScore from;
  PreviousScore to;
};
json::object changeJson(const RegradeChange& change);

struct TestOutcome {
  Board board;
  bool news = false;  // there are results that no digest has told yet
  Outbox::Counts mails;
  std::vector<RegradeChange> changes;  // of a regrade
};

class TestScoring final {
 public:
  TestScoring(const RunContext& context, const PublishedTest& test)
      : context_(context), test_(test), outbox_(context.store, context.sender, context.clock, test.ref) {
    outbox_.setRemindersUntil(context.extensions.lastAccepted(test));
  }

  // A Problem stops this test only; nothing of it is lost, and the next run goes on.
  Outcome<TestOutcome> run();

 private:
  struct Material {
    QuestionSet set;
    AnswerKey key;
  };
  struct Found {
    bool result = false;
    bool score = false;
    Instant modified{};
    std::string newest;  // name of the newest attempt; empty without one
    std::size_t attempts = 0;
  };
  // What a student's score is made of.
  struct Submitted {
    Evidence evidence;
    std::string attempt;  // its name; empty when the answers were put there by other hands
    std::string questionSet;
    std::string receipt;  // code; empty without one
    Answers answers;
  };
  // What the rules make of a submission.
  struct Graded {
    ScoreRecord score;
    ResultRecord result;
    std::vector<QuestionPoints> questions;
  };
  // The score that is stored already.
  struct Standing {
    std::string etag;
    int version = 0;
  };

  Outcome<const Material*> material(const std::string& hash);
  Outcome<bool> find();
  Outcome<bool> fillRow(const Student& student, BoardRow& row);
  // Of somebody of whom nothing was received, or whose answers are not graded yet.
  void fillWithoutScore(const EffectiveTest& test, bool received, BoardRow& row) const;
  bool mayBeGraded(const EffectiveTest& test) const;
  Outcome<Submitted> submission(const Student& student, const Found& found);
  Outcome<Submitted> readAttempt(const Student& student, const std::string& name);
  Outcome<Graded> evaluate(const Submitted& submitted, bool late, int version);
  Outcome<bool> grade(const Student& student, const EffectiveTest& test, const Submitted& submitted,
                      const Standing& standing, BoardRow& row);
  Outcome<bool> gradeAgain(const Student& student, const EffectiveTest& test, const Found& found,
                           const Standing& standing, BoardRow& row);
  Outcome<bool> keepScore(const Student& student, Graded graded, const Standing& standing, BoardRow& row);
  Outcome<bool> writeResult(const Student& student, const ResultRecord& result);
  Outcome<Standing> readScore(const Student& student, BoardRow& row);
  Outcome<bool> readQuestions(const Student& student, BoardRow& row);
  Outcome<bool> fillBoard();
  Outcome<bool> regrade();
  Outcome<bool> regradeOne(const Student& student, const Found& found, std::optional<RegradeChange>& change,
                           bool apply);
  Outcome<bool> renewResult(const Student& student, const ResultRecord& result);
  Outcome<bool> recordRegrade();
  // Does `work` for every student of the roster, several at once; the first Problem ends it.
  Outcome<bool> forEachStudent(const std::function<Outcome<bool>(std::size_t)>& work);
  Outcome<bool> queueScores();
  Outcome<bool> tellTrainers();
  Outcome<bool> writeReports();
  Outcome<bool> put(const std::string& key, const std::string& body);
  void noteMailStates();
  TestOutcome outcome();

  const RunContext& context_;
  const PublishedTest& test_;
  Outbox outbox_;
  std::mutex mutex_;
  std::map<std::string, Material> materials_;  // by question set; guarded by mutex_
  std::map<std::string, Found, std::less<>> found_;
  Board board_;
  std::vector<RegradeChange> changes_;
  bool news_ = false;
};

}  // namespace hearth::homework
