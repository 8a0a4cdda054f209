#include "homework/domain/ids.h"

#include <algorithm>

namespace hearth::homework {
namespace {

bool isAlphanumeric(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

}  // namespace

bool isId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && isAlphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return isAlphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool isSubject(std::string_view text) {
  for (const std::string_view taken : {"published", "keys", "access", "scoring", "outbox", "signing", "page"}) {
    if (text == taken) return false;
  }
  return isId(text);
}

std::optional<TestRef> parseTestRef(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  TestRef test{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  if (!isSubject(test.subject) || !isId(test.testId)) return std::nullopt;
  return test;
}

namespace layout {

std::string questionSet(std::string_view hash) { return join({"published/questions/", hash, ".json"}); }
std::string questionsCopy(const TestRef& test) { return join({test.path(), "/questions.json"}); }
std::string answerKey(const TestRef& test, std::string_view questionSetHash) {
  return join({"keys/", test.path(), "/", questionSetHash, ".json"});
}
std::string testPrefix(const TestRef& test) { return join({test.path(), "/"}); }
std::string testResult(const TestRef& test, std::string_view student) {
  return join({test.path(), "/", student, "/testResult.json"});
}
std::string score(const TestRef& test, std::string_view student) {
  return join({test.path(), "/", student, "/score.json"});
}
std::string result(const TestRef& test, std::string_view student) {
  return join({test.path(), "/", student, "/result.json"});
}
std::string classResult(const TestRef& test) { return join({test.path(), "/class.json"}); }
std::string attemptPrefix(const TestRef& test, std::string_view student) {
  return join({test.path(), "/", student, "/attempts/"});
}
std::string attempt(const TestRef& test, std::string_view student, std::string_view name) {
  return join({attemptPrefix(test, student), name, ".json"});
}
std::string report(const TestRef& test) { return join({"scoring/report/", test.path(), ".json"}); }
std::string finished(const TestRef& test) { return join({kFinalPrefix, test.path(), ".json"}); }
std::string run(std::string_view compactTime) { return join({kRunPrefix, compactTime, ".json"}); }
std::string regrade(const TestRef& test, std::string_view compactTime) {
  return join({"scoring/regrade/", test.path(), "/", compactTime, ".json"});
}
std::string outboxPrefix(const std::optional<TestRef>& test) {
  return test ? join({"outbox/", test->path(), "/"}) : "outbox/-/-/";
}

}  // namespace layout
}  // namespace hearth::homework
