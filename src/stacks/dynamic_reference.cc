#include "stacks/dynamic_reference.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

using Kind = DynamicReference::Kind;

constexpr std::string_view kOpen = "{{resolve:";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kPlainOpen = "{{resolve:ssm:";
constexpr std::string_view kSecureOpen = "{{resolve:ssm-secure:";
constexpr std::string_view kSecretOpen = "{{resolve:secretsmanager:";
constexpr std::size_t kMaxReference = 4096;

// The properties that take ssm-secure on AWS.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kSecurePlaces = {{
    {"AWS::DirectoryService::MicrosoftAD", "Password"},
    {"AWS::DirectoryService::SimpleAD", "Password"},
    {"AWS::ElastiCache::ReplicationGroup", "AuthToken"},
    {"AWS::IAM::User", "LoginProfile/Password"},
    {"AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration/Password"},
    {"AWS::OpsWorks::App", "AppSource/Password"},
    {"AWS::OpsWorks::Stack", "CustomCookbooksSource/Password"},
    {"AWS::OpsWorks::Stack", "RdsDbInstances/DbPassword"},
    {"AWS::RDS::DBCluster", "MasterUserPassword"},
    {"AWS::RDS::DBInstance", "MasterUserPassword"},
    {"AWS::Redshift::Cluster", "MasterUserPassword"},
}};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

bool isParameterName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return isAlphanumeric(std::string_view(&c, 1)) || c == '_' || c == '.' || c == '-' || c == '/';
  });
}

bool isVersion(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Fault incorrect(std::string_view what, std::string_view reference) {
  return validationError("Incorrect format is used in the following " + std::string(what) + " reference: [" +
                         std::string(reference.substr(0, 300)) + "]");
}

Result<DynamicReference> parseParameter(Kind kind, std::string_view text, std::string_view key) {
  const auto parts = split(key);
  const bool fits = parts.size() <= 2 && isParameterName(parts[0]) && (parts.size() == 1 || isVersion(parts[1]));
  if (!fits) return incorrect("SSM", text);
  return DynamicReference{.kind = kind, .text = std::string(text), .key = std::string(key)};
}

// ID[:SecretString[:JSON-KEY[:STAGE[:VERSION]]]]; an ARN has six colons of its own.
Result<DynamicReference> parseSecret(std::string_view text, std::string_view key) {
  constexpr std::size_t kArnParts = 7;
  const auto parts = split(key);
  const std::size_t own = parts[0] == "arn" ? kArnParts : 1;
  if (parts.size() < own || parts.size() > own + 4) return incorrect("Secrets Manager", text);
  DynamicReference reference{.kind = Kind::kSecret, .text = std::string(text)};
  const char* end = parts[own - 1].data() + parts[own - 1].size();
  reference.key.assign(key.data(), end);
  const auto part = [&](std::size_t at) {
    return parts.size() > own + at ? std::string(parts[own + at]) : std::string();
  };
  const std::string form = part(0);
  if (reference.key.empty() || (!form.empty() && form != "SecretString")) return incorrect("Secrets Manager", text);
  reference.jsonKey = part(1);
  reference.versionStage = part(2);
  reference.versionId = part(3);
  return reference;
}

// nullopt: no service that has any.
Result<std::optional<DynamicReference>> parse(std::string_view text) {
  using Parsed = std::optional<DynamicReference>;
  const auto keyBehind = [&](std::string_view open) {
    return text.substr(open.size(), text.size() - open.size() - kClose.size());
  };
  if (text.starts_with(kPlainOpen)) {
    HEARTH_TRY(auto reference, parseParameter(Kind::kPlain, text, keyBehind(kPlainOpen)));
    return Parsed(std::move(reference));
  }
  if (text.starts_with(kSecureOpen)) {
    HEARTH_TRY(auto reference, parseParameter(Kind::kSecure, text, keyBehind(kSecureOpen)));
    return Parsed(std::move(reference));
  }
  if (text.starts_with(kSecretOpen)) {
    HEARTH_TRY(auto reference, parseSecret(text, keyBehind(kSecretOpen)));
    return Parsed(std::move(reference));
  }
  return Parsed();
}

Result<std::string> replace(std::string_view text, bool plain, const ReferenceLookup& lookup) {
  HEARTH_TRY(const auto pieces, splitReferences(text));
  std::string result;
  for (const TextPiece& piece : pieces) {
    if (!piece.reference || (piece.reference->kind == Kind::kPlain) != plain) {
      result += piece.text;
      continue;
    }
    HEARTH_TRY(const std::string value, lookup(*piece.reference));
    result += value;
  }
  return result;
}

bool isSecurePlace(std::string_view type, std::string_view path) {
  return std::find(kSecurePlaces.begin(), kSecurePlaces.end(), std::pair{type, path}) != kSecurePlaces.end();
}

// `path` is where the value stands: "Environment/Variables/KEY"; lists have no names of their own.
Result<void> checkSecrets(std::string_view type, const std::string& path, const Json& value,
                          std::set<std::string>& misplaced) {
  if (const auto* text = value.if_string()) {
    if (!mayHaveSecret(std::string_view(*text))) return {};
    HEARTH_TRY(const auto pieces, splitReferences(*text));
    for (const TextPiece& piece : pieces) {
      if (piece.reference && piece.reference->kind == Kind::kSecure && !isSecurePlace(type, path))
        misplaced.insert(std::string(type) + "/Properties/" + path);
    }
  } else if (const auto* list = value.if_array()) {
    for (const Json& element : *list) HEARTH_CHECK(checkSecrets(type, path, element, misplaced));
  } else if (const auto* map = value.if_object()) {
    for (const auto& [key, member] : *map) {
      const std::string inner = path.empty() ? std::string(key) : path + "/" + std::string(key);
      HEARTH_CHECK(checkSecrets(type, inner, member, misplaced));
    }
  }
  return {};
}

bool hasOpening(const Json& value) {
  if (const auto* text = value.if_string()) return std::string_view(*text).find(kOpen) != std::string_view::npos;
  if (const auto* list = value.if_array()) return std::any_of(list->begin(), list->end(), hasOpening);
  if (const auto* map = value.if_object())
    return std::any_of(map->begin(), map->end(), [](const auto& one) { return hasOpening(one.value()); });
  return false;
}

Result<std::string> valueOfKey(const std::string& secret, const std::string& key) {
  const auto document = base::parseJson(secret);
  if (!document.ok() || !document->is_object()) return validationError("Could not parse SecretString JSON");
  const Json* value = base::findMember(*document, key);
  auto text = value ? textOf(*value) : std::nullopt;
  if (!text) return validationError("Could not find a value associated with JSONKey in SecretString");
  return *std::move(text);
}

}  // namespace

std::size_t countOpenings(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(kOpen); at != std::string_view::npos; at = text.find(kOpen, at + 1)) ++count;
  return count;
}

Result<Json> withoutReferences(Json value, const std::string& source) {
  if (!hasOpening(value)) return value;
  return templateError("the value of " + source.substr(0, 300) +
                       " has a dynamic reference in it. Only a template and its parameters can have them.");
}

Result<Json> withoutForeign(Json value, const ports::ResourceSpec* spec, const std::string& logicalId) {
  if (!spec || !spec->takesTime) return value;
  return withoutReferences(std::move(value), "the resource " + logicalId);
}

bool mayHavePlain(std::string_view text) { return text.find(kPlainOpen) != std::string_view::npos; }

bool mayHaveSecure(std::string_view text) { return text.find(kSecureOpen) != std::string_view::npos; }

bool mayHaveSecret(std::string_view text) {
  return text.find(kSecretOpen) != std::string_view::npos || mayHaveSecure(text);
}

bool mayHaveSecret(const Json& value) {
  if (const auto* text = value.if_string()) return mayHaveSecret(std::string_view(*text));
  if (const auto* list = value.if_array())
    return std::any_of(list->begin(), list->end(), [](const Json& one) { return mayHaveSecret(one); });
  if (const auto* map = value.if_object())
    return std::any_of(map->begin(), map->end(), [](const auto& one) { return mayHaveSecret(one.value()); });
  return false;
}

Result<std::vector<TextPiece>> splitReferences(std::string_view text) {
  std::vector<TextPiece> pieces;
  std::string literal;
  while (true) {
    const auto open = text.find(kOpen);
    const auto close = open == std::string_view::npos ? open : text.find(kClose, open);
    if (close == std::string_view::npos) break;
    literal += text.substr(0, open);
    const std::string_view whole = text.substr(open, close + kClose.size() - open);
    text.remove_prefix(close + kClose.size());
    if (whole.size() > kMaxReference) return incorrect("dynamic", whole);
    HEARTH_TRY(auto reference, parse(whole));
    if (!reference) {
      literal += whole;
      continue;
    }
    if (!literal.empty()) pieces.push_back({std::exchange(literal, {}), std::nullopt});
    pieces.push_back({std::string(whole), std::move(reference)});
  }
  literal += text;
  if (!literal.empty()) pieces.push_back({std::move(literal), std::nullopt});
  return pieces;
}

Result<std::string> replacePlain(std::string_view text, const ReferenceLookup& lookup) {
  return replace(text, true, lookup);
}

Result<std::string> replaceSecrets(std::string_view text, const ReferenceLookup& lookup) {
  return replace(text, false, lookup);
}

bool isMissingParameter(const Fault& fault) {
  return fault.code == "ParameterNotFound" || fault.code == "ParameterVersionNotFound" ||
         fault.code == "ValidationException";
}

Fault refusedParameter(const Fault& fault) {
  return validationError(fault.message + " (Service: AWSSimpleSystemsManagement; Status Code: " +
                         std::to_string(fault.status) + "; Error Code: " + fault.code + ")");
}

ReferenceLookup plainLookup(const ports::TemplateValues& values, ports::ValueReader reader) {
  auto known = std::make_shared<std::map<std::string, std::string>>();
  return [&values, reader = std::move(reader), known](const DynamicReference& reference) -> Result<std::string> {
    if (const auto found = known->find(reference.key); found != known->end()) return found->second;
    auto parameter = values.readParameter(reader, reference.key);
    if (!parameter.ok()) {
      if (!isMissingParameter(parameter.fault())) return refusedParameter(parameter.fault());
      return validationError("Parameters: [ssm:" + reference.key + "] cannot be found.");
    }
    if (parameter->type == "SecureString")
      return validationError("Parameters [" + reference.key +
                             "] referenced by template have types not supported by CloudFormation.");
    HEARTH_TRY(const Json value, withoutReferences(Json(parameter->value), "the parameter ssm:" + reference.key));
    known->emplace(reference.key, parameter->value);
    return std::move(parameter->value);
  };
}

Result<std::string> readSecretReference(const ports::TemplateValues& values, const ports::ValueReader& reader,
                                        const DynamicReference& reference) {
  if (reference.kind != Kind::kSecret) {
    HEARTH_TRY(auto parameter, values.readParameter(reader, reference.key));
    return std::move(parameter.value);
  }
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
  };
  HEARTH_TRY(std::string secret,
             values.readSecret(reader, {reference.key, given(reference.versionStage), given(reference.versionId)}));
  if (reference.jsonKey.empty()) return secret;
  return valueOfKey(secret, reference.jsonKey);
}

Result<void> checkSecretReferences(std::string_view type, const JsonObject& properties,
                                   std::set<std::string>& misplaced) {
  return checkSecrets(type, "", Json(properties), misplaced);
}

Result<void> refuseSecureIn(const std::set<std::string>& places) {
  if (places.empty()) return {};
  return validationError("SSM Secure reference is not supported in: [" + joinNames(places, ",") + "]");
}

Result<void> checkReferenceCount(std::string_view templateText) {
  const std::size_t count = countOpenings(templateText);
  if (count <= kMaxReferences) return {};
  return validationError("Template error: a template has at most 60 dynamic references; this one has " +
                         std::to_string(count) + ".");
}

}  // namespace hearth::stacks
