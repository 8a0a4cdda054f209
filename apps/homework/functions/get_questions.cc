// GET /v1/test: the questions of one test.
#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kNoQuestions = "Error while trying to pull questions. Please contact with teacher!";

}  // namespace

Answered getTest(const Request& request, ObjectStore& store) {
  CourseFiles files(store);
  // The direct form never named a student here; who may invoke the function may see the questions.
  if (request.origin == Origin::kApi) {
    const Caller caller = identify(request, files);
    if (caller.refusal) return *caller.refusal;
  }
  const std::string_view subject = request.text("subjectName").value_or("");
  const std::string_view testId = request.text("testId").value_or("");
  if (subject.empty() || testId.empty())
    return refuse(400, "Missing required request parameters: subjectName and testId");
  if (!isSubject(subject) || !isId(testId)) return refuse(400, "subjectName or testId is not a valid name");
  auto catalogue = files.catalogue();
  if (!catalogue) {
    logTrouble("get-test", catalogue.problem().message);
    return trouble();
  }
  const PublishedTest* test = catalogue->find({std::string(subject), std::string(testId)});
  const Phase phase = test != nullptr ? test->phaseAt(request.time) : Phase::kBefore;
  if (phase == Phase::kBefore) return refuse(404, kNoQuestions);  // what is not open yet is not known either
  if (phase == Phase::kAfter) {
    return refuse(410, "This test closed " + renderLocal(test->due, catalogue->zone) + " " + catalogue->zone.name);
  }
  auto set = files.questionSet(test->questionSet);
  if (!set) {
    logTrouble("get-test", set.problem().message);
    return refuse(503, kNoQuestions);
  }
  return {200,
          questionsJson(*set),
          {{"test", json::object{{"subject", test->ref.subject},
                                 {"testId", test->ref.testId},
                                 {"title", test->title},
                                 {"due", formatInstant(test->due)},
                                 {"dueText", renderLocal(test->due, catalogue->zone)},
                                 {"timeZone", catalogue->zone.name},
                                 {"questionSet", test->questionSet}}},
           {"serverTime", formatInstant(request.time)}}};
}

std::string serveApi(ApiFunction function, std::string_view event, Instant fallbackTime, ObjectStore& store) {
  const ReadRequest read = readRequest(event, fallbackTime);
  return writeAnswer(read.request, read.refusal ? *read.refusal : function(read.request, store));
}

}  // namespace hearth::homework
