// POST /v1/tests: what a student still has to fill, and for newer clients everything there is to know about each
// test.
#include <algorithm>

#include "homework/domain/attempt.h"
#include "homework/domain/board.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"
#include "homework/functions/parallel.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kWorkers = 8;

// How one student stands with one test.
struct Standing {
  bool received = false;
  std::optional<Instant> receivedAt;
  std::optional<ScoreRecord> score;
  std::optional<sdk::Error> trouble;
};

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
    if (const auto name = parseAttemptName(attempt->second)) standing.receivedAt = name->receivedAt;
  }
  auto score = store.get(layout::score(test.ref, student));
  if (score) {
    if (auto record = parseScore(score->body)) standing.score = std::move(*record);
  } else if (!isNotFound(score.error())) {
    standing.trouble = score.error();
  }
  return standing;
}

bool isOpen(Phase phase) { return phase == Phase::kOnTime || phase == Phase::kLate; }

std::string_view statusOf(const Standing& standing, Phase phase) {
  if (standing.score) return "scored";
  if (standing.received) return phase == Phase::kOnTime ? "received" : "done";
  return isOpen(phase) ? "open" : "closed";
}

json::object describe(const PublishedTest& test, const Standing& standing, Phase phase, const Zone& zone) {
  json::object out{{"subject", test.ref.subject},
                   {"testId", test.ref.testId},
                   {"title", test.title},
                   {"opens", formatInstant(test.opens)},
                   {"due", formatInstant(test.due)},
                   {"dueText", renderLocal(test.due, zone)},
                   {"late", test.late == Late::kFlag ? "flag" : "reject"},
                   {"questionSet", test.questionSet},
                   {"status", statusOf(standing, phase)}};
  out["receivedAt"] = standing.receivedAt ? json::value(formatInstant(*standing.receivedAt)) : json::value(nullptr);
  out["score"] = standing.score ? json::value(json::object{{"score", standing.score->score},
                                                           {"scale", standing.score->scale},
                                                           {"points", standing.score->points},
                                                           {"maxPoints", standing.score->maxPoints}})
                                : json::value(nullptr);
  return out;
}

// The tests of one subject stand next to each other, so that one look back is enough.
void addOutstanding(json::array& body, const TestRef& test) {
  if (body.empty() || body.back().as_object().at("subject").as_string() != test.subject) {
    body.push_back({{"subject", test.subject}, {"testIds", json::array{}}});
  }
  body.back().as_object().at("testIds").as_array().emplace_back(test.testId);
}

}  // namespace

Answered listTests(const Request& request, ObjectStore& store) {
  CourseFiles files(store);
  const Caller caller = identify(request, files);
  if (caller.refusal) return *caller.refusal;
  auto catalogue = files.catalogue();
  auto course = files.course();
  if (!catalogue || !course) {
    logTrouble("list-tests", !catalogue ? catalogue.problem().message : course.problem().message);
    return trouble();
  }
  std::erase_if(catalogue->tests, [&](const PublishedTest& test) {
    const Phase phase = test.phaseAt(request.time);
    return phase == Phase::kBefore || (request.origin == Origin::kDirect && !isOpen(phase));
  });
  std::vector<Standing> standings(catalogue->tests.size());
  forEachParallel(standings.size(), kWorkers,
                  [&](std::size_t i) { standings[i] = standingOf(store, catalogue->tests[i], caller.student.id); });

  json::array outstanding;
  json::array tests;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (standings[i].trouble) {
      logTrouble("list-tests", standings[i].trouble->code);
      return trouble();
    }
    const PublishedTest& test = catalogue->tests[i];
    const Phase phase = test.phaseAt(request.time);
    if (!standings[i].received && isOpen(phase)) addOutstanding(outstanding, test.ref);
    tests.push_back(describe(test, standings[i], phase, catalogue->zone));
  }
  return {200,
          std::move(outstanding),
          {{"studentId", caller.student.id},
           {"course", course->name},
           {"serverTime", formatInstant(request.time)},
           {"timeZone", catalogue->zone.name},
           {"tests", std::move(tests)}}};
}

}  // namespace hearth::homework
