// Policy documents from strangers: reading ends, whatever is refused has one of AWS's two codes, and a document
// that IAM would keep can be read by those who decide with it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "identity/policy.h"
#include "services/iam/policy_document.h"

namespace {

using hearth::services::iam::PolicyKind;

void requireKnown(const hearth::Fault& fault) {
  if (fault.code != "MalformedPolicyDocument" && fault.code != "ValidationError") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (hearth::services::iam::policySize(text) > text.size()) std::abort();
  for (const auto kind : {PolicyKind::kInline, PolicyKind::kManaged}) {
    const auto checked = hearth::services::iam::checkPolicyDocument(text, kind);
    if (!checked.ok()) requireKnown(checked.fault());
  }
  const auto everyone = [](const std::string&) { return true; };
  const auto trust = hearth::services::iam::checkTrustDocument(text, everyone);
  if (!trust.ok()) requireKnown(trust.fault());
  const auto parsed = hearth::identity::Policy::parse(text, hearth::identity::PolicyForm::kTrust);
  if (trust.ok() && !parsed.ok()) std::abort();
  if (!parsed.ok()) {
    if (parsed.fault().code != "MalformedPolicyDocument") std::abort();
    return 0;
  }
  return 0;
}
