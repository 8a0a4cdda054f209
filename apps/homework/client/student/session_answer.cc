// Session: answering a test.
#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/question_flow.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

std::int64_t count(std::size_t n) { return static_cast<std::int64_t>(n); }

Json questionsJson(const Draft& draft) {
  JsonArray questions;
  for (const Question& question : draft.questions) {
    JsonObject shown = questionToJson(question);
    const std::string* answer = draft.findAnswer(question);
    shown["answer"] = answer == nullptr ? Json() : Json(*answer);
    questions.push_back(std::move(shown));
  }
  return JsonObject{{"subject", draft.subject}, {"testId", draft.testId},
                    {"title", draft.title},     {"questionSet", draft.questionSet},
                    {"partial", draft.partial}, {"questions", std::move(questions)}};
}

}  // namespace

Failure Session::closed(const TestInfo& info) {
  const std::string test = info.name();
  if (info.status == "scored") {
    const std::string score = info.score ? scoreText(*info.score, terminal_.style()) : "?";
    return {Exit::kClosed, tell(Text::kTermScoredAlready, {{"score", score}}),
            tell(Text::kTermRunResult, {{"test", test}})};
  }
  if (info.attemptsLeft == 0 && (info.status == "open" || info.status == "received")) {
    return {Exit::kClosed, tell(Text::kTermAttemptsUsed, {{"n", info.attempts}}), ""};
  }
  std::string what = tell(Text::kTermClosedSome);
  if (info.due && *info.due <= clock_.now()) {
    const Style& style = terminal_.style();
    const std::string ago = tellAgo(*info.due, clock_.now(), style.lang);
    what = tell(Text::kTermClosedAt,
                {{"time", when(*info.due)}, {"ago", style.charset == Charset::kAscii ? asciiText(ago) : ago}});
  }
  if (info.status == "done" && info.receivedAt) {
    return {Exit::kClosed, what + " " + tell(Text::kTermReceivedCounts, {{"time", when(*info.receivedAt)}}), ""};
  }
  const auto draft = drafts_.find(api_->account().studentId, info.subject, info.testId);
  if (draft && draft->isUnsent()) what += " " + tell(Text::kTermDraftKept);
  return {Exit::kClosed, what, tell(Text::kTermCanExtend)};
}

Result<FileLock> Session::lock(const Draft& draft) {
  auto held = drafts_.lock(draft);
  if (!held) return Failure{Exit::kUsage, tell(Text::kTermOtherWindow), tell(Text::kTermGoOnThere)};
  return *std::move(held);
}

Result<Draft> Session::openDraft(const TestInfo& info) {
  if (!info.mayBeSubmitted()) return closed(info);
  auto fetched = api_->getTest(info.subject, info.testId);
  if (!fetched.ok()) return explained(fetched.failure());
  const TestContent& test = *fetched;
  const std::string student = api_->account().studentId;
  Draft draft = drafts_.find(student, info.subject, info.testId).value_or(Draft{});
  const bool begun = !draft.answers.empty();
  draft.studentId = student;
  draft.subject = info.subject;
  draft.testId = info.testId;
  const std::string before = draft.questionSet;
  const std::vector<std::string> changed = adopt(draft, info, zone_->name(), test);
  if (!changed.empty()) {
    std::string list;
    for (const std::string& id : changed) list += (list.empty() ? "" : ", ") + clean(id);
    terminal_.note(tell(Text::kTermChanged, {{"n", count(changed.size())}, {"list", list}}));
  } else if (begun && !before.empty() && before != test.questionSet) {
    terminal_.note(tell(Text::kTermChangedGone));
  }
  if (test.submission && adoptSubmission(draft, *test.submission)) {
    const Receipt& receipt = test.submission->receipt;
    const std::string time = receipt.receivedAt ? when(*receipt.receivedAt) : clean(receipt.receivedText);
    if (isId(receipt.code) && !receipt.text.empty()) receipts_.save(receipt.code, receipt.text);
    terminal_.note(begun ? tell(Text::kTermArrivedEarlier, {{"code", clean(draft.receipt)}, {"time", time}})
                         : tell(Text::kTermFromServer, {{"time", time}}));
  }
  if (info.extended && info.due) {
    terminal_.note(tell(Text::kTermExtendedUntil, {{"time", when(*info.due)}, {"zone", zone_->name()}}));
  }
  drafts_.save(draft);
  return draft;
}

// Without a network, a test that was begun can be answered on: the questions are in the draft.
Result<Draft> Session::offlineDraft(const std::string& test, const Failure& failure) {
  if (failure.exit != Exit::kNetwork || !api_) return failure;
  for (Draft& draft : drafts_.all(api_->account().studentId)) {
    if (draft.name() != test && draft.testId != test) continue;
    terminal_.note(failure.what);
    terminal_.note(tell(Text::kTermOffline));
    useZone(draft.timeZone);
    return std::move(draft);
  }
  return failure;
}

Status Session::show(const std::string& test) {
  HOMEWORK_TRY(const auto board, fetchBoard());
  HOMEWORK_TRY(const BoardRow* row, findRow(board, test, terminal_.style()));
  HOMEWORK_TRY(const Draft draft, openDraft(row->info));
  if (output_ == Output::kJson) {
    print(questionsJson(draft));
    return Done{};
  }
  const Style& style = terminal_.style();
  for (const Question& question : draft.questions) {
    terminal_.sayWrapped("[" + clean(question.id) + "] " + cleaned(question.text, style.charset));
    for (const std::string_view line : split(question.code, '\n')) {
      if (!question.code.empty()) terminal_.say(std::string(style.codeMark()) + cleaned(line, style.charset));
    }
    for (const Choice& choice : question.choices) {
      terminal_.sayWrapped(clean(choice.id) + ": " + choiceText(question, choice, style), "    ");
    }
    terminal_.say("");
  }
  return Done{};
}

Status Session::answer(const std::string& test, const std::vector<std::string>& answers) {
  auto draft = [&]() -> Result<Draft> {
    auto board = fetchBoard();
    if (!board.ok()) return offlineDraft(test, board.failure());
    HOMEWORK_TRY(const BoardRow* row, findRow(*board, test, terminal_.style()));
    auto opened = openDraft(row->info);
    return opened.ok() ? std::move(opened) : offlineDraft(row->info.name(), opened.failure());
  }();
  if (!draft.ok()) return draft.failure();
  HOMEWORK_TRY(const FileLock held, lock(*draft));
  if (!answers.empty()) return fill(*draft, answers);
  if (!terminal_.interactive() || output_ == Output::kJson) {
    return Failure{Exit::kUsage, tell(Text::kTermNobodyToAsk),
                   tell(Text::kTermGiveAnswers, {{"test", draft->name()}})};
  }
  return converse(*draft);
}

Status Session::fill(Draft& draft, const std::vector<std::string>& answers) {
  Draft filled = draft;
  for (const std::string& entry : answers) {
    const std::size_t equals = entry.find('=');
    const std::string id(trimmed(std::string_view(entry).substr(0, equals)));
    const std::string typed(equals == std::string::npos ? "" : trimmed(std::string_view(entry).substr(equals + 1)));
    const Question* question = nullptr;
    for (const Question& candidate : filled.questions) {
      if (candidate.id == id) question = &candidate;
    }
    const auto given = question == nullptr ? std::nullopt : readAnswer(*question, typed);
    if (!given) {
      return Failure{Exit::kUsage, tell(Text::kTermBadAnswer, {{"entry", clean(entry)}}),
                     tell(Text::kTermAnswerForm, {{"test", draft.name()}})};
    }
    filled.answer(*question, *given);
  }
  const std::vector<std::size_t> open = filled.openQuestions();
  filled.position = open.empty() ? 0 : open.front();
  drafts_.save(filled);
  draft = std::move(filled);
  if (output_ == Output::kJson) {
    print(questionsJson(draft));
    return Done{};
  }
  terminal_.note(
      tell(Text::kTermSavedNotSent,
           {{"n", count(draft.chosen().size())}, {"max", count(draft.questions.size())}, {"test", draft.name()}}));
  return Done{};
}

Status Session::converse(Draft& draft) {
  const Style& style = terminal_.style();
  terminal_.say("");
  if (!draft.title.empty()) {
    for (const std::string& line : wrapped(clean(draft.title), style.width)) terminal_.say(style.bold(line));
  }
  if (draft.isUnsent()) {
    terminal_.sayWrapped(tell(Text::kTermDraftContinued, {{"n", count(draft.answers.size())}}));
  }
  QuestionFlow flow(terminal_, draft, clock_, *zone_, [&] { drafts_.save(draft); });
  switch (flow.run()) {
    case FlowEnd::kSubmit:
      return send(draft);
    case FlowEnd::kQuit:
      terminal_.sayWrapped(
          tell(draft.isUnsent() || draft.answers.empty() ? Text::kTermSavedQuit : Text::kTermLeftAsReceived));
      return Done{};
    case FlowEnd::kInterrupted:
      break;
  }
  return Failure{Exit::kInterrupted, tell(Text::kTermSafeNothingSent, {{"n", count(draft.answers.size())}}),
                 tell(Text::kTermRunToGoOn)};
}

}  // namespace hearth::homework::client
