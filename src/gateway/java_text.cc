#include "gateway/java_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <ctime>
#include <memory>

#include "gateway/pattern_work.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxPatternBytes = 1000;
constexpr int kMaxGroups = 10;
constexpr std::size_t kInstructionBytes = 8 * 64;  // what making one costs, in bytes looked at

std::chrono::nanoseconds processorTime() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }
std::size_t unitsOf(char lead) { return static_cast<unsigned char>(lead) >= 0xF0 ? 2 : 1; }

Result<std::unique_ptr<RE2>> compile(std::string_view pattern, const Effort& effort) {
  if (pattern.size() > kMaxPatternBytes) {
    return Fault("MappingTemplateError", "a regular expression is longer than 1000 bytes", 500);
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) {
    return Fault("MappingTemplateError", "a regular expression cannot be used: " + compiled->error(), 500);
  }
  effort.spend(static_cast<std::size_t>(compiled->ProgramSize()) * kInstructionBytes);
  return compiled;
}

// Matches of one pattern in one text, from left to right. A byte costs what the program may do for it at worst.
class Matcher final {
 public:
  Matcher(const RE2& regex, std::string_view text, const Effort& effort)
      : regex_(regex), text_(text), effort_(effort) {
    const std::size_t work = matchingWork(regex, text.size());
    effort.spend(work);
    paid_ = std::chrono::nanoseconds(work);
  }

  // The first one at or behind `start`, with `count` of its groups. False also when there are no steps left.
  bool find(std::size_t start, re2::StringPiece* groups, int count) {
    if (effort_.spent()) return false;
    const bool found = regex_.Match(toPiece(text_), start, text_.size(), RE2::UNANCHORED, groups, count);
    chargeTime();
    return found;
  }

 private:
  // a.*b|a looks at all that follows before it takes an a, for each of them. No count of bytes tells that, so the
  // processor's time beyond what is paid costs as well: a nanosecond as much as a byte.
  void chargeTime() {
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ < std::chrono::milliseconds(2)) return;
    looked_ = now;
    const auto used = processorTime() - begun_;
    if (used <= paid_) return;
    effort_.spend(static_cast<std::size_t>((used - paid_).count()));
    paid_ = used;
  }

  const RE2& regex_;
  std::string_view text_;
  const Effort& effort_;
  std::chrono::nanoseconds begun_ = processorTime();
  std::chrono::nanoseconds paid_{0};
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

// Where to look on after a match: past it, and past one character when it was empty.
std::size_t nextStart(std::string_view text, std::size_t matchEnd, bool emptyMatch) {
  if (!emptyMatch) return matchEnd;
  std::size_t next = matchEnd + 1;
  while (next < text.size() && isContinuation(text[next])) ++next;
  return next;
}

// A parsed replacement: text and groups in turn.
struct Part {
  std::string text;
  int group = -1;
};

Result<std::vector<Part>> parseReplacement(std::string_view replacement, int groups) {
  std::vector<Part> parts(1);
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c == '\\') {
      if (++i >= replacement.size()) {
        return Fault("MappingTemplateError", "a replacement ends with a backslash", 500);
      }
      parts.back().text.push_back(replacement[i]);
    } else if (c == '$') {
      const int group = i + 1 < replacement.size() ? replacement[i + 1] - '0' : -1;
      if (group < 0 || group > std::min(groups, 9)) {
        return Fault("MappingTemplateError", "a replacement names a group that is not there", 500);
      }
      ++i;
      parts.push_back({{}, group});
      parts.emplace_back();
    } else {
      parts.back().text.push_back(c);
    }
  }
  return parts;
}

}  // namespace

// memmem() keeps to linear time, which string_view::find() does not.
std::size_t findText(std::string_view text, std::string_view wanted, std::size_t start) {
  if (start > text.size()) return std::string_view::npos;
  if (wanted.empty()) return start;
  const void* found = ::memmem(text.data() + start, text.size() - start, wanted.data(), wanted.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t findLastText(std::string_view text, std::string_view wanted) {
  if (wanted.size() > text.size()) return std::string_view::npos;
  const std::string backwards(text.rbegin(), text.rend());
  const std::size_t found = findText(backwards, std::string(wanted.rbegin(), wanted.rend()));
  return found == std::string_view::npos ? found : text.size() - found - wanted.size();
}

std::size_t utf16Length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) units += isContinuation(c) ? 0 : unitsOf(c);
  return units;
}

std::optional<std::size_t> byteOfUtf16(std::string_view text, std::size_t index) {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (isContinuation(text[i])) continue;
    const std::size_t width = unitsOf(text[i]);
    if (units + width > index) return i;
    units += width;
  }
  if (units == index) return text.size();
  return std::nullopt;
}

std::string replaceLiteral(std::string_view text, std::string_view from, std::string_view to, std::size_t limit) {
  std::string result;
  if (from.empty()) {  // Java puts it around every character.
    result = to;
    for (std::size_t i = 0; i < text.size() && result.size() <= limit; ++i) {
      result.push_back(text[i]);
      if (i + 1 == text.size() || !isContinuation(text[i + 1])) result.append(to);
    }
    return result;
  }
  std::size_t start = 0;
  for (std::size_t at; (at = findText(text, from, start)) != std::string_view::npos; start = at + from.size()) {
    result.append(text, start, at - start).append(to);
    if (result.size() > limit) return result;
  }
  return result.append(text, start);
}

std::string unescapeUnicode(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const bool escape =
        text[i] == '\\' && i + 5 < text.size() && text[i + 1] == 'u' &&
        std::from_chars(text.data() + i + 2, text.data() + i + 6, code, 16).ptr == text.data() + i + 6;
    if (!escape || (code >= 0xD800 && code < 0xE000)) {
      plain.push_back(text[i]);
      continue;
    }
    i += 5;
    if (code < 0x80) {
      plain.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      plain.push_back(static_cast<char>(0xC0 | (code >> 6)));
      plain.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    } else {
      plain.push_back(static_cast<char>(0xE0 | (code >> 12)));
      plain.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
      plain.push_back(static_cast<char>(0x80 | (code & 0x3F)));
    }
  }
  return plain;
}

Result<std::string> replacePattern(std::string_view text, std::string_view pattern, std::string_view replacement,
                                   Matches which, std::size_t limit, const Effort& effort) {
  HEARTH_TRY(const auto regex, compile(pattern, effort));
  const int groups = std::min(regex->NumberOfCapturingGroups(), kMaxGroups - 1);
  HEARTH_TRY(const auto parts, parseReplacement(replacement, groups));
  std::array<re2::StringPiece, kMaxGroups> match;
  Matcher matcher(*regex, text, effort);
  std::string result;
  std::size_t copied = 0;
  for (std::size_t start = 0; start <= text.size() && result.size() <= limit;) {
    if (!matcher.find(start, match.data(), groups + 1)) break;
    const std::size_t at = static_cast<std::size_t>(match[0].data() - text.data());
    result.append(text, copied, at - copied);
    for (const Part& part : parts) {
      result.append(part.text);
      if (part.group >= 0)
        result.append(match[static_cast<std::size_t>(part.group)].data() == nullptr
                          ? std::string_view()
                          : std::string_view(match[static_cast<std::size_t>(part.group)].data(),
                                             match[static_cast<std::size_t>(part.group)].size()));
    }
    copied = at + match[0].size();
    if (which == Matches::kFirst) break;
    start = nextStart(text, copied, match[0].empty());
  }
  result.append(text, std::min(copied, text.size()));
  return result;
}

Result<bool> matchesPattern(std::string_view text, std::string_view pattern, const Effort& effort) {
  HEARTH_TRY(const auto regex, compile(pattern, effort));
  effort.spend(matchingWork(*regex, text.size()));
  if (effort.spent()) return false;
  return RE2::FullMatch(toPiece(text), *regex);
}

Result<std::vector<std::string_view>> splitPattern(std::string_view text, std::string_view pattern, int limit,
                                                   const Effort& effort) {
  HEARTH_TRY(const auto regex, compile(pattern, effort));
  Matcher matcher(*regex, text, effort);
  std::vector<std::string_view> parts;
  std::size_t partStart = 0;
  re2::StringPiece match;
  for (std::size_t start = 0; start <= text.size();) {
    if (limit > 0 && parts.size() + 1 >= static_cast<std::size_t>(limit)) break;
    if (!matcher.find(start, &match, 1)) break;
    const std::size_t at = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = at + match.size();
    start = nextStart(text, end, match.empty());
    // An empty match at the start makes no part, and none at the end.
    if (match.empty() && (at == 0 || at >= text.size())) continue;
    parts.push_back(text.substr(partStart, at - partStart));
    partStart = end;
  }
  parts.push_back(text.substr(partStart));
  if (limit == 0 && parts.size() > 1) {
    while (!parts.empty() && parts.back().empty()) parts.pop_back();
  }
  return parts;
}

}  // namespace hearth::gateway
