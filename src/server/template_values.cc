#include "server/template_values.h"

#include "server/stack_actor.h"

namespace hearth::server {

Result<void> TemplateValues::check(const ports::ValueReader& reader, const api::Access& access) const {
  const StackActor actor(authority_, roles_, clock_, reader.actor, reader.account, reader.region);
  if (actor.isRoot()) return {};
  HEARTH_CHECK(actor.checkRole());
  return actor.mayDo(access);
}

// Whether it is allowed has been decided.
api::Call TemplateValues::callOf(const ports::ValueReader& reader) const {
  api::Call call;
  call.account = call.principal.account = reader.account;
  call.region = reader.region;
  call.principal.arn = reader.actor.empty() ? "arn:aws:iam::" + reader.account + ":root" : reader.actor;
  call.principal.isRoot = reader.actor.empty();
  call.now = clock_.now();
  return call;
}

Result<ports::StoredParameter> TemplateValues::readParameter(const ports::ValueReader& reader,
                                                             const std::string& name) const {
  HEARTH_TRY(const auto selector, services::ssm::parseSelector(name, reader.account, reader.region));
  const services::ssm::ParameterName parameter{reader.account, reader.region, selector.name};
  HEARTH_CHECK(check(reader, {"ssm:GetParameters", parameter.arn()}));
  HEARTH_TRY(auto found, parameters_.getParameter(callOf(reader), {.name = name, .withDecryption = true}));
  return ports::StoredParameter{std::move(*found.parameter->type), std::move(*found.parameter->value)};
}

Result<std::string> TemplateValues::readSecret(const ports::ValueReader& reader,
                                               const ports::SecretQuery& query) const {
  api::Access access{"secretsmanager:GetSecretValue",
                     secrets_.accessNames()(reader.account, reader.region, query.id)};
  access.addCondition("secretsmanager:SecretId", query.id);
  access.addCondition("secretsmanager:VersionStage", query.stage);
  access.addCondition("secretsmanager:VersionId", query.version);
  HEARTH_CHECK(check(reader, access));
  HEARTH_TRY(auto found,
             secrets_.getSecretValue(
                 callOf(reader), {.secretId = query.id, .versionId = query.version, .versionStage = query.stage}));
  if (!found.secretString) return Fault("InvalidRequestException", "The secret has bytes, and no text.");
  return *std::move(found.secretString);
}

}  // namespace hearth::server
