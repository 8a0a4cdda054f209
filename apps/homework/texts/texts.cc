#include "homework/texts/texts.h"

#include <algorithm>

namespace hearth::homework {
namespace {

struct Forms {
  const char* form[3];  // nullptr: there is none; a text without plural has the first alone
};
struct Row {
  Forms lang[2];
};

constexpr Row kTexts[] = {
#include "homework/texts/table.inc"
};

// Which plural form a number takes (Unicode CLDR, cardinal rules for whole numbers).
std::size_t formOf(Lang lang, std::int64_t n) {
  const std::int64_t number = n < 0 ? -n : n;
  if (number == 1) return 0;
  if (lang == Lang::kEn) return 1;
  const std::int64_t last = number % 10;
  const std::int64_t lastTwo = number % 100;
  return last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14) ? 1 : 2;
}

}  // namespace

Lang parseLang(std::string_view text) {
  const bool polish = text.size() >= 2 && (text[0] | 0x20) == 'p' && (text[1] | 0x20) == 'l' &&
                      (text.size() == 2 || text[2] == '-' || text[2] == '_' || text[2] == '.');
  return polish ? Lang::kPl : Lang::kEn;
}

std::string_view langName(Lang lang) { return lang == Lang::kPl ? "pl" : "en"; }

TextArgument::TextArgument(std::string_view argument, std::int64_t number)
    : name(argument), value(std::to_string(number)), count(number) {}

std::string text(Lang lang, Text key, std::initializer_list<TextArgument> arguments) {
  const Forms& forms = kTexts[static_cast<std::size_t>(key)].lang[static_cast<std::size_t>(lang)];
  const auto find = [&](std::string_view name) {
    return std::find_if(arguments.begin(), arguments.end(), [&](const TextArgument& a) { return a.name == name; });
  };
  std::size_t form = 0;
  if (forms.form[1] != nullptr) {
    if (const auto n = find("n"); n != arguments.end()) form = formOf(lang, n->count);
  }
  const std::string_view pattern = forms.form[form];
  std::string out;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) break;
    out += pattern.substr(at, open - at);
    const auto argument = find(pattern.substr(open + 1, close - open - 1));
    if (argument != arguments.end()) {
      out += argument->value;
    } else {
      out += pattern.substr(open, close - open + 1);
    }
    at = close + 1;
  }
  out += pattern.substr(std::min(at, pattern.size()));
  return out;
}

}  // namespace hearth::homework
