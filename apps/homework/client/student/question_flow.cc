#include "homework/client/student/question_flow.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

std::int64_t count(std::size_t n) { return static_cast<std::int64_t>(n); }

std::optional<std::size_t> numberIn(std::string_view text) {
  text = trimmed(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// How a command has to be typed: as it is, or behind a colon where it could be an answer of this question.
std::string spelled(const Question& question, std::string_view command) {
  const bool ambiguous = question.type == QuestionType::kText || readAnswer(question, command).has_value();
  return (ambiguous ? ":" : "") + std::string(command);
}

// "3", "1 and 3", "1, 2 and 5"
std::string joined(const std::vector<std::size_t>& positions, const Style& style) {
  std::string out;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i > 0) out += i + 1 == positions.size() ? " " + style.tell(Text::kTermAnd) + " " : ", ";
    out += std::to_string(positions[i] + 1);
  }
  return out;
}

bool sameWorth(const std::vector<Question>& questions) {
  return std::all_of(questions.begin(), questions.end(), [](const Question& q) { return q.points == 1; });
}

// What is typed for an answer, without the second colon of a text that begins with one.
std::string_view answerPart(const Question& question, std::string_view typed) {
  if (question.type == QuestionType::kText && typed.starts_with("::")) typed.remove_prefix(1);
  return typed;
}

}  // namespace

bool saysYes(const Reply& reply, const Style& style, bool otherwise) {
  if (reply.kind != ReplyKind::kLine) return false;
  const std::string typed = lowered(reply.text);
  if (typed.empty()) return otherwise;
  return typed == "y" || typed == "yes" || (style.lang == Lang::kPl && (typed == "t" || typed == "tak"));
}

QuestionFlow::QuestionFlow(Dialogue& dialogue, Draft& draft, const ServerClock& clock, const Zone& zone,
                           std::function<void()> save)
    : dialogue_(dialogue), draft_(draft), clock_(clock), zone_(zone), save_(std::move(save)) {}

FlowEnd QuestionFlow::run() {
  Step step = draft_.openQuestions().empty() ? Step::kReview : Step::kQuestion;
  for (;;) {
    switch (step) {
      case Step::kQuestion:
        step = askQuestion();
        break;
      case Step::kReview:
        step = review();
        break;
      case Step::kSubmit:
        return FlowEnd::kSubmit;
      case Step::kQuit:
        return FlowEnd::kQuit;
      case Step::kInterrupted:
        return FlowEnd::kInterrupted;
    }
  }
}

std::string QuestionFlow::dueText() const {
  if (!draft_.due) return {};
  const Style& style = dialogue_.style();
  const Instant now = clock_.now();
  // Without a server nobody knows how much time is left.
  const std::string time = clock_.known() ? tellDistance(*draft_.due, now, style.lang)
                                          : zone_.tellMinute(*draft_.due, style.lang) + " (" + zone_.name() + ")";
  const bool over = clock_.known() && *draft_.due < now;
  return std::string(style.separator()) + style.tell(over ? Text::kTermWasDue : Text::kTermDue, {{"time", time}});
}

void QuestionFlow::showQuestion(const Question& question) {
  const Style& style = dialogue_.style();
  const std::string dot(style.separator());
  std::string head =
      style.tell(Text::kTermQuestion, {{"i", count(draft_.position + 1)}, {"n", count(draft_.questions.size())}});
  if (!sameWorth(draft_.questions)) {
    head += dot + style.tell(Text::kTermWorth, {{"n", std::int64_t{question.points}}});
  }
  head += dot + draft_.name() + dot + style.tell(Text::kTermAnswered, {{"n", count(draft_.chosen().size())}});
  head += dueText();
  dialogue_.say("");
  for (const std::string& line : wrapped(head, style.width)) dialogue_.say(style.bold(line));
  dialogue_.say("");
  dialogue_.sayWrapped(cleaned(question.text, style.charset), "  ");
  if (!question.code.empty()) {
    dialogue_.say("");
    const std::string code = cleaned(question.code, style.charset);
    const std::size_t end = code.find_last_not_of('\n') + 1;
    for (const std::string_view line : split(std::string_view(code).substr(0, end), '\n')) {
      dialogue_.say(std::string(style.codeMark()) + std::string(line));
    }
  }
  if (question.hasChoices()) dialogue_.say("");
  std::size_t widest = 1;
  for (const Choice& choice : question.choices) {
    widest = std::max(widest, columns(choiceLabel(question, choice, style)));
  }
  for (const Choice& choice : question.choices) {
    const std::string indent(4 + widest + 2, ' ');
    const bool named = question.type == QuestionType::kTrueFalse && trimmed(choice.text).empty();
    const std::string body = named ? choiceText(question, choice, style) : cleaned(choice.text, style.charset);
    std::vector<std::string> lines = wrapped(body, style.width, indent);
    if (lines.empty()) lines.push_back(indent);
    lines[0].replace(0, indent.size(), "    " + fitted(choiceLabel(question, choice, style), widest) + "  ");
    for (const std::string& line : lines) dialogue_.say(line);
  }
  dialogue_.say("");
  if (question.type == QuestionType::kMultiple && draft_.partial) {
    dialogue_.sayWrapped(style.tell(Text::kSharedPartialRule));
  }
  showKeys(question);
}

void QuestionFlow::showKeys(const Question& question) {
  const Style& style = dialogue_.style();
  std::string ask;
  switch (question.type) {
    case QuestionType::kMultiple:
      ask = style.tell(Text::kTermAskSome,
                       {{"range", answerRange(question, style)}, {"example", exampleOf(question, style)}});
      break;
    case QuestionType::kText:
      ask = style.tell(Text::kTermAskText);
      break;
    case QuestionType::kNumber:
      ask = style.tell(Text::kTermAskNumber);
      break;
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse:
      ask = style.tell(Text::kTermAskOne, {{"range", answerRange(question, style)}});
  }
  const bool answered = draft_.findAnswer(question) != nullptr;
  std::string keys =
      style.tell(answered ? Text::kTermKeysKeep : Text::kTermKeysOpen, {{"ask", ask},
                                                                        {"c", spelled(question, "-")},
                                                                        {"p", spelled(question, "p")},
                                                                        {"g", spelled(question, "g")},
                                                                        {"r", spelled(question, "r")},
                                                                        {"h", spelled(question, "?")},
                                                                        {"q", spelled(question, "q")}});
  dialogue_.sayWrapped(keys);
}

QuestionFlow::Step QuestionFlow::moveTo(std::size_t position) {
  if (position >= draft_.questions.size()) return Step::kReview;
  draft_.position = position;
  save_();
  return Step::kQuestion;
}

QuestionFlow::Step QuestionFlow::goOn() const {
  return position_ < draft_.questions.size() ? Step::kQuestion : Step::kReview;
}

QuestionFlow::Step QuestionFlow::askQuestion() {
  const Question& question = draft_.questions[draft_.position];
  const Style& style = dialogue_.style();
  showQuestion(question);
  for (;;) {
    const std::string* current = draft_.findAnswer(question);
    const Reply reply =
        dialogue_.askWrapped(current == nullptr ? style.tell(Text::kTermYourAnswer)
                                                : style.tell(Text::kTermYourAnswerNow,
                                                             {{"answer", answerLabel(question, *current, style)}}));
    if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
    if (reply.text.empty()) return moveTo(draft_.position + 1);
    // A text may be anything; only a colon makes a command of it.
    const bool anything = question.type == QuestionType::kText && reply.text.starts_with(':');
    if (!anything && storeAnswer(question, reply.text)) return goOn();
    if (question.type != QuestionType::kText || anything) {
      if (const auto step = onCommand(question, reply.text)) return *step;
    }
    if (anything && storeAnswer(question, reply.text)) return goOn();
    sayNoAnswer(question);
  }
}

void QuestionFlow::sayNoAnswer(const Question& question) {
  const Style& style = dialogue_.style();
  const std::string help = spelled(question, "?");
  switch (question.type) {
    case QuestionType::kMultiple:
      dialogue_.sayWrapped(style.tell(
          Text::kTermNotSome,
          {{"range", answerRange(question, style)}, {"example", exampleOf(question, style)}, {"h", help}}));
      break;
    case QuestionType::kText:
      dialogue_.sayWrapped(style.tell(Text::kTermTextTooLong));
      break;
    case QuestionType::kNumber:
      dialogue_.sayWrapped(style.tell(Text::kTermNotANumber, {{"h", help}}));
      break;
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse:
      dialogue_.sayWrapped(
          style.tell(Text::kTermNotAnAnswer, {{"range", answerRange(question, style)}, {"h", help}}));
  }
}

bool QuestionFlow::storeAnswer(const Question& question, const std::string& typed) {
  const auto answer = readAnswer(question, answerPart(question, typed));
  if (!answer) return false;
  draft_.answer(question, *answer);
  position_ = draft_.position + 1;
  // With the answer, so that whoever is cut off here goes on with the next question.
  if (position_ < draft_.questions.size()) draft_.position = position_;
  save_();
  dialogue_.say(dialogue_.style().tell(Text::kTermSaved));
  return true;
}

void QuestionFlow::showHelp(const Question& question) {
  const Style& style = dialogue_.style();
  dialogue_.say("");
  dialogue_.sayWrapped(
      style.tell(question.type == QuestionType::kText ? Text::kTermHelpText : Text::kTermHelpChoice));
  dialogue_.sayWrapped(style.tell(Text::kTermHelp));
}

std::optional<QuestionFlow::Step> QuestionFlow::onCommand(const Question& question, const std::string& typed) {
  const Style& style = dialogue_.style();
  std::string command = lowered(typed);
  if (command.starts_with(':')) command.erase(0, 1);
  if (command == "p" || command == "previous") return moveTo(draft_.position == 0 ? 0 : draft_.position - 1);
  if (command == "r" || command == "review") return Step::kReview;
  if (command == "q" || command == "quit") return Step::kQuit;
  if (command == "-" || command == "clear") {
    draft_.clear(question);
    save_();
    dialogue_.say(style.tell(Text::kTermCleared));
    return Step::kQuestion;
  }
  if (command == "?" || command == "help") {
    showHelp(question);
    return Step::kQuestion;
  }
  if (command == "g" || command.starts_with("g ") || (command.starts_with("g") && numberIn(command.substr(1)))) {
    const auto number = numberIn(std::string_view(command).substr(1));
    if (number && *number >= 1 && *number <= draft_.questions.size()) return moveTo(*number - 1);
    dialogue_.sayWrapped(
        style.tell(Text::kTermGoTo, {{"g", spelled(question, "g")}, {"n", count(draft_.questions.size())}}));
    return Step::kQuestion;
  }
  return std::nullopt;
}

void QuestionFlow::showReview() {
  const Style& style = dialogue_.style();
  dialogue_.say("");
  for (const std::string& line :
       wrapped(style.tell(Text::kTermReview) + std::string(style.separator()) + draft_.name(), style.width)) {
    dialogue_.say(style.bold(line));
  }
  const std::size_t digits = std::to_string(draft_.questions.size()).size();
  std::size_t widest = 1;
  for (const Question& question : draft_.questions) {
    const std::string* answer = draft_.findAnswer(question);
    if (answer != nullptr && question.hasChoices()) {
      widest = std::max(widest, columns(answerLabel(question, *answer, style)));
    }
  }
  for (std::size_t i = 0; i < draft_.questions.size(); ++i) {
    const Question& question = draft_.questions[i];
    const std::string* answer = draft_.findAnswer(question);
    const std::string number = std::to_string(i + 1);
    std::string head = "  " + std::string(digits - number.size(), ' ') + number + " ";
    if (answer == nullptr) {
      dialogue_.say(head + style.warning(fitted(style.dash(), widest) + "  " + style.tell(Text::kTermNotAnswered)));
      continue;
    }
    head += fitted(question.hasChoices() ? answerLabel(question, *answer, style) : "", widest) + "  ";
    std::vector<std::string> lines =
        wrapped(answerText(question, *answer, style), style.width, std::string(columns(head), ' '));
    if (lines.empty()) lines.emplace_back();
    lines[0].replace(0, std::min(columns(head), lines[0].size()), head);
    for (const std::string& line : lines) dialogue_.say(line);
  }
  sayTimes();
}

void QuestionFlow::sayTimes() {
  const Style& style = dialogue_.style();
  std::string state = style.tell(Text::kTermReviewCount,
                                 {{"n", count(draft_.chosen().size())}, {"max", count(draft_.questions.size())}});
  if (draft_.due && *draft_.due >= clock_.now()) {
    state += " " + style.tell(Text::kTermChangeUntil, {{"time", zone_.tell(*draft_.due, clock_.now(), style.lang)},
                                                       {"zone", zone_.name()}});
  }
  if (!draft_.receipt.empty()) {
    state += " " + style.tell(Text::kTermReceivedAs, {{"code", cleanedLine(draft_.receipt, style.charset, 40)}});
  }
  if (draft_.attemptsLeft) state += " " + style.tell(Text::kTermSubmitLeft, {{"n", *draft_.attemptsLeft}});
  dialogue_.sayWrapped(state);
}

QuestionFlow::Step QuestionFlow::review() {
  const Style& style = dialogue_.style();
  showReview();
  for (;;) {
    const Reply reply = dialogue_.askWrapped(style.tell(Text::kTermReviewPrompt));
    if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
    const std::string typed = lowered(reply.text);
    if (typed == "s" || typed == "submit") return confirm();
    if (typed == "q" || typed == "quit") return Step::kQuit;
    const auto number =
        numberIn(typed.starts_with("g") ? std::string_view(typed).substr(1) : std::string_view(typed));
    if (number && *number >= 1 && *number <= draft_.questions.size()) return moveTo(*number - 1);
    if (!typed.empty())
      dialogue_.sayWrapped(style.tell(Text::kTermReviewWrong, {{"n", count(draft_.questions.size())}}));
  }
}

QuestionFlow::Step QuestionFlow::confirm() {
  const Style& style = dialogue_.style();
  const std::vector<std::size_t> open = draft_.openQuestions();
  if (open.size() == draft_.questions.size()) {
    dialogue_.sayWrapped(style.tell(Text::kTermNothingToSubmit));
    return Step::kReview;
  }
  const Reply reply =
      dialogue_.askWrapped(open.empty() ? style.tell(Text::kTermSubmitThese, {{"n", count(draft_.chosen().size())}})
                                        : style.tell(Text::kTermSubmitAnyway,
                                                     {{"n", count(open.size())}, {"list", joined(open, style)}}));
  if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
  return saysYes(reply, style, open.empty()) ? Step::kSubmit : Step::kReview;
}

}  // namespace hearth::homework::client
