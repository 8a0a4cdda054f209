// Passwords that are made up.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/result.h"

namespace hearth::services::secretsmanager {

struct PasswordRule {
  std::int64_t length = 32;
  std::string excluded = {};
  bool numbers = true;
  bool punctuation = true;
  bool upperCase = true;
  bool lowerCase = true;
  bool space = false;
  bool eachType = true;  // at least one character of every kind
};

// Drawn evenly. Faults: ValidationException for the length, InvalidParameterException when no password is like
// that.
Result<std::string> makePassword(const PasswordRule& rule, base::Random& random);

}  // namespace hearth::services::secretsmanager
