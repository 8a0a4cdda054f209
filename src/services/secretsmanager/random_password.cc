#include "services/secretsmanager/random_password.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "services/secretsmanager/faults.h"

namespace hearth::services::secretsmanager {
namespace {

constexpr std::int64_t kMostLength = 4096;
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

// A number below `end`, each as likely as any other.
std::size_t below(std::size_t end, base::Random& random) {
  constexpr std::size_t kRange = std::size_t{1} << 32;
  const std::size_t fair = kRange - kRange % end;
  while (true) {
    unsigned char bytes[4];
    random.fill(reinterpret_cast<char*>(bytes), sizeof bytes);
    const std::size_t number = (std::size_t{bytes[0]} << 24) | (std::size_t{bytes[1]} << 16) |
                               (std::size_t{bytes[2]} << 8) | std::size_t{bytes[3]};
    if (number < fair) return number % end;
  }
}

}  // namespace

Result<std::string> makePassword(const PasswordRule& rule, base::Random& random) {
  HEARTH_CHECK(checkRange(rule.length, "passwordLength", 1, kMostLength));
  HEARTH_CHECK(checkLength(rule.excluded, "excludeCharacters", 0, static_cast<std::size_t>(kMostLength)));
  std::vector<std::string> kinds;
  for (const auto& [wanted, all] :
       {std::pair{rule.lowerCase, kLower}, std::pair{rule.upperCase, kUpper}, std::pair{rule.numbers, kDigits},
        std::pair{rule.punctuation, kPunctuation}, std::pair{rule.space, std::string_view(" ")}}) {
    if (!wanted) continue;
    std::string kind(all);
    std::erase_if(kind, [&](char c) { return rule.excluded.find(c) != std::string::npos; });
    if (kind.empty() && rule.eachType)
      return invalidParameter("A required type of character has no characters left that are not excluded.");
    if (!kind.empty()) kinds.push_back(std::move(kind));
  }
  if (kinds.empty()) return invalidParameter("No characters are left that are not excluded.");
  const auto length = static_cast<std::size_t>(rule.length);
  if (rule.eachType && length < kinds.size())
    return invalidParameter("Password length is too short based on the required types.");
  std::string all;
  for (const std::string& kind : kinds) all += kind;
  std::string password = base::randomText(random, length, all);
  if (!rule.eachType) return password;
  // One of each kind, at places that differ; which they are is drawn, too.
  std::vector<std::size_t> places(length);
  for (std::size_t i = 0; i < length; ++i) places[i] = i;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    std::swap(places[i], places[i + below(length - i, random)]);
    password[places[i]] = kinds[i][below(kinds[i].size(), random)];
  }
  return password;
}

}  // namespace hearth::services::secretsmanager
