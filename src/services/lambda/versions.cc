// Versions and aliases.
#include <algorithm>

#include "services/constraints.h"
#include "services/lambda/configuration.h"
#include "services/lambda/lambda_service.h"

namespace hearth::services::lambda {

using namespace api::lambda;

namespace {

Result<void> checkAliasName(const std::string& name) {
  bool digits = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  bool valid = !name.empty() && name.size() <= 128 && !digits &&
               std::all_of(name.begin(), name.end(),
                           [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
  if (valid) return {};
  return Fault("ValidationException", "1 validation error detected: Value '" + name.substr(0, 128) +
                                          "' at 'name' failed to satisfy constraint: Member must satisfy regular "
                                          "expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)");
}

template <class Input>
Result<void> refuseWeights(const Input& in) {
  if (in.routingConfig && in.routingConfig->additionalVersionWeights &&
      !in.routingConfig->additionalVersionWeights->empty())
    return invalidParameter("Hearth does not support weighted aliases.");
  return {};
}

Fault noSuchAlias(const FunctionName& function, const std::string& alias) {
  return Fault("ResourceNotFoundException", "Cannot find alias arn: " + function.arn() + ":" + alias, 404)
      .with("Type", "User");
}

}  // namespace

Result<FunctionConfiguration> LambdaService::publish(FunctionRow function, const std::string& description) {
  HEARTH_TRY(VersionRow latest, getVersion(function, kLatest));
  // Publishing what was published already gives the same version again.
  if (function.nextVersion > 1) {
    auto last = store_.findVersion(function.id, std::to_string(function.nextVersion - 1));
    if (last && last->contentId == latest.contentId &&
        last->configuration.lastModified == latest.configuration.lastModified)
      return last->configuration;
  }
  VersionRow version = latest;
  version.version = std::to_string(function.nextVersion++);
  version.configuration.version = version.version;
  version.configuration.functionArn = function.name.arn() + ":" + version.version;
  if (!description.empty()) version.configuration.description = description;
  version.configuration.revisionId = base::randomUuid(random_);
  store_.putVersion(function.id, version);
  store_.update(function);
  return version.configuration;
}

Result<PublishVersionOutput> LambdaService::publishVersion(const api::Call& call, PublishVersionInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_TRY(VersionRow latest, getVersion(function, kLatest));
  if (in.codeSha256 && !in.codeSha256->empty() && in.codeSha256 != latest.configuration.codeSha256)
    return invalidParameter(
        "CodeSHA256 (" + in.codeSha256->substr(0, 64) + ") is different from current CodeSHA256 in $LATEST (" +
        latest.configuration.codeSha256.value_or("") + "). Please try again with the CodeSHA256 in $LATEST.");
  if (in.revisionId && in.revisionId != latest.configuration.revisionId)
    return Fault("PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId.",
                 412);
  return publish(function, in.description.value_or(""));
}

Result<ListVersionsByFunctionOutput> LambdaService::listVersionsByFunction(const api::Call& call,
                                                                           ListVersionsByFunctionInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  auto versions = store_.listVersions(function.id);
  auto begin = versions.begin();
  if (in.marker) {
    begin = std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.version == *in.marker; });
    if (begin == versions.end()) return invalidParameter("Invalid Marker");
    ++begin;
  }
  HEARTH_CHECK(checkRange(in.maxItems, "maxItems", 1, 10'000));
  auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxItems.value_or(50), 1, 50));
  ListVersionsByFunctionOutput out;
  auto& list = out.versions.emplace();
  for (; begin != versions.end() && list.size() < most; ++begin) list.push_back(begin->configuration);
  if (begin != versions.end()) out.nextMarker = list.back().version;
  return out;
}

Result<CreateAliasOutput> LambdaService::createAlias(const api::Call& call, CreateAliasInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_CHECK(checkAliasName(in.name));
  HEARTH_CHECK(refuseWeights(in));
  HEARTH_CHECK(getVersion(function, in.functionVersion));
  if (store_.findAlias(function.id, in.name))
    return Fault("ResourceConflictException", "Alias already exists: " + name.arn() + ":" + in.name, 409)
        .with("Type", "User");
  AliasConfiguration alias;
  alias.aliasArn = name.arn() + ":" + in.name;
  alias.name = in.name;
  alias.functionVersion = in.functionVersion;
  alias.description = in.description.value_or("");
  alias.revisionId = base::randomUuid(random_);
  store_.putAlias(function.id, {in.name, alias});
  changed(function.name);
  return alias;
}

Result<UpdateAliasOutput> LambdaService::updateAlias(const api::Call& call, UpdateAliasInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_CHECK(refuseWeights(in));
  auto alias = store_.findAlias(function.id, in.name);
  if (!alias) return noSuchAlias(name, in.name);
  if (in.revisionId && in.revisionId != alias->configuration.revisionId)
    return Fault("PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId.",
                 412);
  if (in.functionVersion) {
    HEARTH_CHECK(getVersion(function, *in.functionVersion));
    alias->configuration.functionVersion = in.functionVersion;
  }
  if (in.description) alias->configuration.description = in.description;
  alias->configuration.revisionId = base::randomUuid(random_);
  store_.putAlias(function.id, *alias);
  changed(function.name);
  return alias->configuration;
}

Result<DeleteAliasOutput> LambdaService::deleteAlias(const api::Call& call, DeleteAliasInput in) {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  store_.removeAlias(function.id, in.name);
  changed(function.name);
  return DeleteAliasOutput{};
}

Result<GetAliasOutput> LambdaService::getAlias(const api::Call& call, GetAliasInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  auto alias = store_.findAlias(function.id, in.name);
  if (!alias) return noSuchAlias(name, in.name);
  return alias->configuration;
}

Result<ListAliasesOutput> LambdaService::listAliases(const api::Call& call, ListAliasesInput in) const {
  HEARTH_TRY(FunctionName name, nameOf(call, in.functionName));
  HEARTH_TRY(FunctionRow function, getRow(name));
  HEARTH_CHECK(checkRange(in.maxItems, "maxItems", 1, 10'000));
  auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(in.maxItems.value_or(50), 1, 50));
  ListAliasesOutput out;
  auto& list = out.aliases.emplace();
  for (AliasRow& alias : store_.listAliases(function.id)) {
    if (in.marker && alias.name <= *in.marker) continue;
    if (in.functionVersion && alias.configuration.functionVersion != in.functionVersion) continue;
    if (list.size() == most) {
      out.nextMarker = list.back().name;
      break;
    }
    list.push_back(std::move(alias.configuration));
  }
  return out;
}

}  // namespace hearth::services::lambda
