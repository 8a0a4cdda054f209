// The grammar of policy documents.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::iam {

enum class PolicyKind : unsigned char {
  kInline,
  kManaged,  // must say Version 2012-10-17
};

// Characters without white space: what AWS's limits count.
std::size_t policySize(std::string_view document);

// A document of an identity: it says what, never who. Faults: ValidationError for its characters and length,
// MalformedPolicyDocument for everything else, in AWS's words and order.
Result<void> checkPolicyDocument(std::string_view document, PolicyKind kind);

// A role's trust policy: it says who. `exists` tells whether the user or role of an ARN is there. Faults as above.
Result<void> checkTrustDocument(std::string_view document,
                                const std::function<bool(const std::string& arn)>& exists);

}  // namespace hearth::services::iam
