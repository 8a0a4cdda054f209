#include "homework/domain/board.h"

#include <algorithm>

#include "homework/domain/hash.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxScoreFile = 64 * 1024;
constexpr std::size_t kMaxResultFile = 4 * 1024 * 1024;

int intMember(const json::object& object, std::string_view name, int otherwise) {
  const auto value = findInteger(object, name);
  return value && *value >= 0 && *value <= 1'000'000 ? static_cast<int>(*value) : otherwise;
}

json::object rowJson(const BoardRow& row) {
  json::object entry{{"studentId", row.studentId}, {"status", statusName(row.status)}};
  if (!row.reason.empty()) entry["reason"] = row.reason;
  std::optional<Instant> received = row.receivedAt;
  if (row.score) {
    entry["score"] = row.score->score;
    entry["points"] = row.score->points;
    entry["maxPoints"] = row.score->maxPoints;
    if (row.score->maxPoints > 0) entry["percent"] = percent(row.score->points, row.score->maxPoints);
    if (!row.score->grade.empty()) entry["grade"] = row.score->grade;
    entry["late"] = row.score->late;
    if (row.score->version > 1) entry["version"] = row.score->version;
    if (row.score->receivedAt != Instant{}) received = row.score->receivedAt;
  }
  if (received) entry["receivedAt"] = formatInstant(*received);
  if (!row.receipt.empty()) entry["receipt"] = row.receipt;
  if (row.attempts > 0) entry["attempts"] = row.attempts;
  if (row.due) entry["due"] = formatInstant(*row.due);
  entry["mail"] = mailStateName(row.mail);
  if (!row.mailProblem.empty()) entry["mailProblem"] = row.mailProblem;
  return entry;
}

}  // namespace

std::string scoreJson(const ScoreRecord& record) {
  json::object out{{"score", record.score},
                   {"scale", record.scale},
                   {"points", record.points},
                   {"maxPoints", record.maxPoints},
                   {"percent", record.maxPoints > 0 ? percent(record.points, record.maxPoints) : "0.00"},
                   {"rounding", rounding(record.rounding)},
                   {"version", record.version},
                   {"late", record.late},
                   {"attempt", record.attempt},
                   {"questionSet", record.questionSet},
                   {"receivedAt", formatInstant(record.receivedAt)},
                   {"scoredAt", formatInstant(record.scoredAt)}};
  if (!record.receipt.empty()) out["receipt"] = record.receipt;
  if (!record.grade.empty()) out["grade"] = record.grade;
  if (!record.reason.empty()) out["reason"] = record.reason;
  if (record.previous) {
    out["previous"] = json::object{{"score", record.previous->score},
                                   {"points", record.previous->points},
                                   {"version", record.previous->version}};
  }
  return pythonJson(out);
}

Outcome<ScoreRecord> parseScore(std::string_view text) {
  auto document = parseJson(text, kMaxScoreFile, "score.json");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr || !findInteger(*object, "score")) return Problem{"score.json has no score"};
  ScoreRecord record;
  record.score = intMember(*object, "score", 0);
  record.scale = intMember(*object, "scale", 5);
  record.points = intMember(*object, "points", 0);
  record.maxPoints = intMember(*object, "maxPoints", 0);
  record.rounding = parseRounding(findString(*object, "rounding").value_or("")).value_or(Rounding::kLegacy);
  record.version = intMember(*object, "version", 1);
  record.late = findBool(*object, "late").value_or(false);
  record.attempt = findString(*object, "attempt").value_or("");
  record.questionSet = findString(*object, "questionSet").value_or("");
  record.receivedAt = parseInstant(findString(*object, "receivedAt").value_or("")).value_or(Instant{});
  record.scoredAt = parseInstant(findString(*object, "scoredAt").value_or("")).value_or(Instant{});
  record.receipt = findString(*object, "receipt").value_or("");
  record.grade = findString(*object, "grade").value_or("");
  record.reason = findString(*object, "reason").value_or("");
  const json::value* previous = findMember(*object, "previous");
  if (const auto* before = previous != nullptr ? previous->if_object() : nullptr) {
    record.previous = PreviousScore{intMember(*before, "score", 0), intMember(*before, "points", 0),
                                    intMember(*before, "version", 0)};
  }
  return record;
}

ResultRecord makeResult(int version, const Points& points, const AnswerKey& key) {
  ResultRecord record{version, {}};
  for (const QuestionPoints& question : points.questions) {
    const KeyEntry* entry = key.find(question.questionId);
    record.questions.push_back(
        {question, entry != nullptr ? entry->answer : "", entry != nullptr ? entry->feedback : ""});
  }
  return record;
}

std::string resultJson(const ResultRecord& record) {
  json::array questions;
  for (const ResultQuestion& question : record.questions) {
    json::object entry{{"questionId", question.points.questionId}, {"points", question.points.points},
                       {"maxPoints", question.points.maxPoints},   {"right", question.points.right},
                       {"given", question.points.given},           {"correct", question.correct}};
    if (!question.feedback.empty()) entry["feedback"] = question.feedback;
    questions.push_back(std::move(entry));
  }
  return pythonJson(json::object{{"version", record.version}, {"questions", std::move(questions)}});
}

Outcome<ResultRecord> parseResult(std::string_view text) {
  auto document = parseJson(text, kMaxResultFile, "result.json");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  const json::value* list = object != nullptr ? findMember(*object, "questions") : nullptr;
  const auto* array = list != nullptr ? list->if_array() : nullptr;
  if (array == nullptr) return Problem{"result.json has no list of questions"};
  ResultRecord record{intMember(*object, "version", 1), {}};
  for (const json::value& element : *array) {
    const auto* entry = element.if_object();
    if (entry == nullptr) return Problem{"result.json has a question that is not an object"};
    ResultQuestion question;
    question.points = {std::string(findString(*entry, "questionId").value_or("")), intMember(*entry, "points", 0),
                       intMember(*entry, "maxPoints", 0), findBool(*entry, "right").value_or(false),
                       std::string(findString(*entry, "given").value_or(""))};
    question.correct = findString(*entry, "correct").value_or("");
    question.feedback = findString(*entry, "feedback").value_or("");
    record.questions.push_back(std::move(question));
  }
  return record;
}

std::string_view statusName(Status status) {
  switch (status) {
    case Status::kGraded:
      return "graded";
    case Status::kMissing:
      return "missing";
    case Status::kInvalid:
      return "invalid";
    case Status::kLate:
      return "late";
    case Status::kExtended:
      return "extended";
    case Status::kExcused:
      return "excused";
  }
  return "";
}

std::string_view mailStateName(MailState state) {
  switch (state) {
    case MailState::kNone:
      return "none";
    case MailState::kSent:
      return "sent";
    case MailState::kPending:
      return "pending";
    case MailState::kFailed:
      return "failed";
  }
  return "";
}

Classified classify(const PublishedTest& test, const Evidence& evidence) {
  if (!evidence.received) return {Status::kMissing, false, ""};
  if (evidence.unreadable) return {Status::kInvalid, false, evidence.unreadable->message};
  switch (test.phaseAt(evidence.receivedAt)) {
    case Phase::kBefore:  // before it opened, by whatever way: answers are answers
    case Phase::kOnTime:
      return {Status::kGraded, false, ""};
    case Phase::kLate:
      return {Status::kGraded, true, ""};
    case Phase::kAfter:
      break;
  }
  return {Status::kLate, true,
          "received " + renderDistance(evidence.receivedAt - test.due) + " after the deadline"};
}

std::size_t Board::count(Status status) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const BoardRow& row) { return row.status == status; }));
}

json::object boardJson(const Board& board) {
  json::array students;
  for (const BoardRow& row : board.rows) students.push_back(rowJson(row));
  json::array orphans;
  for (const std::string& id : board.orphans) orphans.emplace_back(id);
  return {{"subject", board.test.subject},   {"testId", board.test.testId},
          {"at", formatInstant(board.at)},   {"closed", board.closed},
          {"students", std::move(students)}, {"statistics", statisticsJson(board.statistics)},
          {"orphans", std::move(orphans)}};
}

std::string resultsHash(const Board& board) {
  std::string told = board.test.path() + (board.closed ? "\nclosed\n" : "\nopen\n");
  for (const BoardRow& row : board.rows) {
    told += row.studentId + " " + std::string(statusName(row.status));
    if (row.score) told += " " + std::to_string(row.score->score) + " v" + std::to_string(row.score->version);
    told += "\n";
  }
  for (const std::string& id : board.orphans) told += "orphan " + id + "\n";
  return sha256Hex(told);
}

TestStatistics statisticsOf(const std::vector<BoardRow>& rows, const QuestionSet& set, const AnswerKey& key,
                            int scale) {
  std::vector<Sheet> sheets;
  for (const BoardRow& row : rows) {
    if (row.status != Status::kGraded || !row.score) continue;
    const bool known = !row.questions.empty() && row.score->questionSet == set.hash;
    sheets.push_back({row.score->score, known ? row.questions : std::vector<QuestionPoints>()});
  }
  return computeStatistics(sheets, set, key, scale);
}

}  // namespace hearth::homework
