#include "homework/functions/course_files.h"

#include <cstdio>

#include "homework/domain/hash.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kNoSuchStudent = "Requested student does not exists";

Caller refused(int code, std::string_view message) { return {{}, refuse(code, message)}; }

Caller brokenCourse(const Problem& problem) {
  logTrouble("identify", problem.message);
  return {{}, trouble()};
}

}  // namespace

void logTrouble(std::string_view step, std::string_view why) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(step.size()), step.data(), static_cast<int>(why.size()),
               why.data());
}

Outcome<std::string> CourseFiles::read(const std::string& key) {
  auto object = store_.get(key);
  if (!object) return Problem{key + ": " + object.error().code};
  return std::move(object->body);
}

Outcome<std::optional<std::string>> CourseFiles::find(const std::string& key) {
  auto object = store_.get(key);
  if (object) return std::optional<std::string>(std::move(object->body));
  if (isNotFound(object.error())) return std::optional<std::string>();
  return Problem{key + ": " + object.error().code};
}

Outcome<Course> CourseFiles::course() {
  auto text = find(std::string(layout::kCourse));
  if (!text) return text.problem();
  return *text ? parseCourse(**text) : Course{};
}

Outcome<Extensions> CourseFiles::extensions() {
  auto text = find(std::string(layout::kExtensions));
  if (!text) return text.problem();
  return *text ? parseExtensions(**text) : Extensions{};
}

Outcome<OfferedTests> CourseFiles::offered() {
  auto catalogue = this->catalogue();
  if (!catalogue) return catalogue.problem();
  auto extensions = this->extensions();
  if (!extensions) return extensions.problem();
  return OfferedTests{std::move(*catalogue), std::move(*extensions)};
}

Outcome<json::value> CourseFiles::receiptKeys() {
  auto text = find(std::string(layout::kReceiptKeys));
  if (!text) return text.problem();
  if (!*text) return json::value(json::array());
  auto keys = parseReceiptKeys(**text);
  if (!keys) return keys.problem();
  return json::parse(receiptKeysJson(*keys)).at("keys");
}

Outcome<std::optional<SigningKey>> CourseFiles::signingKey() {
  auto text = find(std::string(layout::kSigningKey));
  if (!text) return text.problem();
  if (!*text) return std::optional<SigningKey>();
  auto key = parseSigningKey(**text);
  if (!key) return key.problem();
  return std::optional<SigningKey>(std::move(*key));
}

Outcome<Catalogue> CourseFiles::catalogue() {
  auto text = read(std::string(layout::kCatalogue));
  if (!text) return text.problem();
  return parseCatalogue(*text);
}

Outcome<Roster> CourseFiles::roster() {
  auto text = read(std::string(layout::kRoster));
  if (!text) return text.problem();
  return parseRoster(*text);
}

Outcome<AccessKeys> CourseFiles::accessKeys() {
  auto text = read(std::string(layout::kAccess));
  if (!text) return text.problem();
  return parseAccessKeys(*text);
}

Outcome<QuestionSet> CourseFiles::questionSet(std::string_view hash) {
  if (!isSha256Hex(hash)) return Problem{"a question set is not named by a SHA-256"};
  const std::string key = layout::questionSet(hash);
  auto text = read(key);
  if (!text) return text.problem();
  auto set = parseQuestionSet(*text);
  if (!set) return Problem{key + ": " + set.problem().message};
  if (set->hash != hash) return Problem{key + " does not have the content that its name says"};
  return set;
}

Outcome<AnswerKey> CourseFiles::answerKey(const TestRef& test, const QuestionSet& set) {
  const std::string key = layout::answerKey(test, set.hash);
  auto text = read(key);
  if (!text) return text.problem();
  auto answers = parseAnswerKey(*text, set);
  if (!answers) return Problem{key + ": " + answers.problem().message};
  return answers;
}

Outcome<TestRef> namedTest(const Request& request) {
  const std::string_view subject = request.text("subjectName").value_or("");
  const std::string_view testId = request.text("testId").value_or("");
  if (subject.empty() || testId.empty())
    return Problem{"Missing required request parameters: subjectName and testId"};
  if (!isSubject(subject) || !isId(testId)) return Problem{"subjectName or testId is not a valid name"};
  return TestRef{std::string(subject), std::string(testId)};
}

Caller identify(const Request& request, CourseFiles& files) {
  std::string id;
  if (request.origin == Origin::kApi) {
    auto keys = files.accessKeys();
    if (!keys) return brokenCourse(keys.problem());
    const auto found = keys->find(request.apiKeyId);
    if (request.apiKeyId.empty() || found == keys->end()) {
      return refused(401, "This API key does not belong to a student of the course. Please contact with trainer");
    }
    id = found->second;
    const json::value* named = findMember(request.parameters, "studentId");
    if (named != nullptr && !named->is_null() && request.text("studentId").value_or("") != id) {
      return refused(403, "This API key belongs to another student");
    }
  } else {
    id = request.text("studentId").value_or("");
  }
  auto roster = files.roster();
  if (!roster) return brokenCourse(roster.problem());
  const Student* student = roster->find(id);
  if (student == nullptr) return refused(request.origin == Origin::kApi ? 403 : 400, kNoSuchStudent);
  return {*student, std::nullopt};
}

}  // namespace hearth::homework
