#include "homework/client/student/question_flow.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

std::optional<std::size_t> numberIn(std::string_view text) {
  text = trimmed(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "a–d" for ids that are consecutive letters, else "a, c or x1".
std::string choiceRange(const Question& question, const Style& style) {
  const auto& choices = question.choices;
  bool consecutive = choices.size() > 2;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    consecutive = consecutive && choices[i].id.size() == 1 &&
                  choices[i].id[0] == static_cast<char>(choices[0].id[0] + static_cast<char>(i));
  }
  if (consecutive) return choices.front().id + std::string(style.dash()) + choices.back().id;
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += cleanedLine(choices[i].id, style.charset, 12);
  }
  return out;
}

const Choice* choiceById(const Question& question, std::string_view id) {
  for (const Choice& choice : question.choices) {
    if (choice.id == id) return &choice;
  }
  return nullptr;
}

// How a command letter has to be typed: as it is, or behind a colon when it is an answer of this question.
std::string spelled(const Question& question, std::string_view command) {
  return (findChoice(question, command) != nullptr ? ":" : "") + std::string(command);
}

std::string joined(const std::vector<std::size_t>& positions) {
  std::string out;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i > 0) out += i + 1 == positions.size() ? " and " : ", ";
    out += std::to_string(positions[i] + 1);
  }
  return out;
}

}  // namespace

const Choice* findChoice(const Question& question, std::string_view typed) {
  const std::string wanted = lowered(typed);
  bool numeric = false;
  for (const Choice& choice : question.choices) {
    if (choice.id == typed) return &choice;
    numeric = numeric || numberIn(choice.id).has_value();
  }
  for (const Choice& choice : question.choices) {
    if (lowered(choice.id) == wanted) return &choice;
  }
  const auto number = numberIn(typed);
  if (numeric || !number || *number == 0 || *number > question.choices.size()) return nullptr;
  return &question.choices[*number - 1];
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
  const Instant now = clock_.now();
  return std::string(dialogue_.style().separator()) + (*draft_.due >= now ? "due " : "was due ") +
         tellDistance(*draft_.due, now);
}

void QuestionFlow::showQuestion(const Question& question) {
  const Style& style = dialogue_.style();
  const std::string head = "Question " + std::to_string(draft_.position + 1) + " of " +
                           std::to_string(draft_.questions.size()) + std::string(style.separator()) +
                           draft_.name() + std::string(style.separator()) + std::to_string(draft_.chosen().size()) +
                           " answered" + dueText();
  dialogue_.say("");
  for (const std::string& line : wrapped(head, style.width)) dialogue_.say(style.bold(line));
  dialogue_.say("");
  dialogue_.sayWrapped(cleaned(question.text, style.charset), "  ");
  dialogue_.say("");
  std::size_t widest = 1;
  for (const Choice& choice : question.choices) {
    widest = std::max(widest, columns(cleanedLine(choice.id, style.charset, 12)));
  }
  for (const Choice& choice : question.choices) {
    const std::string indent(4 + widest + 2, ' ');
    std::vector<std::string> lines = wrapped(cleaned(choice.text, style.charset), style.width, indent);
    if (lines.empty()) lines.push_back(indent);
    lines[0].replace(0, indent.size(), "    " + fitted(cleanedLine(choice.id, style.charset, 12), widest) + "  ");
    for (const std::string& line : lines) dialogue_.say(line);
  }
  dialogue_.say("");
  dialogue_.sayWrapped("Answer " + choiceRange(question, style) +
                       ", Enter = " + (draft_.findAnswer(question) == nullptr ? "leave open" : "keep") + ", " +
                       spelled(question, "p") + " previous, " + spelled(question, "g") + " 3 go to, " +
                       spelled(question, "r") + " review, ? help, " + spelled(question, "q") + " save and quit");
}

QuestionFlow::Step QuestionFlow::moveTo(std::size_t position) {
  if (position >= draft_.questions.size()) return Step::kReview;
  draft_.position = position;
  save_();
  return Step::kQuestion;
}

QuestionFlow::Step QuestionFlow::askQuestion() {
  const Question& question = draft_.questions[draft_.position];
  showQuestion(question);
  for (;;) {
    const std::string* current = draft_.findAnswer(question);
    const Reply reply = dialogue_.ask(current == nullptr ? "Your answer: " : "Your answer [" + *current + "]: ");
    if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
    if (reply.text.empty()) return moveTo(draft_.position + 1);
    if (storeAnswer(question, reply.text)) return moveTo(draft_.position + 1);
    if (const auto step = onCommand(question, reply.text)) return *step;
    dialogue_.sayWrapped("That is not one of the answers. Type " + choiceRange(question, dialogue_.style()) +
                         ", or ? for help.");
  }
}

bool QuestionFlow::storeAnswer(const Question& question, const std::string& typed) {
  const Choice* choice = findChoice(question, typed);
  if (choice == nullptr) return false;
  draft_.answer(question, choice->id);
  save_();
  dialogue_.say("Saved.");
  return true;
}

std::optional<QuestionFlow::Step> QuestionFlow::onCommand(const Question& question, const std::string& typed) {
  std::string command = lowered(typed);
  if (command.starts_with(':')) command.erase(0, 1);
  if (command == "p" || command == "previous") return moveTo(draft_.position == 0 ? 0 : draft_.position - 1);
  if (command == "r" || command == "review") return Step::kReview;
  if (command == "q" || command == "quit") return Step::kQuit;
  if (command == "?" || command == "help") {
    dialogue_.sayWrapped(
        "Type the letter of your answer, or its number counted from 1, and Enter. Every answer is saved at once on "
        "this "
        "computer; nothing is sent before you have seen the review and said yes. An answer can be changed as often "
        "as you "
        "like, also after sending, until the test closes.");
    return Step::kQuestion;
  }
  if (command.starts_with("g")) {
    const auto number = numberIn(std::string_view(command).substr(command.starts_with("go to") ? 5 : 1));
    if (number && *number >= 1 && *number <= draft_.questions.size()) return moveTo(*number - 1);
    dialogue_.say("Which one? Type " + spelled(question, "g") + " and a number from 1 to " +
                  std::to_string(draft_.questions.size()) + ".");
    return Step::kQuestion;
  }
  return std::nullopt;
}

void QuestionFlow::showReview() {
  const Style& style = dialogue_.style();
  dialogue_.say("");
  dialogue_.say(style.bold("Review" + std::string(style.separator()) + draft_.name()));
  for (std::size_t i = 0; i < draft_.questions.size(); ++i) {
    const Question& question = draft_.questions[i];
    const std::string* answer = draft_.findAnswer(question);
    const Choice* choice = answer == nullptr ? nullptr : choiceById(question, *answer);
    const std::string head =
        "  " + fitted(std::to_string(i + 1), std::to_string(draft_.questions.size()).size()) + " ";
    if (choice == nullptr) {
      dialogue_.say(head + style.warning(std::string(style.dash()) + "  not answered"));
    } else {
      const std::string line = head + cleanedLine(choice->id, style.charset, 12) + "  ";
      const std::size_t room = style.width > columns(line) ? style.width - columns(line) : 1;
      dialogue_.say(line + cleanedLine(choice->text, style.charset, room));
    }
  }
  std::string state =
      std::to_string(draft_.chosen().size()) + " of " + std::to_string(draft_.questions.size()) + " answered.";
  if (draft_.due && *draft_.due >= clock_.now()) {
    state += " You can change answers until " + zone_.tell(*draft_.due, clock_.now()) + " (" + zone_.name() + ").";
  }
  if (!draft_.receipt.empty()) state += " These answers were received (" + draft_.receipt + ").";
  dialogue_.sayWrapped(state);
}

QuestionFlow::Step QuestionFlow::review() {
  showReview();
  for (;;) {
    const Reply reply = dialogue_.ask("Number to change, s submit, q save and quit: ");
    if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
    const std::string typed = lowered(reply.text);
    if (typed == "s" || typed == "submit") return confirm();
    if (typed == "q" || typed == "quit") return Step::kQuit;
    const auto number =
        numberIn(typed.starts_with("g") ? std::string_view(typed).substr(1) : std::string_view(typed));
    if (number && *number >= 1 && *number <= draft_.questions.size()) return moveTo(*number - 1);
    if (!typed.empty())
      dialogue_.say("Type a number from 1 to " + std::to_string(draft_.questions.size()) + ", s or q.");
  }
}

QuestionFlow::Step QuestionFlow::confirm() {
  const std::vector<std::size_t> open = draft_.openQuestions();
  if (open.size() == draft_.questions.size()) {
    dialogue_.say("There is no answer yet that could be submitted.");
    return Step::kReview;
  }
  std::string prompt = "Submit these " + std::to_string(draft_.chosen().size()) + " answers? [Y/n] ";
  if (!open.empty()) {
    prompt = (open.size() == 1 ? "Question " + joined(open) + " has no answer."
                               : "Questions " + joined(open) + " have no answer.") +
             " Submit anyway? [y/N] ";
  }
  const Reply reply = dialogue_.ask(prompt);
  if (reply.kind != ReplyKind::kLine) return Step::kInterrupted;
  const std::string typed = lowered(reply.text);
  if (typed == "y" || typed == "yes" || (typed.empty() && open.empty())) return Step::kSubmit;
  return Step::kReview;
}

}  // namespace hearth::homework::client
