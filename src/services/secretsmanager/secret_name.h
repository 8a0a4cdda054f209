// What secrets are called: by name, by ARN, or by an ARN without the six characters that are made up for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::secretsmanager {

struct SecretName {
  std::string account;
  std::string region;
  std::string name;
  std::string suffix = {};  // six letters and digits; empty where they are not known

  // arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX
  std::string arn() const;
};

// Fault: ValidationException.
Result<void> checkSecretName(std::string_view name);

// What a SecretId may mean, in the order in which it is to be looked for: at most two.
struct SecretId {
  std::string name;                                   // as it stands
  std::optional<SecretName> complete = std::nullopt;  // an ARN, its last seven characters taken for the suffix
};
// nullopt for an ARN that is no secret's of this account and region.
std::optional<SecretId> parseSecretId(std::string_view text, std::string_view account, std::string_view region);

}  // namespace hearth::services::secretsmanager
