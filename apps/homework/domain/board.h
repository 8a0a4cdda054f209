// What became of each student in one test: the score that is stored, and the table that the trainer sees.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/catalogue.h"
#include "homework/domain/course.h"
#include "homework/domain/extensions.h"
#include "homework/domain/scoring.h"
#include "homework/domain/statistics.h"

namespace hearth::homework {

// What a score was before a regrade.
struct PreviousScore {
  int score = 0;
  int points = 0;
  int version = 0;
};

// score.json. The members `score` and (as an extra) everything that explains it.
struct ScoreRecord {
  int score = 0;
  int scale = 5;
  int points = 0;
  int maxPoints = 1;
  Rounding rounding = Rounding::kHalfUp;
  int version = 1;
  bool late = false;
  std::string attempt;  // its name; empty when the answers were put there by other hands
  std::string questionSet;
  Instant receivedAt{};
  Instant scoredAt{};
  std::string receipt;                    // code of the receipt; empty without one
  std::string grade;                      // empty in scores from before there were grades
  std::string reason;                     // of a regrade
  std::optional<PreviousScore> previous;  // after a regrade
};
std::string scoreJson(const ScoreRecord& record);
// The original's `{"score": 3}` is read too: out of 5, points unknown (0 of 0).
Outcome<ScoreRecord> parseScore(std::string_view text);

// result.json: what was right, question by question.
struct ResultQuestion {
  QuestionPoints points;
  std::string correct;   // as in the key
  std::string feedback;  // may be empty
};
struct ResultRecord {
  int version = 1;  // of the score that it explains
  std::vector<ResultQuestion> questions;
};
ResultRecord makeResult(int version, const Points& points, const AnswerKey& key);
std::string resultJson(const ResultRecord& record);
Outcome<ResultRecord> parseResult(std::string_view text);

enum class Status : unsigned char { kGraded, kMissing, kInvalid, kLate, kExtended, kExcused };
std::string_view statusName(Status status);

enum class MailState : unsigned char { kNone, kSent, kPending, kFailed };
std::string_view mailStateName(MailState state);

// What is known about one student's submission before it is scored.
struct Evidence {
  bool received = false;
  Instant receivedAt{};
  std::optional<Problem> unreadable;
};

struct Classified {
  Status status = Status::kMissing;
  bool late = false;   // graded, but after the deadline, where that is accepted and marked
  std::string reason;  // why it is invalid or late
};
Classified classify(const PublishedTest& test, const Evidence& evidence);

struct BoardRow {
  std::string studentId;
  std::string name;
  Status status = Status::kMissing;
  std::string reason;
  std::optional<ScoreRecord> score;  // with kGraded
  MailState mail = MailState::kNone;
  std::string mailProblem;
  std::optional<Instant> receivedAt;  // of the newest submission
  std::string receipt;                // its code; empty without an attempt
  std::size_t attempts = 0;
  std::optional<Instant> due;             // with kExtended: until when this student may submit
  std::vector<QuestionPoints> questions;  // what the score is made of; empty where that is not known
};

struct Board {
  TestRef test;
  std::string title;
  Instant at{};
  bool closed = false;               // nothing more can arrive
  std::vector<BoardRow> rows;        // in roster order
  std::vector<std::string> orphans;  // submitted, but not on the roster
  TestStatistics statistics;

  std::size_t count(Status status) const;
};

json::object boardJson(const Board& board);

// Equal for two boards of a test exactly when they tell the same results; mail states and times do not matter.
std::string resultsHash(const Board& board);

// Of the graded rows. Only answers to the questions of `set` count in the statistics of questions.
TestStatistics statisticsOf(const std::vector<BoardRow>& rows, const QuestionSet& set, const AnswerKey& key,
                            int scale);

}  // namespace hearth::homework
