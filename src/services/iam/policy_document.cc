#include "services/iam/policy_document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "identity/policy.h"
#include "services/iam/faults.h"
#include "services/iam/names.h"

namespace hearth::services::iam {
namespace {

constexpr std::size_t kLongestDocument = 131'072;
constexpr std::string_view kVersion = "2012-10-17";
constexpr std::string_view kOldVersion = "2008-10-17";

Fault syntaxError() { return malformedPolicy("Syntax errors in policy."); }
Fault legacyError() { return malformedPolicy("The policy failed legacy parsing"); }

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

template <std::size_t N>
bool isOneOf(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The member's texts: of a string itself, of a list its strings.
std::vector<std::string_view> textsOf(const JsonObject& statement, std::string_view member) {
  std::vector<std::string_view> texts;
  const Json* value = statement.if_contains(member);
  if (!value) return texts;
  if (value->is_string()) texts.emplace_back(value->get_string());
  if (const auto* list = value->if_array())
    for (const Json& item : *list)
      if (item.is_string()) texts.emplace_back(item.get_string());
  return texts;
}

// --- characters

Result<void> checkCharacters(std::string_view document) {
  if (document.empty())
    return constraintBroken("policyDocument", "Member must have length greater than or equal to 1");
  if (document.size() > kLongestDocument)
    return constraintBroken("policyDocument", "Member must have length less than or equal to 131072");
  // [\u0009\u000A\u000D\u0020-\u00FF]+, in UTF-8.
  bool good = base::isUtf8(document) && std::all_of(document.begin(), document.end(), [](char c) {
                auto byte = static_cast<unsigned char>(c);
                return byte >= 0x20 ? byte <= 0xc3 : c == '\t' || c == '\n' || c == '\r';
              });
  if (!good)
    return constraintBroken("policyDocument",
                            "Member must satisfy regular expression pattern: "
                            "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+");
  return {};
}

// --- syntax

bool isTextOrTexts(const JsonObject& statement, std::string_view member) {
  const Json* value = statement.if_contains(member);
  if (!value || value->is_string()) return true;
  const auto* list = value->if_array();
  return list && std::all_of(list->begin(), list->end(),
                             [](const Json& item) { return item.is_null() || item.is_string(); });
}

bool isOperator(std::string_view name) {
  for (std::string_view prefix : {"ForAnyValue:", "ForAllValues:"})
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  if (name.ends_with("IfExists")) name.remove_suffix(std::string_view("IfExists").size());
  return identity::isConditionOperator(name);
}

bool isCondition(const Json& condition) {
  const auto* operators = condition.if_object();
  if (!operators) return false;
  for (const auto& [name, keys] : *operators) {
    const auto* object = keys.if_object();
    if (!object) return false;
    for (const auto& [key, value] : *object)
      if (value.is_object() || value.is_null()) return false;
    if (!object->empty() && !isOperator(name)) return false;
  }
  return true;
}

bool isStatement(const Json& value) {
  static constexpr std::array<std::string_view, 9> kElements = {
      "Sid", "Action", "NotAction", "Resource", "NotResource", "Effect", "Principal", "NotPrincipal", "Condition"};
  const auto* statement = value.if_object();
  if (!statement) return false;
  for (const auto& member : *statement)
    if (!isOneOf(kElements, member.key())) return false;
  if (statement->contains("Resource") && statement->contains("NotResource")) return false;
  if (statement->contains("Action") && statement->contains("NotAction")) return false;
  const Json* effect = statement->if_contains("Effect");
  if (!effect || !effect->is_string()) return false;
  std::string_view word(effect->get_string());
  if (!base::equalsIgnoreCase(word, "Allow") && !base::equalsIgnoreCase(word, "Deny")) return false;
  for (std::string_view member : {"Action", "NotAction", "Resource", "NotResource"})
    if (!isTextOrTexts(*statement, member)) return false;
  const Json* condition = statement->if_contains("Condition");
  if (condition && !isCondition(*condition)) return false;
  const Json* sid = statement->if_contains("Sid");
  return !sid || sid->is_string();
}

// The statements of a document that has the right shape.
Result<std::vector<JsonObject>> readStatements(const Json& document) {
  static constexpr std::array<std::string_view, 3> kElements = {"Version", "Id", "Statement"};
  const auto* object = document.if_object();
  if (!object) return syntaxError();
  for (const auto& member : *object)
    if (!isOneOf(kElements, member.key())) return syntaxError();
  if (const Json* version = object->if_contains("Version"))
    if (!version->is_string() || (version->get_string() != kVersion && version->get_string() != kOldVersion))
      return syntaxError();
  if (const Json* id = object->if_contains("Id"); id && !id->is_string()) return syntaxError();
  const Json* statement = object->if_contains("Statement");
  if (!statement) return syntaxError();
  std::vector<JsonObject> statements;
  if (statement->is_object()) {
    if (!isStatement(*statement)) return syntaxError();
    statements.push_back(statement->get_object());
  } else if (const auto* list = statement->if_array(); list && !list->empty()) {
    for (const Json& item : *list) {
      if (!isStatement(item)) return syntaxError();
      statements.push_back(item.get_object());
    }
  } else {
    return syntaxError();
  }
  return statements;
}

// --- dates in conditions

std::optional<std::int64_t> numberOf(std::string_view text) {
  std::int64_t number = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool isNumberIn(std::string_view text, std::int64_t low, std::int64_t high) {
  auto number = numberOf(text);
  return number && *number >= low && *number <= high;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool isDay(std::string_view text) {
  bool beforeChrist = text.starts_with('-');
  if (beforeChrist) text.remove_prefix(1);
  auto parts = split(text, '-');
  std::string year = (beforeChrist ? "-" : "") + std::string(parts[0]);
  return parts.size() <= 3 && isNumberIn(year, -292'275'054, 292'278'993) &&
         (parts.size() < 2 || isNumberIn(parts[1], 1, 12)) && (parts.size() < 3 || isNumberIn(parts[2], 1, 31));
}

bool isZone(std::string_view text) {
  auto parts = split(text, ':');
  return parts.size() <= 2 && std::all_of(parts.begin(), parts.end(), [](auto part) { return part.size() == 2; }) &&
         isNumberIn(parts[0], 0, 23) && (parts.size() < 2 || isNumberIn(parts[1], 0, 59));
}

bool isTimeOfDay(std::string_view text) {
  std::size_t zone = text.find_first_of("z+-");
  if (zone != std::string_view::npos) {
    if (text[zone] == 'z' ? zone + 1 != text.size() : !isZone(text.substr(zone + 1))) return false;
    text = text.substr(0, zone);
  }
  if (text.empty()) return true;
  auto parts = split(text, ':');
  if (parts.size() > 3 || !isNumberIn(parts[0], 0, 23)) return false;
  if (parts.size() > 1 && !isNumberIn(parts[1], 0, 59)) return false;
  if (parts.size() < 3) return true;
  auto seconds = split(parts[2], '.');
  return seconds.size() <= 2 && isNumberIn(seconds[0], 0, 59) &&
         (seconds.size() < 2 || isNumberIn(seconds[1], 0, 999'999'999));
}

// ISO 8601, leniently as AWS reads it, or seconds since the epoch.
bool isDate(std::string_view value) {
  std::string text = base::toLower(value);
  std::size_t t = text.find('t');
  if (t == std::string::npos && !contains(text, '-')) return isNumberIn(text, 0, INT64_MAX);
  std::string_view day(text);
  if (t == std::string::npos) return isDay(day);
  return isDay(day.substr(0, t)) && isTimeOfDay(day.substr(t + 1));
}

bool datesAreGood(const JsonObject& statement) {
  const Json* condition = statement.if_contains("Condition");
  if (!condition) return true;
  for (const auto& [name, keys] : condition->get_object()) {
    std::string_view word(name);
    if (std::size_t colon = word.find(':'); colon != std::string_view::npos) word.remove_prefix(colon + 1);
    if (!word.starts_with("Date")) continue;
    for (const auto& member : keys.get_object())
      for (std::string_view date : textsOf(keys.get_object(), member.key()))
        if (!isDate(date)) return false;
  }
  return true;
}

// --- resources

std::string join(const std::vector<std::string_view>& parts, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < parts.size(); ++i) {
    if (i > from) text += ':';
    text += parts[i];
  }
  return text;
}

// What is wrong with the ARN; empty when nothing is.
std::string resourceFault(std::string_view resource) {
  static constexpr std::array<std::string_view, 8> kPartitions = {
      "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"};
  static constexpr std::array<std::string_view, 13> kIamPaths = {"user/",
                                                                 "federated-user/",
                                                                 "role/",
                                                                 "group/",
                                                                 "instance-profile/",
                                                                 "mfa/",
                                                                 "server-certificate/",
                                                                 "policy/",
                                                                 "sms-mfa/",
                                                                 "saml-provider/",
                                                                 "oidc-provider/",
                                                                 "report/",
                                                                 "access-report/"};
  if (resource == "*") return "";
  std::string text(resource);
  auto parts = split(resource, ':');
  if (parts.size() == 1) return "Resource " + text + " must be in ARN format or \"*\".";
  std::string_view partition = parts[1];
  if (partition != "*" && !isOneOf(kPartitions, partition)) {
    auto part = [&](std::size_t i) { return i < parts.size() ? std::string(parts[i]) : std::string("*"); };
    std::string service = parts.size() == 3 && parts[2].empty() ? "*" : part(2);
    return "Partition \"" + std::string(partition) +
           "\" is not valid for resource \"arn:" + std::string(partition) + ":" + service + ":" + part(3) + ":" +
           part(4) + ":" + (parts.size() > 5 ? join(parts, 5) : "*") + "\".";
  }
  if (parts.size() == 2) return "Resource vendor must be fully qualified and cannot contain regexes.";
  std::string_view service = parts[2];
  std::string name = join(parts, 5);
  bool regional = parts.size() < 4 || !parts[3].empty();
  if (service == "iam" && regional) return "IAM resource " + text + " cannot contain region information.";
  if (service == "s3" && regional && !name.starts_with("accesspoint/"))
    return "Resource " + text + " can not contain region information.";
  if (service == "iam" && name != "*" &&
      std::none_of(kIamPaths.begin(), kIamPaths.end(), [&](auto start) { return name.starts_with(start); })) {
    std::string list;
    for (std::string_view start : kIamPaths) list.append(list.empty() ? "" : ", ").append(start);
    return "IAM resource path must either be \"*\" or start with " + list + ".";
  }
  return "";
}

bool legacyAccepts(std::string_view resource) {
  if (resource == "*") return true;
  auto parts = split(resource, ':');
  bool complete = parts.size() >= 6 || resource.find("::") == std::string_view::npos;
  return complete && parts.size() > 2 && !parts[2].empty();
}

// The first statement's fault decides, in it the resource that sorts first.
Result<std::string> checkResources(const std::vector<JsonObject>& statements) {
  for (const JsonObject& statement : statements)
    for (std::string_view member : {"Resource", "NotResource"}) {
      auto resources = textsOf(statement, member);
      std::sort(resources.begin(), resources.end());
      for (std::string_view resource : resources)
        if (std::string fault = resourceFault(resource); !fault.empty()) return fault;
      if (!std::all_of(resources.begin(), resources.end(), legacyAccepts)) return legacyError();
    }
  return std::string();
}

bool names(const JsonObject& statement, std::string_view member, std::string_view notMember) {
  const Json* value = statement.if_contains(member);
  if (!value) value = statement.if_contains(notMember);
  return value && (value->is_string() || !value->get_array().empty());
}

// --- actions

Result<void> checkAction(std::string_view action) {
  if (action == "*") return {};
  auto colons = std::count(action.begin(), action.end(), ':');
  if (colons == 0)
    return malformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  if (colons > 1) return malformedPolicy("Actions/Condition can contain only one colon.");
  std::string_view vendor = action.substr(0, action.find(':'));
  bool good = vendor == "*" || std::all_of(vendor.begin(), vendor.end(), [](unsigned char c) {
                return (c < 0x80 && std::isalnum(c)) || c == '-' || c == '.';
              });
  if (!good) return malformedPolicy("Vendor " + std::string(vendor) + " is not valid");
  return {};
}

bool sidsAreUnique(const std::vector<JsonObject>& statements) {
  std::set<std::string_view> seen;
  for (const JsonObject& statement : statements) {
    const Json* sid = statement.if_contains("Sid");
    if (!sid || sid->get_string().empty()) continue;
    if (!seen.insert(sid->get_string()).second) return false;
  }
  return true;
}

// --- principals of trust policies

Fault invalidPrincipal(std::string_view kind, std::string_view name) {
  return malformedPolicy("Invalid principal in policy: \"" + base::toUpper(kind) + "\":\"" + std::string(name) +
                         "\"");
}

bool isHostName(std::string_view name) {
  return name.size() <= 253 && contains(name, '.') && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c)) || c == '-' || c == '.';
         });
}

bool isService(std::string_view name) {
  return isHostName(name) && (name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") ||
                              name.ends_with(".amazon.com") || name.ends_with(".aws.internal"));
}

bool isFederation(std::string_view name) {
  if (!name.starts_with("arn:")) return isHostName(name);
  auto parts = split(name, ':');
  return parts.size() >= 6 && parts[1] == "aws" && parts[2] == "iam" && parts[3].empty() &&
         (parts[5].starts_with("saml-provider/") || parts[5].starts_with("oidc-provider/"));
}

bool isAccountNumber(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isAwsPrincipal(std::string_view name, const std::function<bool(const std::string& arn)>& exists) {
  if (name == "*" || isAccountNumber(name)) return true;
  auto parts = split(name, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[1] != "aws" || !parts[3].empty() ||
      !isAccountNumber(parts[4]))
    return false;
  if (parts[2] == "iam" && parts[5] == "root") return true;
  if (parts[2] == "sts" && parts[5].starts_with("federated-user/")) return true;
  return parsePrincipalArn(name) && exists(std::string(name));
}

Result<void> checkPrincipals(const JsonObject& statement,
                             const std::function<bool(const std::string& arn)>& exists) {
  if (statement.contains("NotPrincipal")) return malformedPolicy("Has prohibited field NotPrincipal");
  const Json* principal = statement.if_contains("Principal");
  if (!principal) return malformedPolicy("Missing required field Principal");
  if (principal->is_string()) {
    if (principal->get_string() == "*") return {};
    return malformedPolicy("Invalid principal in policy.");
  }
  const auto* kinds = principal->if_object();
  if (!kinds || kinds->empty()) return malformedPolicy("Invalid principal in policy.");
  for (const auto& [kind, value] : *kinds) {
    if (!isTextOrTexts(*kinds, kind)) return malformedPolicy("Invalid principal in policy.");
    auto texts = textsOf(*kinds, kind);
    if (texts.empty()) return malformedPolicy("Invalid principal in policy.");
    for (std::string_view name : texts) {
      bool good = kind == "Service"     ? isService(name)
                  : kind == "AWS"       ? isAwsPrincipal(name, exists)
                  : kind == "Federated" ? isFederation(name)
                                        : false;
      if (!good) return invalidPrincipal(kind, name);
    }
  }
  return {};
}

Result<void> checkTrustStatement(const JsonObject& statement,
                                 const std::function<bool(const std::string& arn)>& exists) {
  for (std::string_view member : {"Resource", "NotResource"})
    if (statement.contains(member)) return malformedPolicy("Has prohibited field " + std::string(member));
  if (statement.contains("NotAction"))
    return malformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
  if (!names(statement, "Action", "Action")) return malformedPolicy("Missing required field Action");
  for (std::string_view action : textsOf(statement, "Action")) {
    HEARTH_CHECK(checkAction(action));
    if (!base::toLower(action).starts_with("sts:"))
      return malformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  return checkPrincipals(statement, exists);
}

bool effectsAreExact(const std::vector<JsonObject>& statements) {
  return std::all_of(statements.begin(), statements.end(), [](const JsonObject& statement) {
    std::string_view effect(statement.at("Effect").get_string());
    return effect == "Allow" || effect == "Deny";
  });
}

}  // namespace

std::size_t policySize(std::string_view document) {
  return static_cast<std::size_t>(std::count_if(document.begin(), document.end(), [](char c) {
    // Continuation bytes of UTF-8 belong to the character before.
    return c != ' ' && c != '\t' && c != '\n' && c != '\r' && (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

Result<void> checkPolicyDocument(std::string_view text, PolicyKind kind) {
  HEARTH_CHECK(checkCharacters(text));
  auto document = base::parseJson(text);
  if (!document.ok()) return syntaxError();
  HEARTH_TRY(auto statements, readStatements(*document));
  if (kind == PolicyKind::kManaged && base::findString(*document, "Version") != kVersion)
    return malformedPolicy("Policy document must be version 2012-10-17 or greater.");
  if (!effectsAreExact(statements) || !std::all_of(statements.begin(), statements.end(), datesAreGood))
    return legacyError();
  HEARTH_TRY(std::string resourceFaultFound, checkResources(statements));
  if (!sidsAreUnique(statements)) return malformedPolicy("Statement IDs (SID) in a single policy must be unique.");
  for (const JsonObject& statement : statements)
    if (statement.contains("Principal") || statement.contains("NotPrincipal"))
      return malformedPolicy("Policy document should not specify a principal.");
  for (const JsonObject& statement : statements)
    if (!names(statement, "Action", "NotAction")) return malformedPolicy("Policy statement must contain actions.");
  if (!resourceFaultFound.empty()) return malformedPolicy(resourceFaultFound);
  for (const JsonObject& statement : statements)
    for (std::string_view member : {"Action", "NotAction"})
      for (std::string_view action : textsOf(statement, member)) HEARTH_CHECK(checkAction(action));
  for (const JsonObject& statement : statements)
    if (!names(statement, "Resource", "NotResource"))
      return malformedPolicy("Policy statement must contain resources.");
  // What is kept is what decisions will read.
  HEARTH_CHECK(identity::Policy::parse(text, identity::PolicyForm::kIdentity));
  return {};
}

Result<void> checkTrustDocument(std::string_view text, const std::function<bool(const std::string& arn)>& exists) {
  HEARTH_CHECK(checkCharacters(text));
  auto document = base::parseJson(text);
  if (!document.ok()) return malformedPolicy("This policy contains invalid Json");
  HEARTH_TRY(auto statements, readStatements(*document));
  if (!effectsAreExact(statements) || !std::all_of(statements.begin(), statements.end(), datesAreGood))
    return legacyError();
  if (!sidsAreUnique(statements)) return malformedPolicy("Statement IDs (SID) in a single policy must be unique.");
  for (const JsonObject& statement : statements) HEARTH_CHECK(checkTrustStatement(statement, exists));
  // What is kept is what decisions will read.
  auto readable = identity::Policy::parse(text, identity::PolicyForm::kTrust);
  if (!readable.ok()) return std::move(readable).fault();
  return {};
}

}  // namespace hearth::services::iam
