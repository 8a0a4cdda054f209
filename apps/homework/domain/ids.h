// Names that become parts of object keys: subjects, tests, students, questions, answers.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework {

// ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$
bool isId(std::string_view text);

// An id that may be a subject: not one of the prefixes that the layout uses itself.
bool isSubject(std::string_view text);

// One test of the course.
struct TestRef {
  std::string subject;
  std::string testId;

  auto operator<=>(const TestRef&) const = default;
  std::string path() const { return subject + "/" + testId; }
};

// `subject/testId`; nothing when either is not an id.
std::optional<TestRef> parseTestRef(std::string_view text);

// Where things lie in the course's bucket; README.md beside the folder of this file is the contract.
namespace layout {

inline constexpr std::string_view kCourse = "course.json";
inline constexpr std::string_view kRoster = "studentsList.json";
inline constexpr std::string_view kAccess = "access/keys.json";
inline constexpr std::string_view kCatalogue = "published/catalogue.json";
inline constexpr std::string_view kExtensions = "published/extensions.json";
inline constexpr std::string_view kNotices = "published/notices.json";
inline constexpr std::string_view kReceiptKeys = "published/receipt-keys.json";
inline constexpr std::string_view kSigningKey = "signing/receipt-key.json";
inline constexpr std::string_view kPage = "page/index.html";
inline constexpr std::string_view kLease = "scoring/lease.json";
inline constexpr std::string_view kFinalPrefix = "scoring/final/";
inline constexpr std::string_view kRunPrefix = "scoring/run/";
// User metadata (x-amz-meta-...) of testResult.json.
inline constexpr std::string_view kAttemptMetadata = "attempt";
inline constexpr std::string_view kQuestionSetMetadata = "question-set";
inline constexpr std::string_view kReceiptMetadata = "receipt";
// The object tag of everything about single students: the bucket's lifecycle rule goes by it.
inline constexpr std::string_view kRetentionTag = "retention";
inline constexpr std::string_view kRetentionCourse = "course";

std::string questionSet(std::string_view hash);
std::string questionsCopy(const TestRef& test);
std::string answerKey(const TestRef& test, std::string_view questionSetHash);
std::string testPrefix(const TestRef& test);  // everything of all its students
std::string testResult(const TestRef& test, std::string_view student);
std::string score(const TestRef& test, std::string_view student);
std::string result(const TestRef& test, std::string_view student);
std::string classResult(const TestRef& test);
std::string attemptPrefix(const TestRef& test, std::string_view student);
std::string attempt(const TestRef& test, std::string_view student, std::string_view name);
std::string report(const TestRef& test);
std::string finished(const TestRef& test);
std::string run(std::string_view compactTime);  // a scheduled run that had something to do
std::string regrade(const TestRef& test, std::string_view compactTime);
// Of the mails of one test, or of a run as a whole.
std::string outboxPrefix(const std::optional<TestRef>& test);

}  // namespace layout
}  // namespace hearth::homework
