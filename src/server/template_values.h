// TemplateValues: what templates take from the Parameter Store and from Secrets Manager, in the rights of the
// stack's actor.
#pragma once

#include "base/clock.h"
#include "identity/authority.h"
#include "ports/credential_issuer.h"
#include "ports/template_values.h"
#include "services/secretsmanager/secretsmanager_service.h"
#include "services/ssm/ssm_service.h"

namespace hearth::server {

class TemplateValues final : public ports::TemplateValues {
 public:
  // Borrows everything.
  TemplateValues(const services::ssm::SsmService& parameters,
                 const services::secretsmanager::SecretsManagerService& secrets,
                 const identity::Authority& authority, ports::CredentialIssuer& roles, const base::Clock& clock)
      : parameters_(parameters), secrets_(secrets), authority_(authority), roles_(roles), clock_(clock) {}

  // Needs ssm:GetParameters, secretsmanager:GetSecretValue.
  Result<ports::StoredParameter> readParameter(const ports::ValueReader& reader,
                                               const std::string& name) const override;
  Result<std::string> readSecret(const ports::ValueReader& reader, const ports::SecretQuery& query) const override;

 private:
  Result<void> check(const ports::ValueReader& reader, const api::Access& access) const;
  api::Call callOf(const ports::ValueReader& reader) const;

  const services::ssm::SsmService& parameters_;
  const services::secretsmanager::SecretsManagerService& secrets_;
  const identity::Authority& authority_;
  ports::CredentialIssuer& roles_;
  const base::Clock& clock_;
};

}  // namespace hearth::server
