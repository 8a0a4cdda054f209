// Wildcards as AWS's policies and ARN conditions have them: * is any text, ? one character.
#pragma once

#include <string_view>

namespace hearth::base {

// Linear in the sizes, but for stretches with `?` between two stars: there 64 characters of the stretch a step.
bool globMatches(std::string_view pattern, std::string_view text);

// The same for a pattern whose * and ? may also be meant as characters: here the wildcards are these two, which no
// byte is. Both sides have one unit per byte. At worst as many steps as the product of the sizes.
inline constexpr char16_t kAnyText = 0x100;
inline constexpr char16_t kAnyByte = 0x101;
bool globMatches(std::u16string_view pattern, std::u16string_view text);

}  // namespace hearth::base
