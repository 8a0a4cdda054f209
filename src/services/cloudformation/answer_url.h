// AnswerUrl: where strangers PUT an answer or a signal: on AWS a presigned URL of a bucket of CloudFormation's. Who
// knows its token may.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace hearth::services::cloudformation {

// The token is behind it, and nothing behind the token.
inline constexpr std::string_view kTokenParameter = "&X-Amz-Signature=";

std::string newAnswerToken(base::Random& random);

// `bucket` is its full name; `subject` says what is answered to (ports::Answer).
std::string answerUrl(const std::string& bucket, const std::string& region, const std::string& subject,
                      const std::string& token, base::Time now, std::chrono::seconds expires);

// For whatever is unknown, forged, expired or answered already.
Fault answerDenied();

}  // namespace hearth::services::cloudformation
