// TemplateValues: what templates take from other services: parameters of the Parameter Store, and secrets. Asked by
// stacks/, in the rights of whoever a stack acts for; implemented by server/.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace hearth::ports {

// Whose values, and who reads them.
struct ValueReader {
  std::string account;
  std::string region;
  std::string actor;  // as in a ResourceRequest: ARN of a role, user or session; empty: root
};

struct StoredParameter {
  std::string type;  // String, StringList, SecureString
  std::string value;
};

struct SecretQuery {
  std::string id;  // name or ARN
  std::optional<std::string> stage;
  std::optional<std::string> version;
};

class TemplateValues {
 public:
  virtual ~TemplateValues() = default;
  // Thread-safe; do not wait. On the writer thread with what is not committed yet. Faults are the services' own:
  // ParameterNotFound, ParameterVersionNotFound, ResourceNotFoundException, AccessDeniedException ...
  // `name`: "NAME", "NAME:3" or "NAME:label". A SecureString is decrypted.
  virtual Result<StoredParameter> readParameter(const ValueReader& reader, const std::string& name) const = 0;
  // The text of a secret. What has bytes only: InvalidRequestException.
  virtual Result<std::string> readSecret(const ValueReader& reader, const SecretQuery& query) const = 0;
};

}  // namespace hearth::ports
