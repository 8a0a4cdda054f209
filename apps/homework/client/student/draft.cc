#include "homework/client/student/draft.h"

#include <algorithm>
#include <utility>

#include "homework/client/common/json.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;

JsonArray questionsToJson(const std::vector<Question>& questions) {
  JsonArray out;
  for (const Question& question : questions) out.push_back(questionToJson(question));
  return out;
}

}  // namespace

const std::string* Draft::findAnswer(const Question& question) const {
  const auto it = answers.find(question.id);
  return it == answers.end() ? nullptr : &it->second;
}

void Draft::answer(const Question& question, const std::string& given) {
  std::string& current = answers[question.id];
  if (current == given) return;
  current = given;
  receipt.clear();
}

void Draft::clear(const Question& question) {
  if (answers.erase(question.id) > 0) receipt.clear();
}

std::vector<std::size_t> Draft::openQuestions() const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (findAnswer(questions[i]) == nullptr) open.push_back(i);
  }
  return open;
}

std::vector<ChosenAnswer> Draft::chosen() const {
  std::vector<ChosenAnswer> out;
  for (const Question& question : questions) {
    if (const std::string* answer = findAnswer(question)) out.push_back({question.id, *answer});
  }
  return out;
}

std::vector<std::string> adopt(Draft& draft, const TestInfo& info, const std::string& timeZone,
                               const TestContent& test) {
  const std::vector<Question> before = std::exchange(draft.questions, test.questions);
  std::vector<std::string> changed;
  std::map<std::string, std::string> kept;
  for (const Question& question : draft.questions) {
    const bool same = std::find(before.begin(), before.end(), question) != before.end();
    const std::string* answer = draft.findAnswer(question);
    if (same && answer != nullptr && isAnswer(question, *answer)) {
      kept.emplace(question.id, *answer);
    } else if (!same && !before.empty()) {
      changed.push_back(question.id);
    }
  }
  if (before != draft.questions) draft.receipt.clear();
  draft.answers = std::move(kept);
  draft.title = info.title;
  draft.due = info.due;
  draft.timeZone = timeZone;
  draft.questionSet = test.questionSet;
  draft.partial = info.partial;
  draft.attemptsLeft = info.attemptsLeft;
  if (!changed.empty() || draft.position >= draft.questions.size()) draft.position = 0;
  return changed;
}

bool adoptSubmission(Draft& draft, const Submission& submission) {
  if (!draft.receipt.empty() || submission.questionSet != draft.questionSet) return false;
  Draft received = draft;
  received.answers.clear();
  for (const ChosenAnswer& chosen : submission.answers) {
    for (const Question& question : received.questions) {
      if (question.id == chosen.questionId && isAnswer(question, chosen.answer)) {
        received.answers[question.id] = chosen.answer;
      }
    }
  }
  if (received.answers.empty() || received.answers.size() != submission.answers.size()) return false;
  if (!draft.answers.empty() && draft.answers != received.answers) return false;
  draft.answers = std::move(received.answers);
  draft.receipt = submission.receipt.code.empty() ? "sent" : submission.receipt.code;
  return true;
}

std::string draftToText(const Draft& draft) {
  JsonObject answers;
  for (const auto& [question, answer] : draft.answers) answers[question] = answer;
  return writeJsonPretty(JsonObject{{"format", kFormat},
                                    {"studentId", draft.studentId},
                                    {"subject", draft.subject},
                                    {"testId", draft.testId},
                                    {"title", draft.title},
                                    {"timeZone", draft.timeZone},
                                    {"due", draft.due ? Json(formatInstant(*draft.due)) : Json()},
                                    {"questionSet", draft.questionSet},
                                    {"partial", draft.partial},
                                    {"answers", std::move(answers)},
                                    {"position", draft.position},
                                    {"receipt", draft.receipt},
                                    {"questions", questionsToJson(draft.questions)}});
}

std::optional<Draft> draftFromText(std::string_view text) {
  const auto document = parseJson(text);
  if (!document || integerMember(*document, "format") != kFormat) return std::nullopt;
  Draft draft;
  draft.studentId = stringMember(*document, "studentId");
  draft.subject = stringMember(*document, "subject");
  draft.testId = stringMember(*document, "testId");
  if (!isId(draft.studentId) || !isId(draft.subject) || !isId(draft.testId)) return std::nullopt;
  draft.title = stringMember(*document, "title");
  draft.timeZone = stringMember(*document, "timeZone");
  draft.due = parseInstant(stringMember(*document, "due"));
  draft.questionSet = stringMember(*document, "questionSet");
  draft.receipt = stringMember(*document, "receipt");
  draft.partial = boolMember(*document, "partial");
  for (const Json& entry : arrayMember(*document, "questions")) {
    auto question = questionFromJson(entry);
    if (!question) return std::nullopt;
    draft.questions.push_back(*std::move(question));
  }
  for (const Question& question : draft.questions) {
    const Json* answers = findMember(*document, "answers");
    const std::string answer = answers == nullptr ? "" : stringMember(*answers, question.id);
    if (isAnswer(question, answer)) draft.answers.emplace(question.id, answer);
  }
  const auto position = integerMember(*document, "position").value_or(0);
  const bool inside = position > 0 && static_cast<std::size_t>(position) < draft.questions.size();
  draft.position = inside ? static_cast<std::size_t>(position) : 0;
  return draft;
}

fs::path DraftStore::pathOf(const std::string& student, const std::string& subject,
                            const std::string& testId) const {
  return folder_ / student / subject / (testId + ".json");
}

std::optional<Draft> DraftStore::find(const std::string& student, const std::string& subject,
                                      const std::string& testId) const {
  const fs::path path = pathOf(student, subject, testId);
  const auto text = findFile(path);
  if (!text) return std::nullopt;
  auto draft = draftFromText(*text);
  if (!draft || draft->studentId != student || draft->subject != subject || draft->testId != testId) {
    fs::rename(path, path.string() + ".damaged");
    return std::nullopt;
  }
  return draft;
}

void DraftStore::save(const Draft& draft) const {
  replaceFile(pathOf(draft.studentId, draft.subject, draft.testId), draftToText(draft));
}

std::vector<Draft> DraftStore::all(const std::string& student) const {
  std::vector<Draft> drafts;
  const fs::path top = folder_ / student;
  if (!fs::is_directory(top)) return drafts;
  for (const auto& subject : fs::directory_iterator(top)) {
    if (!subject.is_directory()) continue;
    for (const auto& entry : fs::directory_iterator(subject.path())) {
      if (entry.path().extension() != ".json") continue;
      const std::string testId = entry.path().stem().string();
      const std::string subjectId = subject.path().filename().string();
      if (!isId(testId) || !isId(subjectId)) continue;
      if (auto draft = find(student, subjectId, testId)) drafts.push_back(*std::move(draft));
    }
  }
  return drafts;
}

std::optional<FileLock> DraftStore::lock(const Draft& draft) const {
  return FileLock::tryAcquire(pathOf(draft.studentId, draft.subject, draft.testId).string() + ".lock");
}

}  // namespace hearth::homework::client
