#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/exchange/gift.h"
#include "homework/client/trainer/exchange/gift_block.h"
#include "homework/client/trainer/exchange/number_range.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMaxFindings = 100;

// The sign of a weight; right answers have a positive one.
int signOf(const std::string& weight) {
  const Decimal value = *Decimal::parse(weight);
  if (value.isNegative()) return -1;
  return Decimal::within(value, Decimal(), Decimal()) ? 0 : 1;
}

bool isWhole(const std::string& weight) {
  return Decimal::within(*Decimal::parse(weight), *Decimal::parse("100"), Decimal());
}

bool givesCredit(const GiftAnswer& answer) {
  return answer.weight ? signOf(*answer.weight) > 0 : answer.marker == '=';
}

bool givesAll(const GiftAnswer& answer) { return answer.weight ? isWhole(*answer.weight) : answer.marker == '='; }

class Reader final {
 public:
  Reader(const std::string& file, Findings& findings) : file_(file), findings_(findings) {}

  Sheet run(std::string_view text) {
    const GiftFile file = splitGift(text);
    Sheet sheet;
    sheet.title = file.category;
    std::vector<Place> places;
    for (const GiftBlock& block : file.blocks) {
      if (findings_.all().size() >= kMaxFindings) break;
      if (trimmed(block.body).empty()) continue;
      if (auto question = read(block)) {
        sheet.questions.push_back(*std::move(question));
        places.push_back({block.line, 1});
      }
    }
    finishSheet(sheet, places, file_, findings_);
    return sheet;
  }

 private:
  using Maybe = std::optional<SheetQuestion>;

  std::nullopt_t refuse(std::size_t offset, const char* rule, std::string message, std::string hint = "") {
    findings_.error(rule, file_, block_->placeOf(offset), std::move(message), std::move(hint));
    return std::nullopt;
  }

  // At most once for a question and rule.
  void note(std::size_t offset, const char* rule, std::string message, std::string hint = "") {
    const auto& all = findings_.all();
    for (std::size_t i = firstFinding_; i < all.size(); ++i) {
      if (all[i].rule == rule) return;
    }
    findings_.warning(rule, file_, block_->placeOf(offset), std::move(message), std::move(hint));
  }

  std::string meaning(GiftText text, GiftLines lines) {
    bool lost = false;
    std::string out = giftMeaning(text, parts_->format, lines, &lost);
    if (lost) note(text.offset, "gift-picture", "a picture or a table is lost: students would see text only");
    return out;
  }

  Maybe read(const GiftBlock& block) {
    block_ = &block;
    firstFinding_ = findings_.all().size();
    const auto parts = takeApart(block, file_, findings_);
    if (!parts) return std::nullopt;
    parts_ = &*parts;
    SheetQuestion question;
    const std::string title = giftMeaning(parts->title, GiftFormat::kPlain, GiftLines::kJoin);
    const std::string tagged = tag("id");
    question.id = homework::isId(tagged) ? tagged : homework::isId(title) ? title : "";
    question.text = meaning(parts->text, GiftLines::kKeep);
    question.feedback = meaning(parts->feedback, GiftLines::kJoin);
    if (!readTags(question) || !readAnswers(question)) return std::nullopt;
    return question;
  }

  std::string tag(const char* name) const {
    const auto it = block_->tags.find(name);
    return it == block_->tags.end() ? "" : it->second;
  }

  // A whole number, or nothing with a finding. `otherwise` without the tag.
  std::optional<int> numberTag(const char* name, int otherwise) {
    if (!block_->tags.contains(name)) return otherwise;
    const std::string value = tag(name);
    const bool digits =
        !value.empty() && value.size() <= 4 && value.find_first_not_of("0123456789") == std::string::npos;
    if (!digits)
      return refuse(0, "gift-tag", "[" + std::string(name) + ":...] in the comment is not a whole number");
    return std::stoi(value);
  }

  bool readTags(SheetQuestion& question) {
    const auto points = numberTag("points", 1);
    const auto codeLines = numberTag("code", 0);
    if (!points || !codeLines) return false;
    question.points = *points;
    question.caseSensitive = block_->tags.contains("case");
    if (*codeLines > 0) takeCode(question, static_cast<std::size_t>(*codeLines));
    return true;
  }

  // The last lines of the text, without the four blanks before each.
  static void takeCode(SheetQuestion& question, std::size_t count) {
    const std::vector<std::string_view> lines = split(question.text, '\n');
    if (count >= lines.size()) return;
    std::string text;
    std::string code;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool isCode = i + count >= lines.size();
      std::string_view line = lines[i];
      if (isCode && line.starts_with("    ")) line.remove_prefix(4);
      std::string& target = isCode ? code : text;
      target += std::string(line) + "\n";
    }
    code.pop_back();
    while (text.ends_with('\n')) text.pop_back();
    question.text = std::move(text);
    question.code = std::move(code);
  }

  bool readAnswers(SheetQuestion& question) {
    const GiftText answers = parts_->answers;
    if (answers.raw.empty()) {
      refuse(answers.offset, "gift-essay", "an essay (empty braces) is not supported: nothing can mark it",
             "Ask for a word {=Warsaw} or a number {#1918}.");
      return false;
    }
    if (answers.raw.front() == '#') return readNumber(question, {answers.raw.substr(1), answers.offset + 1});
    if (readTrueFalse(question, answers)) return true;
    auto split = splitAnswers(*block_, answers, GiftEquals::kLenient, file_, findings_);
    if (!split) return false;
    if (std::none_of(split->begin(), split->end(), givesCredit)) {
      split = splitAnswers(*block_, answers, GiftEquals::kStrict, file_, findings_);
      if (!split) return false;
    }
    noteEquals(*split);
    const bool allEqual =
        std::all_of(split->begin(), split->end(), [](const GiftAnswer& a) { return a.marker == '='; });
    return allEqual && tag("type") != "multiple" ? readText(question, *split) : readChoice(question, *split);
  }

  void noteEquals(const std::vector<GiftAnswer>& answers) {
    for (const GiftAnswer& answer : answers) {
      const std::size_t at = findPlain(answer.text.raw, "=");
      if (at == std::string_view::npos) continue;
      note(answer.text.offset + at, "gift-equals", "this = is taken as part of the answer's text",
           "Write  \\=  to say so, or put a blank before it and none behind it to begin an answer.");
    }
  }

  // {T}, {FALSE#feedback when wrong#when right}
  bool readTrueFalse(SheetQuestion& question, GiftText answers) {
    const std::size_t end = std::min(answers.raw.find('#'), answers.raw.size());
    const std::string word = lowered(trimmed(answers.raw.substr(0, end)));
    const bool right = word == "t" || word == "true";
    if (!right && word != "f" && word != "false") return false;
    question.type = QuestionType::kTrueFalse;
    question.answer = right ? "true" : "false";
    for (const char* name : {"true", "false"}) {
      if (!trimmed(tag(name)).empty())
        question.options.push_back({name, std::string(trimmed(tag(name))), question.answer == name});
    }
    if (question.options.size() == 1) question.options.clear();
    for (std::size_t at = end; at < answers.raw.size();) {
      const std::size_t next = std::min(findPlain(answers.raw, "#", at + 1), answers.raw.size());
      addFeedback(question, "", {answers.raw.substr(at + 1, next - at - 1), answers.offset + at + 1});
      at = next;
    }
    return true;
  }

  // The pipeline has one feedback for a question: what was said about single answers is put together.
  void addFeedback(SheetQuestion& question, const std::string& about, GiftText feedback) {
    const std::string text = meaning(feedback, GiftLines::kJoin);
    if (trimmed(text).empty()) return;
    if (!question.feedback.empty()) question.feedback += "\n";
    question.feedback += (about.empty() ? "" : about + ": ") + std::string(trimmed(text));
  }

  bool isMatching(const std::vector<GiftAnswer>& answers) const {
    return answers.size() > 1 && std::all_of(answers.begin(), answers.end(), [](const GiftAnswer& answer) {
             return answer.text.raw.find("->") != std::string_view::npos;
           });
  }

  bool readText(SheetQuestion& question, const std::vector<GiftAnswer>& answers) {
    if (isMatching(answers) && tag("type") != "text") {
      refuse(answers.front().offset, "gift-matching", "a matching question (=this -> that) is not supported",
             "Ask one question for each pair.");
      return false;
    }
    question.type = QuestionType::kText;
    for (const GiftAnswer& answer : answers) {
      const std::string text = meaning(answer.text, GiftLines::kJoin);
      addFeedback(question, answers.size() > 1 ? text : "", answer.feedback);
      if (!givesAll(answer)) {
        note(answer.offset, "gift-partial", "an answer with a part of the points is left out: it counts as wrong");
        continue;
      }
      if (question.answer.empty()) {
        question.answer = text;
      } else {
        question.accept.push_back(text);
      }
    }
    if (question.answer.empty()) {
      refuse(answers.front().offset, "no-right-answer", "no answer gives all points", "Like  {=Warsaw =Warszawa}");
      return false;
    }
    return true;
  }

  bool readChoice(SheetQuestion& question, const std::vector<GiftAnswer>& answers) {
    std::size_t equals = 0;
    std::size_t whole = 0;
    std::size_t credited = 0;
    for (const GiftAnswer& answer : answers) {
      equals += answer.marker == '=' && !answer.weight ? 1 : 0;
      whole += givesAll(answer) ? 1 : 0;
      credited += givesCredit(answer) ? 1 : 0;
    }
    if (equals > 1) {
      refuse(answers.front().offset, "gift-two-right", "two answers beside wrong ones are marked right with =",
             "Give weights where several are right:  {~%50%this ~%50%that ~%-100%neither}");
      return false;
    }
    if (credited == 0) {
      refuse(answers.front().offset, "no-right-answer", "no answer is marked as right", "Mark it with  =");
      return false;
    }
    const bool single = whole == 1 && tag("type") != "multiple";
    question.type = single ? QuestionType::kSingle : QuestionType::kMultiple;
    if (single && credited > 1) {
      const auto partial = std::find_if(answers.begin(), answers.end(),
                                        [](const GiftAnswer& a) { return givesCredit(a) && !givesAll(a); });
      note(partial->offset, "gift-partial", "an answer with a part of the points counts as wrong");
    }
    const std::vector<std::string> ids = optionIds(answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string text = meaning(answers[i].text, GiftLines::kJoin);
      addFeedback(question, text, answers[i].feedback);
      question.options.push_back({ids[i], text, single ? givesAll(answers[i]) : givesCredit(answers[i])});
    }
    return true;
  }

  // Of `[answers:x,y]`, when it names as many usable ids.
  std::vector<std::string> optionIds(std::size_t count) const {
    std::vector<std::string> ids;
    std::set<std::string> known;
    const std::string list = tag("answers");
    for (const std::string_view id : split(list, ',')) {
      if (homework::isId(id) && known.insert(lowered(id)).second) ids.emplace_back(id);
    }
    if (ids.size() != count) ids.assign(count, "");
    return ids;
  }

  bool readNumber(SheetQuestion& question, GiftText content) {
    question.type = QuestionType::kNumber;
    const std::size_t first = content.raw.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) {
      refuse(content.offset, "gift-number", "there is no number behind the #", "Like  {#3.14:0.01}  or  {#1..5}");
      return false;
    }
    if (content.raw[first] != '=' && content.raw[first] != '~') {
      GiftAnswer only;
      only.offset = content.offset + first;
      const std::size_t end = std::min(findPlain(content.raw, "#"), content.raw.size());
      only.text = {content.raw.substr(first, end - first), content.offset + first};
      if (end < content.raw.size())
        addFeedback(question, "", {content.raw.substr(end + 1), content.offset + end + 1});
      return readRange(question, only);
    }
    const GiftText list{content.raw.substr(first), content.offset + first};
    const auto answers = splitAnswers(*block_, list, GiftEquals::kStrict, file_, findings_);
    if (!answers) return false;
    const GiftAnswer* right = nullptr;
    for (const GiftAnswer& answer : *answers) {
      addFeedback(question, answer.marker == '=' ? std::string(trimmed(answer.text.raw)) : "", answer.feedback);
      if (!givesAll(answer)) {
        if (givesCredit(answer)) {
          note(answer.offset, "gift-partial", "a number with a part of the points is left out: it counts as wrong");
        }
        continue;
      }
      if (right != nullptr) {
        refuse(answer.offset, "gift-number", "a second right number is not supported",
               "Give one number and a tolerance  {#3.14:0.01}  or one range  {#1..5}");
        return false;
      }
      right = &answer;
    }
    if (right == nullptr) {
      refuse(list.offset, "no-right-answer", "no number gives all points", "Like  {#=1918:0 =%50%1918:2}");
      return false;
    }
    return readRange(question, *right);
  }

  bool readRange(SheetQuestion& question, const GiftAnswer& answer) {
    const std::string text = giftMeaning(answer.text, GiftFormat::kPlain, GiftLines::kJoin);
    const auto range = parseNumberRange(text);
    if (!range) {
      refuse(answer.text.offset, "gift-number", inQuotes(text) + " is not a number, number:tolerance or from..to",
             "Like  {#3.14:0.01}  or  {#1..5}");
      return false;
    }
    question.answer = range->value;
    question.tolerance = range->tolerance;
    return true;
  }

  const std::string& file_;
  Findings& findings_;
  const GiftBlock* block_ = nullptr;
  const GiftParts* parts_ = nullptr;
  std::size_t firstFinding_ = 0;
};

}  // namespace

Sheet readGift(const std::string& file, std::string_view bytes, Findings& findings) {
  std::string text;
  if (!readText(file, bytes, text, findings)) return {};
  return Reader(file, findings).run(text);
}

}  // namespace hearth::homework::client
