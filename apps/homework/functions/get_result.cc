// GET /v1/result: the student's score, and once nobody can submit any more, each question with what was right.
#include <algorithm>

#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"
#include "homework/functions/standing.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxClassFile = 64 * 1024;

Answered broken(const std::string& why) {
  logTrouble("get-result", why);
  return trouble();
}

// An object that may be missing.
Outcome<std::optional<std::string>> find(ObjectStore& store, const std::string& key) {
  auto object = store.get(key);
  if (object) return std::optional<std::string>(std::move(object->body));
  if (isNotFound(object.error())) return std::optional<std::string>();
  return Problem{key.substr(key.rfind('/') + 1) + ": " + object.error().code};
}

json::object questionMember(const ResultQuestion& result, const Question* question) {
  const QuestionPoints& points = result.points;
  json::object out{{"questionId", points.questionId}, {"question", question != nullptr ? question->text : ""}};
  if (question != nullptr && !question->code.empty()) out["code"] = question->code;
  const auto words = [&](const std::string& answer) {
    return question != nullptr ? answerText(*question, answer) : answer;
  };
  out["points"] = points.points;
  out["maxPoints"] = points.maxPoints;
  out["right"] = points.right;
  out["given"] = points.given;
  out["givenText"] = points.given.empty() ? "" : words(points.given);
  out["correct"] = result.correct;
  out["correctText"] = words(result.correct);
  if (!result.feedback.empty()) out["feedback"] = result.feedback;
  return out;
}

// In the order of the test; empty where it is not known what the score is made of.
Outcome<json::array> questionsOf(ObjectStore& store, CourseFiles& files, const PublishedTest& test,
                                 const ScoreRecord& score, const std::string& student) {
  auto stored = find(store, layout::result(test.ref, student));
  if (!stored) return stored.problem();
  if (!*stored || score.questionSet.empty()) return json::array();
  auto result = parseResult(**stored);
  if (!result) return result.problem();
  if (result->version != score.version) return json::array();  // the next score is just being written
  auto set = files.questionSet(score.questionSet);
  if (!set) return set.problem();
  json::array out;
  for (const ResultQuestion& question : result->questions) {
    out.push_back(questionMember(question, set->findQuestion(question.points.questionId)));
  }
  return out;
}

// How the class did, where that says nothing about single students.
Outcome<std::optional<json::object>> classOf(ObjectStore& store, const TestRef& test) {
  auto stored = find(store, layout::classResult(test));
  if (!stored) return stored.problem();
  if (!*stored) return std::optional<json::object>();
  const auto document = parseJson(**stored, kMaxClassFile, "class.json");
  const auto* object = document ? document->if_object() : nullptr;
  const std::int64_t n = object != nullptr ? findInteger(*object, "n").value_or(0) : 0;
  if (n < static_cast<std::int64_t>(kMinClass)) return std::optional<json::object>();
  return std::optional<json::object>(json::object{{"n", n}, {"mean", findString(*object, "mean").value_or("-")}});
}

json::object scoreMembers(const ScoreRecord& score) {
  json::object out{{"score", score.score},
                   {"scale", score.scale},
                   {"points", score.points},
                   {"maxPoints", score.maxPoints},
                   {"grade", score.grade.empty() ? std::to_string(score.score) : score.grade},
                   {"late", score.late},
                   {"version", score.version}};
  if (score.maxPoints > 0) out["percent"] = percent(score.points, score.maxPoints);
  if (!score.reason.empty()) out["reason"] = score.reason;
  return out;
}

std::string notYet(const PublishedTest& test, const Zone& zone, Instant now) {
  const bool closed = now > test.acceptedUntil();
  return std::string("There is no score for this test yet. It ") + (closed ? "closed " : "closes ") +
         renderLocal(test.due, zone) + " " + zone.name + "; scores are mailed after that";
}

}  // namespace

Answered getResult(const Request& request, ApiPorts& ports) {
  CourseFiles files(ports.store);
  const Caller caller = identify(request, files);
  if (caller.refusal) return *caller.refusal;
  auto named = namedTest(request);
  if (!named) return refuse(400, named.problem().message);
  auto offered = files.offered();
  if (!offered) return broken(offered.problem().message);
  const PublishedTest* published = offered->catalogue.find(*named);
  if (published == nullptr || published->phaseAt(request.time) == Phase::kBefore) {
    return refuse(404, "There is no such test");
  }
  const EffectiveTest effective = offered->extensions.effective(*published, caller.student.id);
  auto stored = find(ports.store, layout::score(*named, caller.student.id));
  if (!stored) return broken(stored.problem().message);
  if (!*stored) return refuse(404, notYet(effective.test, offered->catalogue.zone, request.time));
  auto score = parseScore(**stored);
  if (!score) return broken(score.problem().message);

  const Instant last = offered->extensions.lastAccepted(*published);
  const bool released = request.time > last;
  json::object body = scoreMembers(*score);
  body["title"] = published->title;
  body["released"] = released;
  body["releasedAt"] = formatInstant(last);
  json::array questions;
  if (released) {
    auto known = questionsOf(ports.store, files, *published, *score, caller.student.id);
    if (!known) return broken(known.problem().message);
    questions = std::move(*known);
    auto others = classOf(ports.store, *named);
    if (!others) return broken(others.problem().message);
    if (*others) body["class"] = std::move(**others);
  }
  body["questions"] = std::move(questions);
  return {200, std::move(body), {{"serverTime", formatInstant(request.time)}}};
}

}  // namespace hearth::homework
