// GET /v1/test: the questions of one test, and what was received from the student so far.
#include "homework/domain/shuffle.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"
#include "homework/functions/standing.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kNoQuestions = "Error while trying to pull questions. Please contact with teacher!";

Answered broken(const std::string& why, std::string_view said = {}) {
  logTrouble("get-test", why);
  return said.empty() ? trouble() : refuse(503, said);
}

// What was received last; null without an attempt.
Outcome<json::value> submissionMember(ObjectStore& store, CourseFiles& files, const PublishedTest& test,
                                      const QuestionSet& set, const Standing& standing, const Student& student,
                                      const Zone& zone) {
  if (standing.attempt.empty()) return json::value(nullptr);
  auto object = store.get(layout::attempt(test.ref, student.id, standing.attempt));
  if (!object) return Problem{"attempts/: " + object.error().code};
  auto attempt = parseAttempt(object->body);
  if (!attempt) return attempt.problem();
  json::array answers;
  for (const Answer& answer : attempt->answers) {
    answers.push_back({{"questionId", answer.questionId}, {"answer", answer.answer}});
  }
  json::object receipt;
  if (attempt->questionSet == set.hash) {
    receipt = receiptJson(*attempt, test, set, zone);
  } else {
    auto answered = files.questionSet(attempt->questionSet);
    if (!answered) return answered.problem();
    receipt = receiptJson(*attempt, test, *answered, zone);
  }
  return json::value{{"receivedAt", formatInstant(attempt->receivedAt)},
                     {"late", attempt->late},
                     {"questionSet", attempt->questionSet},
                     {"answers", std::move(answers)},
                     {"receipt", std::move(receipt)}};
}

std::string shuffleSeed(const PublishedTest& test, const Student& student) {
  return student.id + "\n" + test.ref.path() + "\n" + test.questionSet;
}

}  // namespace

Answered getTest(const Request& request, ApiPorts& ports) {
  CourseFiles files(ports.store);
  // The direct form never named a student here; who may invoke the function may see the questions.
  Caller caller;
  if (request.origin == Origin::kApi) {
    caller = identify(request, files);
    if (caller.refusal) return *caller.refusal;
  }
  auto named = namedTest(request);
  if (!named) return refuse(400, named.problem().message);
  auto offered = files.offered();
  if (!offered) return broken(offered.problem().message);
  const PublishedTest* published = offered->catalogue.find(*named);
  if (published == nullptr) return refuse(404, kNoQuestions);
  const EffectiveTest effective = offered->extensions.effective(*published, caller.student.id);
  const PublishedTest& test = effective.test;
  const Phase phase = test.phaseAt(request.time);
  if (phase == Phase::kBefore) return refuse(404, kNoQuestions);  // what is not open yet is not known either
  if (phase == Phase::kAfter) {
    return refuse(410, "This test closed " + renderLocal(test.due, offered->catalogue.zone) + " " +
                           offered->catalogue.zone.name);
  }
  auto set = files.questionSet(test.questionSet);
  if (!set) return broken(set.problem().message, kNoQuestions);
  if (request.origin == Origin::kDirect) return {200, questionsJson(*set), {}};

  const Standing standing = standingOf(ports.store, test, caller.student.id);
  if (standing.trouble) return broken(standing.trouble->code);
  auto submission =
      submissionMember(ports.store, files, test, *set, standing, caller.student, offered->catalogue.zone);
  if (!submission) return broken(submission.problem().message);
  json::object described = describeTest(effective, standing, phase, offered->catalogue.zone);
  described["timeZone"] = offered->catalogue.zone.name;
  return {200,
          questionsJson(test.shuffle ? shuffled(*set, shuffleSeed(test, caller.student)) : *set),
          {{"test", std::move(described)},
           {"submission", std::move(*submission)},
           {"serverTime", formatInstant(request.time)}}};
}

std::string serveApi(ApiFunction function, std::string_view event, Instant fallbackTime, ApiPorts ports) {
  const ReadRequest read = readRequest(event, fallbackTime);
  return writeAnswer(read.request, read.refusal ? *read.refusal : function(read.request, ports));
}

}  // namespace hearth::homework
