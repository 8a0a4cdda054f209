// Session: sending the answers, and the receipt.
#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/question_flow.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

std::int64_t count(std::size_t n) { return static_cast<std::int64_t>(n); }

// `5c0e91ab...` in groups of four, the first four groups: enough to compare by eye.
std::string shortHash(const std::string& hash) {
  std::string out;
  for (std::size_t i = 0; i < hash.size() && i < 16; i += 4) out += (i == 0 ? "" : " ") + hash.substr(i, 4);
  return out;
}

Json receiptJson(const Receipt& receipt, const std::string& savedTo, ReceiptCheck checked) {
  return JsonObject{{"code", receipt.code},
                    {"receivedAt", receipt.receivedAt ? Json(formatInstant(*receipt.receivedAt)) : Json()},
                    {"late", receipt.late},
                    {"answered", receipt.answered},
                    {"questions", receipt.questions},
                    {"answersSha256", receipt.answersSha256},
                    {"signature", std::string(checkName(checked))},
                    {"savedTo", savedTo}};
}

}  // namespace

Result<Draft> Session::draftToSend(const std::string& test) {
  std::vector<Draft> waiting;
  for (Draft& draft : drafts_.all(api_->account().studentId)) {
    const bool named = draft.name() == test || draft.testId == test;
    if (test.empty() ? draft.isUnsent() : named) waiting.push_back(std::move(draft));
  }
  if (waiting.size() == 1) return std::move(waiting.front());
  if (waiting.empty() && test.empty()) {
    return Failure{Exit::kUsage, tell(Text::kTermNoDraftWaits), tell(Text::kTermSeeTests)};
  }
  if (waiting.empty()) {
    return Failure{Exit::kUsage, tell(Text::kTermNoDraftOf, {{"test", clean(test)}}),
                   tell(Text::kTermRunDo, {{"test", clean(test)}})};
  }
  std::string names;
  for (const Draft& draft : waiting) names += (names.empty() ? "" : ", ") + draft.name();
  return Failure{Exit::kUsage, tell(Text::kTermManyDrafts, {{"names", names}}),
                 tell(Text::kTermSayWhich, {{"test", waiting.front().name()}})};
}

// What the server says now about the test of a draft; nothing when it cannot be asked.
std::optional<TestInfo> Session::lookUp(const Draft& draft) {
  auto list = fetchList();
  if (!list.ok()) return std::nullopt;
  for (TestInfo& info : list->tests) {
    if (info.subject == draft.subject && info.testId == draft.testId) return std::move(info);
  }
  return std::nullopt;
}

// Asks the server first, so that nothing is promised that it would refuse. Without a network sending is tried all
// the same, and tells.
Status Session::checkBeforeSending(Draft& draft) {
  const auto info = lookUp(draft);
  if (!info) return Done{};
  if (!info->mayBeSubmitted()) {
    const Failure why = closed(*info);
    return Failure{why.exit, why.what + "\n" + safeText(draft), why.hint};
  }
  if (!info->questionSet.empty() && info->questionSet != draft.questionSet) {
    HOMEWORK_TRY(draft, openDraft(*info));
    return Failure{Exit::kRejected, tell(Text::kTermChangedNotSent),
                   tell(Text::kTermChangedLook, {{"test", draft.name()}})};
  }
  draft.due = info->due;
  draft.attemptsLeft = info->attemptsLeft;
  drafts_.save(draft);
  return Done{};
}

Status Session::confirmSending(const Draft& draft) {
  if (!terminal_.interactive()) {
    return Failure{Exit::kUsage, tell(Text::kTermNobodyToConfirm),
                   tell(Text::kTermUseYes, {{"test", draft.name()}})};
  }
  const std::size_t given = draft.chosen().size();
  const std::size_t open = draft.questions.size() - given;
  terminal_.sayWrapped(tell(Text::kTermSendingTest,
                            {{"test", draft.name()}, {"n", count(given)}, {"max", count(draft.questions.size())}}));
  std::string list;
  for (const std::size_t position : draft.openQuestions()) {
    list += (list.empty() ? "" : ", ") + std::to_string(position + 1);
  }
  const Reply reply =
      terminal_.askWrapped(open > 0 ? tell(Text::kTermSubmitAnyway, {{"n", count(open)}, {"list", list}})
                                    : tell(Text::kTermSubmitThese, {{"n", count(given)}}));
  if (reply.kind != ReplyKind::kLine) return Failure{Exit::kInterrupted, tell(Text::kTermNothingSent), ""};
  if (saysYes(reply, terminal_.style(), open == 0)) return Done{};
  terminal_.say(tell(Text::kTermNothingSent));
  return Failure{Exit::kOk, "", ""};
}

Status Session::submit(const std::string& test, Consent consent) {
  HOMEWORK_CHECK(signIn());
  HOMEWORK_TRY(Draft draft, draftToSend(test));
  useZone(draft.timeZone);
  HOMEWORK_TRY(const FileLock held, lock(draft));
  if (draft.answers.empty()) {
    return Failure{Exit::kUsage, tell(Text::kTermNoAnswerYet, {{"test", draft.name()}}),
                   tell(Text::kTermRunDo, {{"test", draft.name()}})};
  }
  HOMEWORK_CHECK(checkBeforeSending(draft));
  if (consent == Consent::kAsk) {
    const Status confirmed = confirmSending(draft);
    if (!confirmed.ok()) return confirmed.failure().exit == Exit::kOk ? Status(Done{}) : confirmed;
  }
  return send(draft);
}

Failure Session::explainSendFailure(const Draft& draft, const Sent& sent) {
  const Failure& failure = sent.receipt.failure();
  const std::string safe = "\n" + safeText(draft);
  if (failure.exit == Exit::kInterrupted) {
    if (!sent.mayHaveArrived) return {Exit::kInterrupted, tell(Text::kTermInterruptedBefore) + safe, ""};
    return {Exit::kInterrupted, tell(Text::kTermInterruptedSending) + safe,
            tell(Text::kTermSendAgainSafe) + " " + tell(Text::kTermRunSubmitAgain)};
  }
  if (failure.exit == Exit::kNetwork) {
    std::string what = tell(sent.mayHaveArrived ? Text::kTermNoReceipt : Text::kTermUnreachableTries,
                            {{"reason", failure.what}, {"n", count(sent.tries)}});
    if (sent.mayHaveArrived) what += "\n" + tell(Text::kTermSendAgainSafe);
    std::string next;
    if (draft.due && !clock_.known()) {  // nobody has told the time
      next = tell(Text::kTermDeadlineIs,
                  {{"time", zone_->tellMinute(*draft.due, terminal_.style().lang) + " (" + zone_->name() + ")"}}) +
             " ";
    } else if (draft.due) {
      const bool left = *draft.due >= clock_.now();
      next = tell(left ? Text::kTermDeadlineIs : Text::kTermDeadlineWas, {{"time", distance(*draft.due)}}) + " ";
    }
    return {Exit::kNetwork, what + safe, next + tell(Text::kTermRunSubmit)};
  }
  if (failure.status == 409 || failure.status == 410 || failure.status == 429) {
    if (const auto info = lookUp(draft)) {
      if (!info->mayBeSubmitted()) {
        const Failure now = closed(*info);
        return {now.exit, now.what + safe, now.hint};
      }
      if (failure.status == 409 && info->questionSet != draft.questionSet) {
        return {Exit::kRejected, tell(Text::kTermChangedNotSent) + safe,
                tell(Text::kTermChangedLook, {{"test", draft.name()}})};
      }
    }
  }
  return {failure.exit, failure.what + safe, failure.hint};
}

Status Session::send(Draft& draft) {
  terminal_.mutter(tell(Text::kTermSubmitting) + " ");
  bool lineIsOpen = true;
  const auto endLine = [&] {
    if (std::exchange(lineIsOpen, false)) terminal_.mutter("\n");
  };
  const Sent sent =
      sendDraft(*api_, draft, terminal_, clock_, [&](const Failure& failure, std::chrono::milliseconds) {
        endLine();
        terminal_.note(tell(Text::kTermTryAgain, {{"reason", failure.what}}));
      });
  if (!sent.receipt.ok()) {
    endLine();
    return explainSendFailure(draft, sent);
  }
  terminal_.mutter(tell(Text::kTermIsReceived) + "\n");
  return keepReceipt(draft, *sent.receipt);
}

// Asks for the course's keys when the receipt names one that is not known yet.
CheckedReceipt Session::check(const std::string& text) {
  CheckedReceipt checked = checkReceipt(text, memory_.receiptKeys);
  if (checked.check != ReceiptCheck::kUnknownKey || !api_ || !fetchList().ok()) return checked;
  return checkReceipt(text, memory_.receiptKeys);
}

Status Session::keepReceipt(Draft& draft, const Receipt& receipt) {
  std::string savedTo;
  const bool fit = isReceiptText(receipt.text);
  if (isId(receipt.code) && (fit || receipt.text.empty())) {
    const auto path = receipts_.save(receipt.code, fit ? receipt.text : receipt.code + "\n");
    savedTo = shownPath(path, folders_.home);
  } else if (!receipt.text.empty() || !receipt.code.empty()) {
    terminal_.note(tell(Text::kTermReceiptUnfit));
  }
  draft.receipt = receipt.code.empty() ? "sent" : receipt.code;
  drafts_.save(draft);
  const CheckedReceipt checked = check(receipt.text);
  if (checked.check == ReceiptCheck::kForged) terminal_.note(tell(Text::kTermSignatureBad));
  if (output_ == Output::kJson) {
    print(JsonObject{{"receipt", receiptJson(receipt, savedTo, checked.check)}});
  } else {
    tellReceipt(draft, receipt, savedTo, checked.check);
  }
  return Done{};
}

void Session::tellReceipt(const Draft& draft, const Receipt& receipt, const std::string& savedTo,
                          ReceiptCheck checked) {
  if (receipt.code.empty()) return;
  const Style& style = terminal_.style();
  const auto fact = [&](Text label, const std::string& value) {
    const std::string head = fitted(tell(label), style.lang == Lang::kPl ? 14 : 10);
    std::vector<std::string> lines = wrapped(value, style.width, std::string(columns(head), ' '));
    if (lines.empty()) return;
    lines[0].replace(0, columns(head), head);
    for (const std::string& line : lines) terminal_.say(line);
  };
  terminal_.say("");
  std::string code = clean(receipt.code);
  if (checked == ReceiptCheck::kGenuine) code += std::string(style.separator()) + tell(Text::kTermSignatureGood);
  fact(Text::kTermReceipt, code);
  std::string received = receipt.receivedText;
  if (receipt.receivedAt && (received.empty() || style.lang != Lang::kEn)) {
    received = zone_->tellExactly(*receipt.receivedAt, style.lang);
  }
  received = clean(received) + " " + clean(receipt.timeZone.empty() ? zone_->name() : receipt.timeZone);
  if (style.charset == Charset::kAscii) received = asciiText(received);
  if (receipt.due && receipt.receivedAt) {
    const bool early = *receipt.due >= *receipt.receivedAt;
    const auto gap = early ? *receipt.due - *receipt.receivedAt : *receipt.receivedAt - *receipt.due;
    received +=
        " (" + tell(early ? Text::kTermBefore : Text::kTermAfter, {{"time", tellDuration(gap, style.lang)}}) + ")";
  }
  fact(Text::kTermReceiptReceived, received);
  if (receipt.late) fact(Text::kTermReceiptLate, tell(Text::kTermIsLate));
  std::string answers = std::to_string(receipt.answered);
  if (receipt.questions > 0) {
    answers = tell(Text::kTermScore, {{"n", count(receipt.answered)}, {"max", count(receipt.questions)}});
  }
  if (!receipt.answersSha256.empty()) {
    answers += std::string(style.separator()) + "sha256 " + clean(shortHash(receipt.answersSha256));
    answers += style.charset == Charset::kUtf8 && !style.accessible ? " …" : " ...";
  }
  fact(Text::kTermReceiptAnswers, answers);
  if (!savedTo.empty()) fact(Text::kTermReceiptSaved, clean(savedTo));
  tellWhatNext(draft, receipt);
}

void Session::tellWhatNext(const Draft& draft, const Receipt& receipt) {
  const Instant now = clock_.now();
  const std::optional<Instant> due = receipt.due ? receipt.due : draft.due;
  std::string next;
  if (due && *due > now) {
    const std::string until = zone_->sameDay(*due, now) ? zone_->tellClock(*due) : when(*due);
    next = tell(Text::kTermMayAgain, {{"time", until}}) + " ";
    if (draft.attemptsLeft) {
      // Only the server knows whether this was an attempt of its own or the same answers again.
      const auto info = lookUp(draft);
      const std::int64_t left = info && info->attemptsLeft ? *info->attemptsLeft : *draft.attemptsLeft - 1;
      next = left <= 0 ? tell(Text::kTermMayNotAgain) + " "
                       : tell(Text::kTermMayAgainTimes, {{"n", left}, {"time", until}}) + " ";
    }
  }
  terminal_.sayWrapped(next + tell(Text::kTermScoresMailed));
}

}  // namespace hearth::homework::client
