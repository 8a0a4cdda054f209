// POST /v1/test: takes a student's answers and answers with a receipt.
//
// The steps, and what is there after a crash behind each: (1) everything is checked, nothing is stored; (2) the
// attempt is written under a name of its own, never over another; (3) testResult.json follows the newest attempt;
// (4) the attempt is read back and the receipt made of what was read. A repeated request finds its attempt and goes
// on from there, so that it ends in the same receipt.
#include <algorithm>

#include "homework/domain/attempt.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/course_files.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kMissing =
    "Missing one or more parameters - required subject_name, test_id, student_id and test_result";
constexpr std::string_view kStoreTrouble = "Issue occoured while uploading file. Please contact with trainer";
constexpr std::size_t kMaxAttempts = 200;
constexpr int kPointerTries = 8;

// What Python takes for false.
bool isFalsy(const json::value* value) {
  if (value == nullptr) return true;
  switch (value->kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value->get_bool();
    case json::kind::int64:
      return value->get_int64() == 0;
    case json::kind::uint64:
      return value->get_uint64() == 0;
    case json::kind::double_:
      return value->get_double() == 0;
    case json::kind::string:
      return value->get_string().empty();
    case json::kind::array:
      return value->get_array().empty();
    case json::kind::object:
      return value->get_object().empty();
  }
  return true;
}

Answered storeTrouble(std::string_view step, std::string_view why) {
  logTrouble(step, why);
  return trouble(kStoreTrouble);
}

// Everything about one submission that is known before something is stored.
struct Submission {
  std::string student;
  Course course;
  PublishedTest test;
  Zone zone;
  QuestionSet set;
  Answers answers;
};

struct Checked {
  Submission submission;
  std::optional<Answered> refusal;
};

Checked check(const Request& request, CourseFiles& files) {
  const auto stop = [](Answered refusal) { return Checked{{}, std::move(refusal)}; };
  const auto broken = [&](const Problem& problem) { return stop(storeTrouble("submit-test", problem.message)); };
  Caller caller;
  if (request.origin == Origin::kApi) {
    caller = identify(request, files);
    if (caller.refusal) return stop(std::move(*caller.refusal));
  }
  for (const char* name : {"subjectName", "testId", "testResult", "studentId"}) {
    const bool byKey = request.origin == Origin::kApi && std::string_view(name) == "studentId";
    if (!byKey && isFalsy(findMember(request.parameters, name))) return stop(refuse(400, kMissing));
  }
  const TestRef ref{std::string(request.text("subjectName").value_or("")),
                    std::string(request.text("testId").value_or(""))};
  if (!isSubject(ref.subject) || !isId(ref.testId)) {
    return stop(refuse(400, "subjectName or testId is not a valid name"));
  }
  if (request.origin == Origin::kDirect) {
    caller = identify(request, files);
    if (caller.refusal) return stop(std::move(*caller.refusal));
  }

  auto catalogue = files.catalogue();
  if (!catalogue) return broken(catalogue.problem());
  const PublishedTest* test = catalogue->find(ref);
  if (test == nullptr || test->phaseAt(request.time) == Phase::kBefore) {
    return stop(refuse(404, "There is no such test"));
  }
  if (const auto seen = request.text("questionSet"); seen && *seen != test->questionSet) {
    return stop(refuse(409,
                       "The questions of this test have changed since they were read. Please read them again; "
                       "nothing was stored"));
  }
  auto set = files.questionSet(test->questionSet);
  if (!set) return broken(set.problem());
  auto answers = checkSubmission(*findMember(request.parameters, "testResult"), *set);
  if (!answers) return stop(refuse(422, "The answers do not fit the test: " + answers.problem().message));
  auto course = files.course();
  if (!course) return broken(course.problem());
  return {{std::move(caller.student.id), std::move(*course), *test, catalogue->zone, std::move(*set),
           std::move(*answers)},
          std::nullopt};
}

// The names of a student's attempts, oldest first.
sdk::Outcome<std::vector<std::string>> attemptNames(ObjectStore& store, const Submission& submission) {
  const std::string prefix = layout::attemptPrefix(submission.test.ref, submission.student);
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

// Why a new attempt cannot be taken now.
std::optional<Answered> refuseNow(ObjectStore& store, const Submission& submission, Instant received,
                                  const std::vector<std::string>& earlier) {
  const PublishedTest& test = submission.test;
  const Phase phase = test.phaseAt(received);
  const std::string closed = "This test closed " + renderLocal(test.due, submission.zone) + " " +
                             submission.zone.name + " (" + renderDistance(received - test.due) + " ago)";
  if (phase == Phase::kAfter) return refuse(410, closed);
  if (phase == Phase::kLate && !earlier.empty() &&
      parseAttemptName(earlier.back())->receivedAt <= test.onTimeUntil()) {
    return refuse(410, closed + ". Your answers of " +
                           renderLocal(parseAttemptName(earlier.back())->receivedAt, submission.zone) +
                           " arrived in time and count");
  }
  auto score = store.head(layout::score(test.ref, submission.student));
  if (score) return refuse(409, "This test has been scored already; your answers can no longer be changed");
  if (!isNotFound(score.error())) return storeTrouble("score", score.error().code);
  if (earlier.size() >= kMaxAttempts) return refuse(429, "This test was submitted 200 times; that must be enough");
  return std::nullopt;
}

// Makes testResult.json hold the answers of `attempt`, unless it holds those of a newer one. Two requests at once
// end with the newer attempt whatever their order: each write is conditional on what was seen before it.
sdk::Outcome<std::monostate> pointTo(ObjectStore& store, const Attempt& attempt) {
  const std::string key = layout::testResult(attempt.test, attempt.studentId);
  const std::string name = attempt.name();
  sdk::Error last;
  for (int attemptNumber = 0; attemptNumber < kPointerTries; ++attemptNumber) {
    sdk::PutOptions options;
    options.metadata[std::string(layout::kAttemptMetadata)] = name;
    options.metadata[std::string(layout::kQuestionSetMetadata)] = attempt.questionSet;
    auto current = store.head(key);
    if (current) {
      const auto held = current->metadata.find(std::string(layout::kAttemptMetadata));
      if (held != current->metadata.end() && held->second >= name) return std::monostate{};
      options.ifMatch = current->etag;
    } else if (isNotFound(current.error())) {
      options.ifNoneMatch = "*";
    } else {
      return current.error();
    }
    auto stored = store.put(key, storedAnswers(attempt.answers), options);
    if (stored) return std::monostate{};
    if (!isPreconditionFailed(stored.error()) && !isNotFound(stored.error())) return stored.error();
    last = stored.error();
  }
  return last;
}

Outcome<Attempt> readBack(ObjectStore& store, const Submission& submission, const std::string& name) {
  auto object = store.get(layout::attempt(submission.test.ref, submission.student, name));
  if (!object) return Problem{object.error().code};
  auto attempt = parseAttempt(object->body);
  if (!attempt) return attempt.problem();
  if (attempt->name() != name || attempt->studentId != submission.student || attempt->test != submission.test.ref) {
    return Problem{"what was read back is not what was stored"};
  }
  return attempt;
}

Answered confirm(ObjectStore& store, const Submission& submission, const Outcome<Attempt>& attempt) {
  if (!attempt) return storeTrouble("attempt", attempt.problem().message);
  if (auto pointed = pointTo(store, *attempt); !pointed) return storeTrouble("testResult", pointed.error().code);
  return {200,
          "Successfully uploaded test result",
          {{"receipt", receiptJson(*attempt, submission.test, submission.set, submission.zone)}}};
}

}  // namespace

Answered submitTest(const Request& request, ObjectStore& store) {
  CourseFiles files(store);
  Checked checked = check(request, files);
  if (checked.refusal) return std::move(*checked.refusal);
  const Submission& submission = checked.submission;

  auto earlier = attemptNames(store, submission);
  if (!earlier) return storeTrouble("attempts", earlier.error().code);
  const std::string hash = shortAnswersHash(submission.answers);
  if (!earlier->empty() && parseAttemptName(earlier->back())->answersHash == hash) {
    // The same answers again, to the same questions: the same receipt.
    const auto attempt = readBack(store, submission, earlier->back());
    if (!attempt || attempt->questionSet == submission.set.hash) return confirm(store, submission, attempt);
  }
  if (auto refusal = refuseNow(store, submission, request.time, *earlier)) return std::move(*refusal);

  Attempt attempt;
  attempt.course = submission.course.name;
  attempt.test = submission.test.ref;
  attempt.studentId = submission.student;
  attempt.questionSet = submission.set.hash;
  attempt.receivedAt = request.time;
  attempt.late = submission.test.phaseAt(request.time) == Phase::kLate;
  attempt.answers = submission.answers;
  sdk::PutOptions once;
  once.ifNoneMatch = "*";
  const std::string key = layout::attempt(attempt.test, attempt.studentId, attempt.name());
  auto stored = store.put(key, attemptJson(attempt), once);
  // Already there: by the first try of this very request, or by its twin at the same millisecond.
  if (!stored && !isPreconditionFailed(stored.error())) return storeTrouble("attempt", stored.error().code);
  return confirm(store, submission, readBack(store, submission, attempt.name()));
}

}  // namespace hearth::homework
