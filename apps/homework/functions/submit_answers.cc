// POST /v1/test: takes a student's answers and answers with a receipt.
//
// The steps, and what is there after a crash behind each: (1) everything is checked, nothing is stored; (2) the
// attempt is written, with its signed receipt, under a name of its own, never over another; (3) it is read back;
// (4) testResult.json follows the newest attempt; (5) the receipt is handed out as it was read. A repeated request
// finds its attempt and goes on from there, so that it ends in the same receipt. Where the test limits the
// attempts, the attempt takes a place before (2): attempt_slots.h.
#include <algorithm>

#include "homework/domain/attempt.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/attempt_slots.h"
#include "homework/functions/course_files.h"
#include "homework/functions/standing.h"

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
  PublishedTest test;  // as it holds for the student
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

  auto offered = files.offered();
  if (!offered) return broken(offered.problem());
  const PublishedTest* published = offered->catalogue.find(ref);
  if (published == nullptr || published->phaseAt(request.time) == Phase::kBefore) {
    return stop(refuse(404, "There is no such test"));
  }
  const PublishedTest test = offered->extensions.effective(*published, caller.student.id).test;
  if (const auto seen = request.text("questionSet"); seen && *seen != test.questionSet) {
    return stop(refuse(409,
                       "The questions of this test have changed since they were read. Please read them again; "
                       "nothing was stored"));
  }
  auto set = files.questionSet(test.questionSet);
  if (!set) return broken(set.problem());
  auto answers = checkSubmission(*findMember(request.parameters, "testResult"), *set);
  if (!answers) return stop(refuse(422, "The answers do not fit the test: " + answers.problem().message));
  auto course = files.course();
  if (!course) return broken(course.problem());
  return {{std::move(caller.student.id), std::move(*course), test, offered->catalogue.zone, std::move(*set),
           std::move(*answers)},
          std::nullopt};
}

Answered usedUp(const PublishedTest& test) {
  return refuse(409, test.attempts == 1 ? "This test may be submitted once, and your answers have been received"
                                        : "This test may be submitted " + std::to_string(test.attempts) +
                                              " times, and it was; the last answers count");
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
  if (test.attempts > 0 && earlier.size() >= static_cast<std::size_t>(test.attempts)) return usedUp(test);
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
    sdk::PutOptions options = personal();
    options.metadata[std::string(layout::kAttemptMetadata)] = name;
    options.metadata[std::string(layout::kQuestionSetMetadata)] = attempt.questionSet;
    options.metadata[std::string(layout::kReceiptMetadata)] = receiptCode(attempt);
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

// The student wants a copy by mail, and gets it or not: the submission is complete without it.
void mailReceipt(ApiPorts& ports, const Submission& submission, const Attempt& attempt) {
  if (!submission.course.receiptMail || ports.invoker == nullptr || ports.notifyFunction.empty()) return;
  const std::string payload = json::serialize(json::object{{"kind", "receipt"},
                                                           {"test", attempt.test.path()},
                                                           {"students", json::array{attempt.studentId}},
                                                           {"attempt", attempt.name()}});
  if (auto handed = ports.invoker->invokeLater(ports.notifyFunction, payload); !handed) {
    logTrouble("receipt mail", handed.error().code);
  }
}

Answered confirm(ApiPorts& ports, const Submission& submission, const Outcome<Attempt>& attempt) {
  if (!attempt) return storeTrouble("attempt", attempt.problem().message);
  if (auto pointed = pointTo(ports.store, *attempt); !pointed) {
    return storeTrouble("testResult", pointed.error().code);
  }
  mailReceipt(ports, submission, *attempt);
  return {200,
          "Successfully uploaded test result",
          {{"receipt", receiptJson(*attempt, submission.test, submission.set, submission.zone)}}};
}

Attempt makeAttempt(const Submission& submission, Instant received) {
  Attempt attempt;
  attempt.course = submission.course.name;
  attempt.test = submission.test.ref;
  attempt.studentId = submission.student;
  attempt.questionSet = submission.set.hash;
  attempt.receivedAt = received;
  attempt.late = submission.test.phaseAt(received) == Phase::kLate;
  attempt.answers = submission.answers;
  attempt.receiptText = receiptText(attempt, submission.test, submission.set, submission.zone);
  return attempt;
}

// Without a key, or with one that is broken, answers are taken all the same: a receipt without a signature is less
// than one with it, and more than a deadline missed.
Outcome<bool> sign(CourseFiles& files, Attempt& attempt) {
  auto key = files.signingKey();
  if (!key) {
    logTrouble("signing key", key.problem().message);
    return true;
  }
  if (!*key) return true;
  auto signature = signReceipt(attempt.receiptText, **key);
  if (!signature) return signature.problem();
  attempt.keyId = (*key)->keyId;
  attempt.signature = std::move(*signature);
  return true;
}

// The names of the student's attempts, oldest first, after what a killed request may have left undone.
Outcome<std::vector<std::string>> earlierAttempts(ObjectStore& store, const Submission& submission) {
  auto names = attemptNames(store, submission.test.ref, submission.student);
  if (!names) return Problem{names.error().code};
  const auto limit = static_cast<std::size_t>(std::max(0, submission.test.attempts));
  auto found = storeFromSlots(store, submission.test.ref, submission.student, names->size(), limit);
  if (!found) return found.problem();
  for (const Attempt& attempt : *found) {
    if (auto pointed = pointTo(store, attempt); !pointed) return Problem{pointed.error().code};
    if (std::find(names->begin(), names->end(), attempt.name()) == names->end()) names->push_back(attempt.name());
  }
  std::sort(names->begin(), names->end());
  return *std::move(names);
}

}  // namespace

Answered submitTest(const Request& request, ApiPorts& ports) {
  CourseFiles files(ports.store);
  Checked checked = check(request, files);
  if (checked.refusal) return std::move(*checked.refusal);
  const Submission& submission = checked.submission;

  auto earlier = earlierAttempts(ports.store, submission);
  if (!earlier) return storeTrouble("attempts", earlier.problem().message);
  const std::string hash = shortAnswersHash(submission.answers);
  if (!earlier->empty() && parseAttemptName(earlier->back())->answersHash == hash) {
    // The same answers again, to the same questions: the same receipt.
    const auto attempt = readBack(ports.store, submission, earlier->back());
    if (!attempt || attempt->questionSet == submission.set.hash) return confirm(ports, submission, attempt);
  }
  if (auto refusal = refuseNow(ports.store, submission, request.time, *earlier)) return std::move(*refusal);

  Attempt attempt = makeAttempt(submission, request.time);
  if (auto done = sign(files, attempt); !done) return storeTrouble("sign", done.problem().message);
  if (submission.test.attempts > 0) {
    auto taken =
        takeSlot(ports.store, attempt, earlier->size(), static_cast<std::size_t>(submission.test.attempts));
    if (!taken) return storeTrouble("attempt", taken.problem().message);
    if (!*taken) return usedUp(submission.test);
    attempt = **std::move(taken);
  }
  if (auto stored = storeAttempt(ports.store, attempt); !stored)
    return storeTrouble("attempt", stored.error().code);
  return confirm(ports, submission, readBack(ports.store, submission, attempt.name()));
}

}  // namespace hearth::homework
