// What students read, in their language. The sentences are in *.json beside this file; keys.h is made of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "homework/texts/keys.h"

namespace hearth::homework {

enum class Lang : unsigned char { kEn, kPl };

// `pl`, `pl-PL`, `pl_PL.UTF-8` are Polish, everything else is English.
Lang parseLang(std::string_view text);
std::string_view langName(Lang lang);

// The value of an argument. `n` chooses the plural form.
struct TextArgument {
  TextArgument(std::string_view argument, std::string_view text) : name(argument), value(text) {}
  TextArgument(std::string_view argument, std::int64_t number);

  std::string_view name;
  std::string value;
  std::int64_t count = 0;
};

// The text with its arguments filled in, verbatim: whoever shows it escapes it for where it goes. An argument that
// is not given stays as `{name}`.
std::string text(Lang lang, Text key, std::initializer_list<TextArgument> arguments = {});

}  // namespace hearth::homework
