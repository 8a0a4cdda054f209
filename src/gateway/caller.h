// Who calls a method: by an authorizer's word, or by a signature.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "ports/policy_reader.h"

namespace hearth::gateway {

// What a Lambda authorizer has answered. Immutable, shared by the cache and the requests that it let in.
struct AuthorizerAnswer {
  std::string principalId;
  std::vector<std::pair<std::string, std::string>>
      context;                     // $context.authorizer.NAME; numbers and booleans as text
  std::string usageIdentifierKey;  // an API key's value, or empty
  std::unique_ptr<const ports::ReadPolicy> policy;
  std::size_t bytes = 0;  // of the text that it came in
};

// Of AWS_IAM.
struct SignedCaller {
  std::string accessKeyId;
  std::string account;
  std::string userId;  // AIDA..., AROA...:session; of root its account
  std::string arn;
};

// What is called, for policies.
struct MethodTarget {
  const std::string& arn;  // arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH
  const std::string& account;
  const std::string& region;
  const ports::ReadPolicy* policy = nullptr;  // the API's own, when it has one
};

inline constexpr char kInvokeAction[] = "execute-api:Invoke";

// "User: WHO is not authorized to perform: execute-api:Invoke on resource: ARN". The account's number is not told
// to those who are refused: ********3333.
std::string denialOf(std::string_view who, const MethodTarget& target);

// Signatures of requests, and what their owners may. Implemented by server/. On the loop.
class SignedCallers {
 public:
  virtual ~SignedCallers() = default;
  // What can be told before the body is read. Faults as below.
  virtual Result<void> screen(const http::Request& request) const = 0;
  // Faults, in the words of AWS's REST services: MissingAuthenticationTokenException, InvalidSignatureException,
  // IncompleteSignatureException, UnrecognizedClientException, ExpiredTokenException and AccessDeniedException, all
  // with status 403.
  virtual Result<SignedCaller> admit(const http::Request& request, std::string_view body,
                                     const MethodTarget& target) = 0;
};

}  // namespace hearth::gateway
