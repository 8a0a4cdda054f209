#include "services/cloudformation/answer_url.h"

#include "base/bytes.h"

namespace hearth::services::cloudformation {

std::string newAnswerToken(base::Random& random) {
  constexpr std::size_t kSecretBytes = 32;
  return base::hexEncode(base::randomBytes(random, kSecretBytes));
}

std::string answerUrl(const std::string& bucket, const std::string& region, const std::string& subject,
                      const std::string& token, base::Time now, std::chrono::seconds expires) {
  const std::string time = base::formatBasicIso8601(now);
  const std::string scope = time.substr(0, 8) + "/" + region + "/s3/aws4_request";
  return "https://" + bucket + ".s3." + region + ".amazonaws.com/" + base::uriEncode(subject, true) +
         "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + time +
         "&X-Amz-SignedHeaders=host&X-Amz-Expires=" + std::to_string(expires.count()) +
         "&X-Amz-Credential=" + base::uriEncode("CLOUDFORMATION/" + scope) + std::string(kTokenParameter) + token;
}

Fault answerDenied() { return {"AccessDenied", "Access Denied", 403}; }

}  // namespace hearth::services::cloudformation
