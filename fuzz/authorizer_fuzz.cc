// Answers of authorizers, which are functions of strangers: what is taken has a principal, plain context and a
// policy that can be asked. Input: the answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/authorizer.h"
#include "identity/policy_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto answer = hearth::gateway::parseAuthorizerAnswer(text, hearth::identity::PolicyReader());
  if (!answer.ok()) {
    if (answer.fault().code != "AuthorizerConfiguration" || answer.fault().message.empty()) std::abort();
    return 0;
  }
  if (answer->principalId.empty() || answer->policy == nullptr || answer->bytes != size) std::abort();
  const hearth::ports::ConditionValues conditions = {{"aws:SourceIp", {"192.0.2.7"}}};
  answer->policy->rule({"execute-api:Invoke", "arn:aws:execute-api:r:111122223333:abc/s/GET/p", conditions});
  return 0;
}
