#include "services/secretsmanager/secret_name.h"

#include <algorithm>

#include "services/secretsmanager/faults.h"

namespace hearth::services::secretsmanager {
namespace {

constexpr std::size_t kMostName = 512;
constexpr std::size_t kSuffix = 6;

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool isNameCharacter(char c) {
  return isAlphanumeric(c) || std::string_view("-/_+=.@!").find(c) != std::string_view::npos;
}

}  // namespace

std::string SecretName::arn() const {
  return "arn:aws:secretsmanager:" + region + ":" + account + ":secret:" + name + "-" +
         (suffix.empty() ? "??????" : suffix);
}

Result<void> checkSecretName(std::string_view name) {
  HEARTH_CHECK(checkLength(name, "name", 1, kMostName));
  if (std::all_of(name.begin(), name.end(), isNameCharacter)) return {};
  return Fault("ValidationException",
               "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
               "-/_+=.@!");
}

std::optional<SecretId> parseSecretId(std::string_view text, std::string_view account, std::string_view region) {
  if (!text.starts_with("arn:")) return SecretId{std::string(text)};
  const std::string prefix =
      "arn:aws:secretsmanager:" + std::string(region) + ":" + std::string(account) + ":secret:";
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  SecretId id{std::string(text)};
  if (text.size() > kSuffix + 1 && text[text.size() - kSuffix - 1] == '-') {
    const std::string_view suffix = text.substr(text.size() - kSuffix);
    if (std::all_of(suffix.begin(), suffix.end(), isAlphanumeric))
      id.complete = SecretName{std::string(account), std::string(region),
                               std::string(text.substr(0, text.size() - kSuffix - 1)), std::string(suffix)};
  }
  return id;
}

}  // namespace hearth::services::secretsmanager
