// Asking before something is done that mails people or cannot be undone.
#pragma once

#include <string>

#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

enum class Consent : unsigned char { kAsk, kGiven };

// Whether the person agrees: asks `question` with "No" as default, unless agreement was given. Failure kUsage, with
// `command` as the way out, when there is nobody to ask.
Result<bool> agreed(Desk& desk, const std::string& question, Consent consent, const std::string& command);

// The same for what destroys data: `word` has to be typed.
Result<bool> agreedByTyping(Desk& desk, const std::string& word, Consent consent, const std::string& command);

}  // namespace hearth::homework::client
