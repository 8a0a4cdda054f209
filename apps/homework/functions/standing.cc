#include "homework/functions/standing.h"

#include <algorithm>

namespace hearth::homework {
namespace {

bool isUsedUp(const PublishedTest& test, const Standing& standing) {
  return test.attempts > 0 && standing.attempts >= static_cast<std::size_t>(test.attempts);
}

std::string_view statusOf(const PublishedTest& test, const Standing& standing, Phase phase) {
  if (standing.score) return "scored";
  if (standing.received) return phase == Phase::kOnTime && !isUsedUp(test, standing) ? "received" : "done";
  return isOpen(phase) ? "open" : "closed";
}

json::value scoreMember(const std::optional<ScoreRecord>& score) {
  if (!score) return nullptr;
  json::object out{
      {"score", score->score}, {"scale", score->scale}, {"points", score->points}, {"maxPoints", score->maxPoints}};
  if (score->maxPoints > 0) out["percent"] = percent(score->points, score->maxPoints);
  out["grade"] = score->grade.empty() ? std::to_string(score->score) : score->grade;
  return out;
}

}  // namespace

bool isOpen(Phase phase) { return phase == Phase::kOnTime || phase == Phase::kLate; }

sdk::Outcome<std::vector<std::string>> attemptNames(ObjectStore& store, const TestRef& test,
                                                    const std::string& student) {
  const std::string prefix = layout::attemptPrefix(test, student);
  auto listing = store.list(prefix);
  if (!listing) return listing.error();
  std::vector<std::string> names;
  for (const sdk::ListedObject& object : *listing) {
    std::string_view name = std::string_view(object.key).substr(prefix.size());
    if (!name.ends_with(".json")) continue;
    name.remove_suffix(5);
    if (parseAttemptName(name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Standing standingOf(ObjectStore& store, const PublishedTest& test, const std::string& student) {
  Standing standing;
  auto result = store.head(layout::testResult(test.ref, student));
  if (!result) {
    if (!isNotFound(result.error())) standing.trouble = result.error();
    return standing;
  }
  standing.received = true;
  const auto attempt = result->metadata.find(std::string(layout::kAttemptMetadata));
  if (attempt != result->metadata.end()) {
    if (const auto name = parseAttemptName(attempt->second)) {
      standing.receivedAt = name->receivedAt;
      standing.attempt = attempt->second;
    }
  }
  auto score = store.get(layout::score(test.ref, student));
  if (score) {
    if (auto record = parseScore(score->body)) standing.score = std::move(*record);
  } else if (!isNotFound(score.error())) {
    standing.trouble = score.error();
  }
  if (test.attempts > 0 && !standing.trouble) {
    auto names = attemptNames(store, test.ref, student);
    if (!names) {
      standing.trouble = names.error();
    } else {
      standing.attempts = names->size();
    }
  }
  return standing;
}

json::object describeTest(const EffectiveTest& effective, const Standing& standing, Phase phase, const Zone& zone) {
  const PublishedTest& test = effective.test;
  json::object out{{"subject", test.ref.subject},
                   {"testId", test.ref.testId},
                   {"title", test.title},
                   {"opens", formatInstant(test.opens)},
                   {"due", formatInstant(test.due)},
                   {"dueText", renderLocal(test.due, zone)},
                   {"late", test.late == Late::kFlag ? "flag" : "reject"},
                   {"questionSet", test.questionSet},
                   {"status", statusOf(test, standing, phase)}};
  if (effective.extended) out["extended"] = true;
  if (effective.excused) out["excused"] = true;
  out["attempts"] = test.attempts > 0 ? json::value(test.attempts) : json::value(nullptr);
  const auto limit = static_cast<std::size_t>(test.attempts);
  out["attemptsLeft"] = limit > 0 ? json::value(limit - std::min(limit, standing.attempts)) : json::value(nullptr);
  out["partial"] = test.partial;
  out["receivedAt"] = standing.receivedAt ? json::value(formatInstant(*standing.receivedAt)) : json::value(nullptr);
  out["score"] = scoreMember(standing.score);
  return out;
}

}  // namespace hearth::homework
