// ARNs of roles: arn:aws:iam::ACCOUNT:role/PATH/NAME.
#pragma once

#include <string_view>

namespace hearth::base {

// Whose role it is; a view into `arn`. Empty for every other text: a user whose path has "role" in it, a session.
constexpr std::string_view accountOfRole(std::string_view arn) {
  constexpr std::string_view kPrefix = "arn:aws:iam::";
  constexpr std::string_view kRole = ":role/";
  constexpr std::size_t kDigits = 12;
  if (!arn.starts_with(kPrefix)) return {};
  arn.remove_prefix(kPrefix.size());
  const std::string_view account = arn.substr(0, kDigits);
  if (account.size() != kDigits || account.find_first_not_of("0123456789") != std::string_view::npos) return {};
  arn.remove_prefix(kDigits);
  return arn.starts_with(kRole) && arn.size() > kRole.size() ? account : std::string_view();
}

}  // namespace hearth::base
