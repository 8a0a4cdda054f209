// One question of a GIFT file taken apart: its title, text and answers, each with where it stands.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/trainer/findings.h"

namespace hearth::homework::client {

// A part of the file as it was written.
struct GiftText {
  std::string_view raw;  // of the block's `body`
  std::size_t offset = 0;
};

struct GiftAnswer {
  char marker = '~';                  // or '='
  std::optional<std::string> weight;  // `50` of `%50%`
  GiftText text;
  GiftText feedback;
  std::size_t offset = 0;  // of the marker
};

// Lines up to an empty one; lines of comments are empty here, so that offsets lead to places.
struct GiftBlock {
  std::size_t line = 1;                     // of the file
  std::string body;                         // may be blank
  std::map<std::string, std::string> tags;  // `[points:2]` in comments

  // Of the byte at `offset` of the body.
  Place placeOf(std::size_t offset) const;
};

struct GiftFile {
  std::vector<GiftBlock> blocks;
  std::string category;  // the first one's last part
};
// `text` without carriage returns.
GiftFile splitGift(std::string_view text);

enum class GiftFormat : unsigned char { kPlain, kHtml };

// What stands before, in and behind the braces. The block outlives it.
struct GiftParts {
  GiftText title;
  GiftFormat format = GiftFormat::kPlain;
  GiftText text;
  GiftText answers;   // between the braces, without the general feedback
  GiftText feedback;  // behind `####`
};
// nullopt with a finding: no braces, not closed, something behind them.
std::optional<GiftParts> takeApart(const GiftBlock& block, const std::string& file, Findings& findings);

// Splits answers at their markers. `~` always begins an answer, `=` where it can be nothing else: at the beginning,
// or between a blank and a character. With `strict` every `=` does. A finding when something stands before the
// first.
enum class GiftEquals : unsigned char { kLenient, kStrict };
std::optional<std::vector<GiftAnswer>> splitAnswers(const GiftBlock& block, GiftText answers, GiftEquals equals,
                                                    const std::string& file, Findings& findings);

// Position of an unescaped `what` in `text` from `from` on.
std::size_t findPlain(std::string_view text, std::string_view what, std::size_t from = 0);

// The characters that are meant. Lines that are empty in the file are left out.
enum class GiftLines : unsigned char { kKeep, kJoin };
std::string giftMeaning(GiftText text, GiftFormat format, GiftLines lines, bool* lostPicture = nullptr);

}  // namespace hearth::homework::client
