// CredentialIssuer: temporary credentials of a role, for functions. Implemented by identity/.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace hearth::ports {

struct RoleCredentials {
  std::string accessKeyId;  // ASIA...
  std::string secretAccessKey;
  std::string sessionToken;
  base::Time expires;
};

class CredentialIssuer {
 public:
  virtual ~CredentialIssuer() = default;
  // May the service take this role for something of this account: a function, an API, a stack? Faults: NoSuchEntity
  // 404 when there is no such role, AccessDenied 403 when it is another account's and when its trust policy does
  // not name the service. On the writer thread or with a read snapshot.
  virtual Result<void> checkAssumable(const std::string& roleArn, const std::string& servicePrincipal,
                                      const std::string& account) = 0;
  // Assumes the role for the service, as checkAssumable() allows it. Thread-safe, needs no
  // transaction: the session token carries its own proof and survives a restart of the server.
  virtual Result<RoleCredentials> assumeForService(const std::string& roleArn, const std::string& sessionName,
                                                   const std::string& servicePrincipal,
                                                   const std::string& account) = 0;
};

}  // namespace hearth::ports
