// The documents that the trainer publishes, read from the bucket when they are asked for; and who a caller is.
#pragma once

#include <string>
#include <string_view>

#include "homework/domain/catalogue.h"
#include "homework/domain/content.h"
#include "homework/domain/course.h"
#include "homework/domain/extensions.h"
#include "homework/domain/receipt.h"
#include "homework/functions/ports.h"
#include "homework/functions/request.h"

namespace hearth::homework {

// What is published for whom.
struct OfferedTests {
  Catalogue catalogue;
  Extensions extensions;
};

// A document that is missing or broken is trouble with the course, not a wrong request: a Problem that names it.
class CourseFiles final {
 public:
  explicit CourseFiles(ObjectStore& store) : store_(store) {}

  Outcome<Course> course();  // defaults when there is no course.json
  Outcome<Catalogue> catalogue();
  Outcome<Roster> roster();
  Outcome<AccessKeys> accessKeys();
  Outcome<QuestionSet> questionSet(std::string_view hash);
  Outcome<Extensions> extensions();  // none when there is no such document
  Outcome<OfferedTests> offered();
  Outcome<json::value> receiptKeys();  // as published; an empty list when there is no such document
  // Nothing when there is no signing key. Only submit-test may read it.
  Outcome<std::optional<SigningKey>> signingKey();
  Outcome<AnswerKey> answerKey(const TestRef& test, const QuestionSet& set);

 private:
  Outcome<std::string> read(const std::string& key);
  Outcome<std::optional<std::string>> find(const std::string& key);  // nothing when it is not there

  ObjectStore& store_;
};

// The student that a request is made for, or the refusal: 401 without a known key, 403 for somebody else's id and
// for a student who is not on the roster. (400 where the event names the student itself, as it always was.)
struct Caller {
  Student student;
  std::optional<Answered> refusal;
};
Caller identify(const Request& request, CourseFiles& files);

// The test that a request names by subjectName and testId, if these can be names.
Outcome<TestRef> namedTest(const Request& request);

// Says on standard error what went wrong, without a student's id or address.
void logTrouble(std::string_view step, std::string_view why);

}  // namespace hearth::homework
