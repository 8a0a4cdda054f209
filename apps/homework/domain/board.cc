#include "homework/domain/board.h"

#include <algorithm>

#include "homework/domain/hash.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxScoreFile = 64 * 1024;

// numerator / denominator with one decimal, half up.
std::string oneDecimal(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t tenths = (numerator * 20 + denominator) / (denominator * 2);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

int intMember(const json::object& object, std::string_view name, int otherwise) {
  const auto value = findInteger(object, name);
  return value && *value >= 0 && *value <= 1'000'000 ? static_cast<int>(*value) : otherwise;
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
  for (const BoardRow& row : board.rows) {
    json::object entry{{"studentId", row.studentId}, {"status", statusName(row.status)}};
    if (!row.reason.empty()) entry["reason"] = row.reason;
    if (row.score) {
      entry["score"] = row.score->score;
      entry["points"] = row.score->points;
      entry["maxPoints"] = row.score->maxPoints;
      entry["late"] = row.score->late;
      entry["receivedAt"] = formatInstant(row.score->receivedAt);
    }
    entry["mail"] = mailStateName(row.mail);
    if (!row.mailProblem.empty()) entry["mailProblem"] = row.mailProblem;
    students.push_back(std::move(entry));
  }
  json::array orphans;
  for (const std::string& id : board.orphans) orphans.emplace_back(id);
  return {{"subject", board.test.subject}, {"testId", board.test.testId},     {"at", formatInstant(board.at)},
          {"closed", board.closed},        {"students", std::move(students)}, {"orphans", std::move(orphans)}};
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

Statistics statisticsOf(const Board& board) {
  std::vector<std::int64_t> scores;
  for (const BoardRow& row : board.rows) {
    if (row.status == Status::kGraded && row.score) scores.push_back(row.score->score);
  }
  if (scores.empty()) return {0, "-", "-"};
  std::sort(scores.begin(), scores.end());
  std::int64_t sum = 0;
  for (const std::int64_t score : scores) sum += score;
  const std::size_t n = scores.size();
  return {n, oneDecimal(sum, static_cast<std::int64_t>(n)), oneDecimal(scores[(n - 1) / 2] + scores[n / 2], 2)};
}

}  // namespace hearth::homework
