// A regrade: every score of a test is worked out again with the key, the scale and the grades as they are now.
//
// First everything is worked out, and what will change is written down under scoring/regrade/; then each score gets
// its next version. A regrade that was killed and is repeated finds the scores it has replaced, changes the rest,
// and the students whose score has changed get their correction either way: it belongs to the score's version.
#include "homework/functions/test_scoring.h"

namespace hearth::homework {
namespace {

PreviousScore brief(const ScoreRecord& score) { return {score.score, score.points, score.version}; }

json::object briefJson(const PreviousScore& score) { return {{"score", score.score}, {"points", score.points}}; }

bool sameResult(const ScoreRecord& a, const ScoreRecord& b) {
  return a.score == b.score && a.points == b.points && a.maxPoints == b.maxPoints && a.scale == b.scale &&
         a.grade == b.grade;
}

}  // namespace

json::object changeJson(const RegradeChange& change) {
  return {{"studentId", change.studentId}, {"from", briefJson(change.from)}, {"to", briefJson(change.to)}};
}

// A score that other hands have put there tells no questions to score it by, and is left alone. What is right
// question by question is written anew where only that has changed.
Outcome<bool> TestScoring::regradeOne(const Student& student, const Found& found,
                                      std::optional<RegradeChange>& change, bool apply) {
  BoardRow row;
  auto standing = readScore(student, row);
  if (!standing) return standing.problem();
  if (!row.score || row.score->questionSet.empty()) return true;
  auto submitted = submission(student, found);
  if (!submitted) return submitted.problem();
  if (submitted->evidence.unreadable) return true;
  if (!row.score->attempt.empty() && submitted->attempt != row.score->attempt) {
    submitted = readAttempt(student, row.score->attempt);
    if (!submitted) return submitted.problem();
  }
  auto graded = evaluate(*submitted, row.score->late, row.score->version + 1);
  if (!graded) return graded.problem();
  ScoreRecord& score = graded->score;
  score.attempt = row.score->attempt;
  score.receivedAt = row.score->receivedAt;
  if (row.score->grade.empty()) row.score->grade = std::to_string(row.score->score);
  if (sameResult(*row.score, score)) {
    graded->result.version = row.score->version;
    return apply ? renewResult(student, graded->result) : Outcome<bool>(true);
  }
  change = RegradeChange{student.id, brief(*row.score), brief(score)};
  score.reason = context_.request.reason;
  score.previous = brief(*row.score);
  return apply ? keepScore(student, std::move(*graded), *standing, row) : Outcome<bool>(true);
}

// A correction of the key's feedback, or two that cancel each other out, change no score.
Outcome<bool> TestScoring::renewResult(const Student& student, const ResultRecord& result) {
  auto stored = context_.store.get(layout::result(test_.ref, student.id));
  if (!stored && !isNotFound(stored.error())) return Problem{"result.json: " + stored.error().code};
  if (stored && stored->body == resultJson(result)) return true;
  return writeResult(student, result);
}

Outcome<bool> TestScoring::recordRegrade() {
  if (changes_.empty()) return true;
  json::array changes;
  for (const RegradeChange& change : changes_) changes.push_back(changeJson(change));
  const json::object record{{"at", formatInstant(context_.request.time)},
                            {"reason", context_.request.reason},
                            {"changes", std::move(changes)}};
  sdk::PutOptions once = personal();
  once.ifNoneMatch = "*";
  auto stored = context_.store.put(layout::regrade(test_.ref, compactInstant(context_.request.time)),
                                   pythonJson(record), once);
  if (!stored && !isPreconditionFailed(stored.error())) return Problem{"scoring/regrade: " + stored.error().code};
  return true;
}

Outcome<bool> TestScoring::regrade() {
  const std::vector<Student>& students = context_.roster.students();
  std::vector<std::optional<RegradeChange>> changes(students.size());
  const auto pass = [&](bool apply) {
    return forEachStudent([&, apply](std::size_t i) -> Outcome<bool> {
      const auto found = found_.find(students[i].id);
      if (found == found_.end() || !found->second.score) return true;
      return regradeOne(students[i], found->second, changes[i], apply);
    });
  };
  if (auto planned = pass(false); !planned) return planned;
  for (std::optional<RegradeChange>& change : changes) {
    if (change) changes_.push_back(std::move(*change));
  }
  if (context_.request.dryRun) return true;
  if (auto recorded = recordRegrade(); !recorded) return recorded;
  changes.assign(students.size(), std::nullopt);
  return pass(true);
}

}  // namespace hearth::homework
