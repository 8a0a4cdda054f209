// PolicyReader: policies that are in nobody's keeping but the reader's: what an API's authorizer answers for one client,
// and an API's own as a deployment froze it. Implemented by identity/, asked by gateway.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "ports/authorizer.h"

namespace hearth::ports {

struct PolicyQuestion {
  std::string_view action;    // "execute-api:Invoke"
  std::string_view resource;  // ARN
  // All condition keys that the request has, {"aws:SourceIp", {"192.0.2.7"}}. One that a policy names and that is
  // not here is absent, unless every request on AWS has it (aws:...): then a condition on it does not hold.
  const ConditionValues& conditions;
};

// A document, compiled. Immutable, so thread-safe.
class ReadPolicy {
 public:
  enum class Verdict : unsigned char {
    kAllowed,
    kNotAllowed,  // no statement speaks about it
    kDenied,      // one that denies does
  };
  virtual ~ReadPolicy() = default;
  // Of a resource's policy: for a caller whom nothing names.
  virtual Verdict rule(const PolicyQuestion& question) const = 0;
};

class PolicyReader {
 public:
  virtual ~PolicyReader() = default;
  // A policy without principals. Fault: MalformedPolicyDocument 400 with what is wrong. Thread-safe.
  virtual Result<std::unique_ptr<const ReadPolicy>> readPolicy(std::string_view document) const = 0;
  // A resource's, with principals, which all have to be somebody that there could be. Fault: as above.
  virtual Result<std::unique_ptr<const ReadPolicy>> readResourcePolicy(std::string_view document) const = 0;
};

}  // namespace hearth::ports
