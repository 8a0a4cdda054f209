#include "homework/client/trainer/exchange/gift_block.h"

#include <algorithm>
#include <array>

#include "homework/client/common/text.h"
#include "homework/client/trainer/exchange/html_text.h"
#include "homework/client/trainer/exchange/sheet.h"

namespace hearth::homework::client {
namespace {

constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kCategory = "$CATEGORY:";

bool isBlankAt(std::string_view text, std::size_t at) { return kBlanks.find(text[at]) != std::string_view::npos; }

GiftText part(GiftText whole, std::size_t from, std::size_t to) {
  return {whole.raw.substr(from, to - from), whole.offset + from};
}

GiftText withoutBlanks(GiftText text) {
  const std::size_t first = std::min(text.raw.find_first_not_of(kBlanks), text.raw.size());
  const std::size_t last = text.raw.find_last_not_of(kBlanks);
  return part(text, first, last == std::string_view::npos ? first : last + 1);
}

// `[name:value]` and `[name]` of a comment; `\` makes the next character an ordinary one.
void readTags(std::string_view comment, std::map<std::string, std::string>& tags) {
  for (std::size_t at = comment.find('['); at != std::string_view::npos; at = comment.find('[', at)) {
    std::string name;
    std::string value;
    std::string* target = &name;
    bool closed = false;
    for (++at; at < comment.size() && !closed; ++at) {
      const char c = comment[at];
      if (c == '\\' && at + 1 < comment.size()) {
        ++at;
        *target += comment[at] == 'n' ? '\n' : comment[at];
      } else if (c == ']') {
        closed = true;
      } else if (c == ':' && target == &name) {
        target = &value;
      } else {
        *target += c;
      }
    }
    if (closed) tags.emplace(lowered(trimmed(name)), value);
  }
}

// `c` of `$course$/a/b/c`; a slash of a name is written twice.
std::string lastPart(std::string_view category) {
  std::string name;
  for (std::size_t i = 0; i < category.size(); ++i) {
    if (category[i] != '/') {
      name += category[i];
    } else if (i + 1 < category.size() && category[i + 1] == '/') {
      name += category[i++];
    } else {
      name.clear();
    }
  }
  return cleanedLine(trimmed(name));
}

// Takes `[html]` and the like off the front.
GiftFormat takeFormat(GiftText& text) {
  static constexpr std::array<std::string_view, 4> kFormats = {"[html]", "[markdown]", "[plain]", "[moodle]"};
  for (const std::string_view format : kFormats) {
    if (lowered(text.raw.substr(0, format.size())) != format) continue;
    text = part(text, format.size(), text.raw.size());
    return format == "[html]" ? GiftFormat::kHtml : GiftFormat::kPlain;
  }
  return GiftFormat::kPlain;
}

// The title, when there is one; false with a finding when it does not end.
bool takeTitle(const GiftBlock& block, GiftText& rest, GiftParts& parts, const std::string& file,
               Findings& findings) {
  rest = withoutBlanks(rest);
  if (!rest.raw.starts_with("::")) return true;
  const std::size_t end = findPlain(rest.raw, "::", 2);
  if (end == std::string_view::npos) {
    findings.error("gift-title", file, block.placeOf(rest.offset), "the title that begins here is not closed",
                   "A title stands between two pairs of colons:  ::Q1:: What is ...?");
    return false;
  }
  parts.title = withoutBlanks(part(rest, 2, end));
  rest = withoutBlanks(part(rest, end + 2, rest.raw.size()));
  return true;
}

}  // namespace

Place GiftBlock::placeOf(std::size_t offset) const { return placeAt(body, offset, {line, 1}); }

GiftFile splitGift(std::string_view text) {
  GiftFile file;
  std::size_t number = 0;
  bool open = false;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::string_view content = trimmed(line);
    if (content.empty()) {
      open = false;
      continue;
    }
    if (!open) file.blocks.push_back({number, "", {}});
    GiftBlock& block = file.blocks.back();
    if (open) block.body += '\n';
    open = true;
    if (content.starts_with("//")) {
      readTags(content, block.tags);
    } else if (content.starts_with(kCategory)) {
      if (file.category.empty()) file.category = lastPart(content.substr(kCategory.size()));
    } else {
      block.body += line;
    }
  }
  return file;
}

std::size_t findPlain(std::string_view text, std::string_view what, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text.substr(i).starts_with(what)) {
      return i;
    }
  }
  return std::string_view::npos;
}

std::optional<GiftParts> takeApart(const GiftBlock& block, const std::string& file, Findings& findings) {
  GiftParts parts;
  GiftText rest{block.body, 0};
  if (!takeTitle(block, rest, parts, file, findings)) return std::nullopt;
  GiftText peeked = rest;  // giftMeaning takes the format off
  parts.format = takeFormat(peeked);
  const std::size_t open = findPlain(rest.raw, "{");
  if (open == std::string_view::npos) {
    findings.error("gift-description", file, block.placeOf(rest.offset),
                   "a description (a text without answers in braces) is not supported",
                   "An empty line ends a question. To break a line inside one, write  \\n");
    return std::nullopt;
  }
  const std::size_t close = findPlain(rest.raw, "}", open + 1);
  if (close == std::string_view::npos) {
    findings.error("gift-braces", file, block.placeOf(rest.offset + open),
                   "the brace that opens here is not closed before the next empty line",
                   "Answers stand in  { }  without an empty line in between.");
    return std::nullopt;
  }
  const GiftText behind = withoutBlanks(part(rest, close + 1, rest.raw.size()));
  if (!behind.raw.empty()) {
    findings.error("gift-missing-word", file, block.placeOf(behind.offset),
                   "text behind the answers (a missing word question) is not supported",
                   "Write the whole sentence before the answers, with ____ for the gap. Braces that belong to the "
                   "text are written  \\{  and  \\} ; an empty line separates questions.");
    return std::nullopt;
  }
  parts.text = withoutBlanks(part(rest, 0, open));
  GiftText inside = part(rest, open + 1, close);
  const std::size_t general = findPlain(inside.raw, "####");
  if (general != std::string_view::npos) {
    parts.feedback = withoutBlanks(part(inside, general + 4, inside.raw.size()));
    inside = part(inside, 0, general);
  }
  parts.answers = withoutBlanks(inside);
  return parts;
}

namespace {

bool beginsAnswer(std::string_view text, std::size_t at, GiftEquals equals) {
  if (text[at] == '~' || at == 0) return text[at] == '~' || text[at] == '=';
  if (text[at] != '=') return false;
  if (equals == GiftEquals::kStrict || text[at - 1] == '\n') return true;
  const std::size_t before = text.find_last_not_of(" \t", at - 1);
  if (before != std::string_view::npos && text[before] == '\n') return true;
  return isBlankAt(text, at - 1) && at + 1 < text.size() && !isBlankAt(text, at + 1);
}

// Takes `%50%` off the front; false with a finding when it is none.
bool takeWeight(const GiftBlock& block, GiftAnswer& answer, const std::string& file, Findings& findings) {
  if (!answer.text.raw.starts_with('%')) return true;
  const std::size_t end = answer.text.raw.find('%', 1);
  const std::string_view weight = answer.text.raw.substr(1, end == std::string_view::npos ? 0 : end - 1);
  if (end == std::string_view::npos || !Decimal::parse(weight)) {
    findings.error("gift-weight", file, block.placeOf(answer.text.offset),
                   "a percent sign here begins the weight of an answer, like %50%",
                   "An answer that begins with a percent sign is given a weight:  =%100%%  or  ~%0%%");
    return false;
  }
  answer.weight = std::string(weight);
  answer.text = withoutBlanks(part(answer.text, end + 1, answer.text.raw.size()));
  return true;
}

// Takes the feedback off the end. A `#` with nothing behind it belongs to the answer: C#.
void takeFeedback(GiftAnswer& answer) {
  const std::size_t at = findPlain(answer.text.raw, "#");
  if (at == std::string_view::npos) return;
  const GiftText feedback = withoutBlanks(part(answer.text, at + 1, answer.text.raw.size()));
  if (feedback.raw.empty()) return;
  answer.feedback = feedback;
  answer.text = withoutBlanks(part(answer.text, 0, at));
}

}  // namespace

std::optional<std::vector<GiftAnswer>> splitAnswers(const GiftBlock& block, GiftText answers, GiftEquals equals,
                                                    const std::string& file, Findings& findings) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < answers.raw.size(); ++i) {
    if (answers.raw[i] == '\\') {
      ++i;
    } else if (beginsAnswer(answers.raw, i, equals)) {
      starts.push_back(i);
    }
  }
  if (starts.empty() || starts.front() != 0) {
    findings.error("gift-answer", file, block.placeOf(answers.offset),
                   "answers begin with  =  (right) or  ~  (wrong), and this does not",
                   "Like  {=Warsaw ~Vienna ~Prague} , {TRUE} , {#1918} or {#3.14:0.01}");
    return std::nullopt;
  }
  std::vector<GiftAnswer> out;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : answers.raw.size();
    GiftAnswer answer;
    answer.marker = answers.raw[starts[i]];
    answer.offset = answers.offset + starts[i];
    answer.text = withoutBlanks(part(answers, starts[i] + 1, end));
    if (!takeWeight(block, answer, file, findings)) return std::nullopt;
    takeFeedback(answer);
    out.push_back(std::move(answer));
  }
  return out;
}

std::string giftMeaning(GiftText text, GiftFormat format, GiftLines lines, bool* lostPicture) {
  GiftFormat own = takeFormat(text);
  if (own == GiftFormat::kPlain) own = format;
  text = withoutBlanks(text);
  std::string out;
  for (std::string_view line : split(text.raw, '\n')) {
    while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
    if (lines == GiftLines::kJoin) line = trimmed(line);
    if (line.empty()) continue;
    if (!out.empty()) out += lines == GiftLines::kJoin ? ' ' : '\n';
    for (std::size_t i = 0; i < line.size(); ++i) {
      constexpr std::string_view kEscaped = "~=#{}:\\";
      const char next = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
      if (next == 'n') {
        out += '\n';
        ++i;
      } else if (next != '\0' && kEscaped.find(next) != std::string_view::npos) {
        out += next;
        ++i;
      } else {
        out += line[i];
      }
    }
  }
  if (own == GiftFormat::kHtml) {
    HtmlText html = htmlToText(out);
    if (lostPicture != nullptr) *lostPicture = *lostPicture || html.lostPicture;
    out = std::move(html.text);
  }
  return std::string(trimmed(out));
}

}  // namespace hearth::homework::client
