// Session: answering a test, sending the answers, keeping the receipt.
#include <array>
#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/question_flow.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

using std::chrono::milliseconds;

// Before the second and the third try.
constexpr std::array<milliseconds, 2> kWaits = {milliseconds(500), milliseconds(2000)};

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string listed(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

// `5c0e91ab...` in groups of four, the first four groups: enough to compare by eye.
std::string shortHash(const std::string& hash) {
  std::string out;
  for (std::size_t i = 0; i < hash.size() && i < 16; i += 4) out += (i == 0 ? "" : " ") + hash.substr(i, 4);
  return out;
}

Json questionsJson(const Draft& draft) {
  JsonArray questions;
  for (const Question& question : draft.questions) {
    JsonArray choices;
    for (const Choice& choice : question.choices) {
      choices.push_back(JsonObject{{"answerId", choice.id}, {"answerBody", choice.text}});
    }
    const std::string* answer = draft.findAnswer(question);
    questions.push_back(JsonObject{{"questionId", question.id},
                                   {"question", question.text},
                                   {"answers", std::move(choices)},
                                   {"answer", answer == nullptr ? Json() : Json(*answer)}});
  }
  return JsonObject{{"subject", draft.subject},
                    {"testId", draft.testId},
                    {"title", draft.title},
                    {"questionSet", draft.questionSet},
                    {"questions", std::move(questions)}};
}

Json receiptJson(const Receipt& receipt, const std::string& savedTo) {
  return JsonObject{{"code", receipt.code},
                    {"receivedAt", receipt.receivedAt ? Json(formatInstant(*receipt.receivedAt)) : Json()},
                    {"late", receipt.late},
                    {"answered", receipt.answered},
                    {"questions", receipt.questions},
                    {"answersSha256", receipt.answersSha256},
                    {"savedTo", savedTo}};
}

}  // namespace

Failure Session::closed(const TestInfo& info) {
  if (info.status == "scored" || info.status == "done") {
    return {Exit::kClosed,
            "This test can no longer be changed: your answers were received" +
                std::string(info.status == "scored" ? " and scored." : "."),
            ""};
  }
  std::string what = "This test closed";
  if (info.due) {
    what += " " + zone_->tell(*info.due, clock_.now()) + " (" + tellDistance(*info.due, clock_.now()) + ")";
  }
  return {Exit::kClosed, what + ". A draft is kept.", "Your trainer can extend the time for you."};
}

// The draft of this computer, brought up to date with the questions that are published now.
Result<Draft> Session::openDraft(const TestInfo& info) {
  if (!info.mayBeSubmitted()) return closed(info);
  auto test = api_->getTest(info.subject, info.testId);
  if (!test.ok()) return test.failure();
  const std::string& student = api_->account().studentId;
  auto found = drafts_.find(student, info.subject, info.testId);
  Draft draft = found ? *std::move(found) : Draft{};
  draft.studentId = student;
  draft.subject = info.subject;
  draft.testId = info.testId;
  const std::vector<std::string> changed = adopt(draft, info, zone_->name(), *test);
  if (!changed.empty()) {
    terminal_.note("The trainer changed this test. Please look again at question " + clean(listed(changed)) +
                   "; your other answers are kept.");
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
    terminal_.note("Going on with the draft on this computer.");
    zone_.reset();
    zone_ = std::make_unique<Zone>(draft.timeZone);
    return std::move(draft);
  }
  return failure;
}

Status Session::show(const std::string& test) {
  HOMEWORK_TRY(const auto board, fetchBoard());
  HOMEWORK_TRY(const BoardRow* row, findRow(board, test));
  HOMEWORK_TRY(const Draft draft, openDraft(row->info));
  if (output_ == Output::kJson) {
    terminal_.say(trimmed(writeJsonPretty(questionsJson(draft))));
    return Done{};
  }
  const Style& style = terminal_.style();
  for (const Question& question : draft.questions) {
    terminal_.sayWrapped("[" + clean(question.id) + "] " + cleaned(question.text, style.charset));
    for (const Choice& choice : question.choices) {
      terminal_.sayWrapped(clean(choice.id) + ": " + cleaned(choice.text, style.charset), "    ");
    }
    terminal_.say("");
  }
  return Done{};
}

Status Session::answer(const std::string& test, const std::vector<std::string>& answers) {
  auto draft = [&]() -> Result<Draft> {
    auto board = fetchBoard();
    if (!board.ok()) return offlineDraft(test, board.failure());
    HOMEWORK_TRY(const BoardRow* row, findRow(*board, test));
    return openDraft(row->info);
  }();
  if (!draft.ok()) return draft.failure();
  const auto lock = drafts_.lock(*draft);
  if (!lock)
    return Failure{Exit::kUsage, "This test is being answered in another window.", "Go on there, or close it."};
  if (!answers.empty()) return fill(*draft, answers);
  if (!terminal_.interactive() || output_ == Output::kJson) {
    return Failure{Exit::kUsage, "There is nobody to ask.",
                   "Give answers with  homework do " + draft->name() +
                       " --answer 1=a --answer 2=c , read the questions "
                       "with  homework show " +
                       draft->name() + " , or run this in a terminal."};
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
    const Choice* choice = question == nullptr ? nullptr : findChoice(*question, typed);
    if (choice == nullptr) {
      return Failure{
          Exit::kUsage, "\"" + clean(entry) + "\" is not an answer to a question of this test.",
          "Nothing was saved. The form is QUESTION=ANSWER, as  homework show " + draft.name() + "  has them."};
    }
    filled.answer(*question, choice->id);
  }
  const std::vector<std::size_t> open = filled.openQuestions();
  filled.position = open.empty() ? 0 : open.front();
  drafts_.save(filled);
  terminal_.note("Saved: " + std::to_string(filled.chosen().size()) + " of " +
                 std::to_string(filled.questions.size()) + " answered. Not sent yet: run  homework submit " +
                 filled.name());
  draft = std::move(filled);
  return Done{};
}

Status Session::converse(Draft& draft) {
  const Style& style = terminal_.style();
  terminal_.say("");
  if (!draft.title.empty()) terminal_.say(style.bold(clean(draft.title)));
  if (!draft.answers.empty() && draft.receipt.empty()) {
    terminal_.sayWrapped("Your draft with " + counted(draft.answers.size(), "answer", "answers") +
                         " is continued.");
  }
  QuestionFlow flow(terminal_, draft, clock_, *zone_, [&] { drafts_.save(draft); });
  switch (flow.run()) {
    case FlowEnd::kSubmit:
      return send(draft);
    case FlowEnd::kQuit:
      terminal_.sayWrapped("Saved, not sent. Run  homework  to go on.");
      return Done{};
    case FlowEnd::kInterrupted:
      break;
  }
  return Failure{Exit::kInterrupted,
                 "Your " + counted(draft.answers.size(), "answer is", "answers are") + " safe. Nothing was sent.",
                 "Run  homework  to go on."};
}

Result<Receipt> Session::sendWithRetries(const Draft& draft) {
  for (std::size_t tries = 0;; ++tries) {
    auto receipt = api_->submit(draft.subject, draft.testId, draft.questionSet, draft.chosen());
    if (receipt.ok() || receipt.failure().exit != Exit::kNetwork || tries == kWaits.size()) return receipt;
    if (!terminal_.pause(kWaits[tries])) return Failure{Exit::kInterrupted, "Interrupted while sending.", ""};
  }
}

Failure Session::explainSendFailure(const Draft& draft, const Failure& failure) {
  const std::string safe = "Your " + counted(draft.answers.size(), "answer is", "answers are") + " safe in " +
                           shownPath(drafts_.pathOf(draft.studentId, draft.subject, draft.testId), folders_.home) +
                           ".";
  std::string left;
  if (draft.due && *draft.due >= clock_.now())
    left = "The deadline is " + tellDistance(*draft.due, clock_.now()) + ". ";
  switch (failure.exit) {
    case Exit::kNetwork:
      return {Exit::kNetwork,
              "Could not send (" + failure.what + ", " + std::to_string(kWaits.size() + 1) + " tries).\n" + safe,
              left + "Run  homework submit  when you are online again, or  homework doctor  to look closer."};
    case Exit::kInterrupted:
      return {Exit::kInterrupted, "Interrupted: it is not known whether the answers arrived.\n" + safe,
              "Run  homework submit  again; sending the same answers twice does no harm."};
    case Exit::kClosed:
      return {Exit::kClosed, failure.what + "\n" + safe, failure.hint};
    default:
      return {failure.exit, failure.what + "\n" + safe, failure.hint};
  }
}

Status Session::send(Draft& draft) {
  terminal_.note("Submitting...");
  auto receipt = sendWithRetries(draft);
  if (!receipt.ok()) return explainSendFailure(draft, receipt.failure());
  return keepReceipt(draft, *receipt);
}

Status Session::keepReceipt(Draft& draft, const Receipt& receipt) {
  std::string savedTo;
  if (isId(receipt.code)) {
    const auto path = folders_.data / "receipts" / (receipt.code + ".txt");
    replaceFile(path, receipt.text.empty() ? receipt.code + "\n" : receipt.text);
    savedTo = shownPath(path, folders_.home);
  }
  draft.receipt = receipt.code.empty() ? "sent" : receipt.code;
  drafts_.save(draft);
  if (output_ == Output::kJson) {
    terminal_.say(trimmed(writeJsonPretty(JsonObject{{"receipt", receiptJson(receipt, savedTo)}})));
  } else {
    showReceipt(receipt, savedTo);
  }
  return Done{};
}

void Session::showReceipt(const Receipt& receipt, const std::string& savedTo) {
  const Style& style = terminal_.style();
  terminal_.say("Received.");
  if (receipt.code.empty()) return;
  terminal_.say("");
  terminal_.say("Receipt   " + style.bold(clean(receipt.code)));
  std::string when = receipt.receivedText;
  if (when.empty() && receipt.receivedAt) when = zone_->tellExactly(*receipt.receivedAt);
  std::string distance;
  if (receipt.due && receipt.receivedAt) {
    const bool early = *receipt.due >= *receipt.receivedAt;
    const auto gap = early ? *receipt.due - *receipt.receivedAt : *receipt.receivedAt - *receipt.due;
    distance = " (" + tellDuration(gap) + (early ? " before" : " after") + " the deadline)";
  }
  const std::string zone = receipt.timeZone.empty() ? zone_->name() : receipt.timeZone;
  terminal_.sayWrapped("Received  " + clean(when) + " " + clean(zone) + distance);
  if (receipt.late) terminal_.say(style.warning("Late      It arrived after the deadline and is marked so."));
  std::string answers = "Answers   " + std::to_string(receipt.answered);
  if (receipt.questions > 0) answers += " of " + std::to_string(receipt.questions);
  if (!receipt.answersSha256.empty()) {
    answers += std::string(style.separator()) + "sha256 " + clean(shortHash(receipt.answersSha256));
  }
  terminal_.sayWrapped(answers);
  if (!savedTo.empty()) terminal_.say("Saved to  " + savedTo);
  if (receipt.due && !receipt.late) {
    terminal_.sayWrapped("You may submit again until " + zone_->tell(*receipt.due, clock_.now()) +
                         "; the last one counts. Scores are mailed after the deadline.");
  }
}

Status Session::submit(const std::string& test, Consent consent) {
  HOMEWORK_CHECK(signIn());
  std::vector<Draft> waiting;
  for (Draft& draft : drafts_.all(api_->account().studentId)) {
    const bool named = draft.name() == test || draft.testId == test;
    const bool unsent = draft.receipt.empty() && !draft.answers.empty();
    if (test.empty() ? unsent : named) waiting.push_back(std::move(draft));
  }
  if (waiting.empty()) {
    return Failure{
        Exit::kUsage,
        test.empty() ? "There is no draft that waits to be sent." : "There is no draft of " + clean(test) + ".",
        "Run  homework do TEST  to answer a test."};
  }
  if (waiting.size() > 1) {
    std::vector<std::string> names;
    for (const Draft& draft : waiting) names.push_back(draft.name());
    return Failure{Exit::kUsage, "More than one draft fits: " + listed(names) + ".",
                   "Say which:  homework submit TEST"};
  }
  Draft& draft = waiting.front();
  zone_.reset();
  zone_ = std::make_unique<Zone>(draft.timeZone);
  const auto lock = drafts_.lock(draft);
  if (!lock)
    return Failure{Exit::kUsage, "This test is being answered in another window.", "Go on there, or close it."};
  if (draft.answers.empty())
    return Failure{Exit::kUsage, "The draft of " + draft.name() + " has no answer yet.", ""};
  const std::size_t open = draft.openQuestions().size();
  if (consent == Consent::kAsk) {
    if (!terminal_.interactive()) {
      return Failure{Exit::kUsage, "There is nobody to confirm.",
                     "Use  homework submit " + draft.name() + " --yes"};
    }
    const std::string count = counted(draft.answers.size(), "answer", "answers");
    const Reply reply = terminal_.ask("Submit " + count + " to " + draft.name() +
                                      (open > 0 ? ", " + std::to_string(open) + " open? [y/N] " : "? [Y/n] "));
    const std::string typed = lowered(reply.text);
    if (reply.kind != ReplyKind::kLine) return Failure{Exit::kInterrupted, "Nothing was sent.", ""};
    if (!(typed == "y" || typed == "yes" || (typed.empty() && open == 0))) {
      terminal_.say("Nothing was sent.");
      return Done{};
    }
  }
  return send(draft);
}

Status Session::receipt(const std::string& code) {
  const auto folder = folders_.data / "receipts";
  if (!code.empty()) {
    const auto text = isId(code) ? findFile(folder / (code + ".txt")) : std::nullopt;
    if (!text)
      return Failure{Exit::kUsage, "There is no receipt " + clean(code) + " on this computer.",
                     "Run  homework receipt"};
    terminal_.say(trimmed(cleaned(*text, terminal_.style().charset)));
    return Done{};
  }
  JsonArray codes;
  if (std::filesystem::is_directory(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().stem().string();
      if (entry.path().extension() == ".txt" && isId(name)) codes.push_back(Json(name));
    }
  }
  if (output_ == Output::kJson) {
    terminal_.say(trimmed(writeJsonPretty(JsonObject{{"receipts", std::move(codes)}})));
    return Done{};
  }
  for (const Json& name : codes) terminal_.say(name.as_string());
  if (codes.empty()) terminal_.note("There are no receipts on this computer yet.");
  return Done{};
}

}  // namespace hearth::homework::client
