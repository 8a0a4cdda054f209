// POST /v1/tests: what a student still has to fill, and for newer clients everything there is to know about each
// test.
#include <algorithm>

#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"
#include "homework/functions/parallel.h"
#include "homework/functions/standing.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kWorkers = 8;

// The tests of one subject stand next to each other, so that one look back is enough.
void addOutstanding(json::array& body, const TestRef& test) {
  if (body.empty() || body.back().as_object().at("subject").as_string() != test.subject) {
    body.push_back({{"subject", test.subject}, {"testIds", json::array{}}});
  }
  body.back().as_object().at("testIds").as_array().emplace_back(test.testId);
}

// The tests that have opened, as they hold for the student.
std::vector<EffectiveTest> testsOf(const Catalogue& catalogue, const Extensions& extensions,
                                   const std::string& student, const Request& request) {
  std::vector<EffectiveTest> tests;
  for (const PublishedTest& published : catalogue.tests) {
    EffectiveTest test = extensions.effective(published, student);
    const Phase phase = test.test.phaseAt(request.time);
    if (phase == Phase::kBefore || (request.origin == Origin::kDirect && !isOpen(phase))) continue;
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace

Answered listTests(const Request& request, ApiPorts& ports) {
  CourseFiles files(ports.store);
  const Caller caller = identify(request, files);
  if (caller.refusal) return *caller.refusal;
  auto catalogue = files.catalogue();
  auto course = files.course();
  auto extensions = files.extensions();
  auto keys = files.receiptKeys();
  for (const Problem* problem : {catalogue ? nullptr : &catalogue.problem(), course ? nullptr : &course.problem(),
                                 extensions ? nullptr : &extensions.problem(), keys ? nullptr : &keys.problem()}) {
    if (problem == nullptr) continue;
    logTrouble("list-tests", problem->message);
    return trouble();
  }
  const std::vector<EffectiveTest> tests = testsOf(*catalogue, *extensions, caller.student.id, request);
  std::vector<Standing> standings(tests.size());
  forEachParallel(standings.size(), kWorkers,
                  [&](std::size_t i) { standings[i] = standingOf(ports.store, tests[i].test, caller.student.id); });

  json::array outstanding;
  json::array described;
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (standings[i].trouble) {
      logTrouble("list-tests", standings[i].trouble->code);
      return trouble();
    }
    const Phase phase = tests[i].test.phaseAt(request.time);
    if (!standings[i].received && isOpen(phase) && !tests[i].excused)
      addOutstanding(outstanding, tests[i].test.ref);
    described.push_back(describeTest(tests[i], standings[i], phase, catalogue->zone));
  }
  return {200,
          std::move(outstanding),
          {{"studentId", caller.student.id},
           {"course", course->name},
           {"lang", caller.student.lang.empty() ? course->lang : caller.student.lang},
           {"serverTime", formatInstant(request.time)},
           {"timeZone", catalogue->zone.name},
           {"tests", std::move(described)},
           {"receiptKeys", std::move(*keys)},
           {"page", catalogue->page}}};
}

}  // namespace hearth::homework
