#include "services/iam/names.h"

#include <algorithm>

#include "base/bytes.h"
#include "services/iam/faults.h"

namespace hearth::services::iam {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::size_t kLongestTagKey = 128;
constexpr std::size_t kLongestTagValue = 256;
constexpr std::size_t kLongestPath = 512;
constexpr std::size_t kLongestDescription = 1000;

std::string tooLong(std::size_t most) {
  return "Member must have length less than or equal to " + std::to_string(most);
}

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// [\w+=,.@-]
bool isNameCharacter(char c) {
  return isAlphanumeric(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
}

// [\p{L}\p{Z}\p{N}_.:/=+\-@]; beyond ASCII every character counts as a letter.
bool isTagCharacter(char c) {
  return isAlphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view(" _.:/=+-@").find(c) != std::string_view::npos;
}

// [\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]
bool isDescriptionText(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      // Two bytes of UTF-8 that stand for U+00A1 to U+00FF.
      auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
      if (!(byte == 0xc2 && next >= 0xa1) && byte != 0xc3) return false;
      ++i;
    } else if (byte != '\t' && byte != '\n' && byte != '\r' && (byte < 0x20 || byte == 0x7f)) {
      return false;
    }
  }
  return base::isUtf8(text);
}

// Code points of well-formed UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool isTagText(std::string_view text) {
  return base::isUtf8(text) && std::all_of(text.begin(), text.end(), isTagCharacter);
}

bool isSameKey(const std::string& a, const std::string& b, TagKeys keys) {
  return keys == TagKeys::kAnyCase ? base::equalsIgnoreCase(a, b) : a == b;
}

Result<void> checkTag(const api::iam::Tag& tag, std::size_t position) {
  constexpr std::string_view kPattern =
      "Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";
  std::string member = "tags." + std::to_string(position) + ".member.";
  if (tag.key.empty())
    return constraintBroken(member + "key", "Member must have length greater than or equal to 1");
  if (characters(tag.key) > kLongestTagKey) return constraintBroken(member + "key", tooLong(kLongestTagKey));
  if (characters(tag.value) > kLongestTagValue)
    return constraintBroken(member + "value", tooLong(kLongestTagValue));
  if (!isTagText(tag.key)) return constraintBroken(member + "key", std::string(kPattern) + "+");
  if (!isTagText(tag.value)) return constraintBroken(member + "value", std::string(kPattern) + "*");
  if (base::toLower(tag.key).starts_with("aws:"))
    return invalidInput("Tag keys that begin with aws: are reserved for system use.");
  return {};
}

bool isAccount(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), isNameCharacter);
}

bool isPath(std::string_view path) {
  return !path.empty() && path.size() <= kLongestPath && path.front() == '/' && path.back() == '/' &&
         std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// What stands behind `prefix`, up to a colon: the account; the rest goes to `rest`.
std::optional<std::string_view> cutAccount(std::string_view arn, std::string_view prefix, std::string_view& rest) {
  if (!arn.starts_with(prefix)) return std::nullopt;
  arn.remove_prefix(prefix.size());
  std::size_t colon = arn.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  rest = arn.substr(colon + 1);
  return arn.substr(0, colon);
}

}  // namespace

std::string_view wordOf(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return "user";
    case EntityKind::kGroup:
      return "group";
    case EntityKind::kRole:
      break;
  }
  return "role";
}

Result<void> checkName(std::string_view member, const std::string& name, std::size_t most) {
  if (name.empty()) return constraintBroken(member, "Member must have length greater than or equal to 1");
  if (name.size() > most) return constraintBroken(member, tooLong(most));
  if (!std::all_of(name.begin(), name.end(), isNameCharacter))
    return validationError("The specified value for " + std::string(member) +
                           " is invalid. It must contain only alphanumeric characters and/or the following: "
                           "+=,.@_-");
  return {};
}

Result<void> checkEntityName(EntityKind kind, std::string_view member, const std::string& name) {
  return checkName(member, name, kind == EntityKind::kGroup ? 128 : 64);
}

Result<void> checkPath(std::string_view member, const std::string& path) {
  if (path.size() > kLongestPath) return constraintBroken(member, tooLong(kLongestPath));
  if (!isPath(path))
    return validationError("The specified value for " + std::string(member) +
                           " is invalid. It must begin and end with / and contain only alphanumeric characters "
                           "and/or / characters.");
  return {};
}

Result<void> checkPathPrefix(const std::string& prefix) {
  if (prefix.size() > kLongestPath) return constraintBroken("pathPrefix", tooLong(kLongestPath));
  if (!prefix.starts_with('/') ||
      !std::all_of(prefix.begin(), prefix.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return validationError(
        "The specified value for pathPrefix is invalid. It must begin with the / character and contain only "
        "alphanumeric characters and/or / characters.");
  return {};
}

Result<void> checkDescription(const std::string& description) {
  if (characters(description) > kLongestDescription)
    return constraintBroken("description", tooLong(kLongestDescription));
  if (!isDescriptionText(description))
    return constraintBroken("description",
                            "Member must satisfy regular expression pattern: "
                            "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*");
  return {};
}

Result<void> checkEnum(std::string_view member, const std::string& value,
                       std::initializer_list<std::string_view> allowed) {
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return {};
  return constraintBroken(member, "Member must satisfy enum value set");
}

Result<Tags> readTags(const std::vector<api::iam::Tag>& list, TagKeys keys) {
  if (list.size() > kMostTags) return constraintBroken("tags", tooLong(kMostTags));
  Tags tags;
  for (std::size_t i = 0; i < list.size(); ++i) {
    HEARTH_CHECK(checkTag(list[i], i + 1));
    bool known = std::any_of(tags.begin(), tags.end(),
                             [&](const auto& tag) { return isSameKey(tag.first, list[i].key, keys); });
    if (known)
      return invalidInput(keys == TagKeys::kAnyCase
                              ? "Duplicate tag keys found. Please note that Tag keys are case insensitive."
                              : "Duplicate tag keys found.");
    tags[list[i].key] = list[i].value;
  }
  return tags;
}

Result<void> checkTagKeys(const std::vector<std::string>& keys) {
  if (keys.size() > kMostTags) return constraintBroken("tagKeys", tooLong(kMostTags));
  for (const std::string& key : keys)
    if (key.empty() || characters(key) > kLongestTagKey || !isTagText(key))
      return constraintBroken(
          "tagKeys",
          "Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have "
          "length greater than or equal to 1, Member must satisfy regular expression pattern: "
          "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]");
  return {};
}

Result<void> mergeTags(Tags& into, const Tags& from, TagKeys keys) {
  for (const auto& [key, value] : from) {
    eraseTags(into, {key}, keys);
    into[key] = value;
  }
  if (into.size() > kMostTags) return limitExceeded("The number of tags has reached the maximum limit.");
  return {};
}

void eraseTags(Tags& from, const std::vector<std::string>& list, TagKeys keys) {
  std::erase_if(from, [&](const auto& tag) {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& key) { return isSameKey(tag.first, key, keys); });
  });
}

std::vector<api::iam::Tag> tagList(const Tags& tags) {
  std::vector<api::iam::Tag> list;
  list.reserve(tags.size());
  for (const auto& [key, value] : tags) list.push_back({key, value});
  return list;
}

std::optional<PolicyArn> parsePolicyArn(std::string_view arn) {
  std::string_view rest;
  auto account = cutAccount(arn, "arn:aws:iam::", rest);
  if (!account || (*account != "aws" && !isAccount(*account)) || !rest.starts_with("policy/")) return std::nullopt;
  std::string_view pathAndName = rest.substr(std::string_view("policy").size());
  std::size_t slash = pathAndName.rfind('/');
  PolicyArn parsed{std::string(*account), std::string(pathAndName.substr(0, slash + 1)),
                   std::string(pathAndName.substr(slash + 1))};
  if (!isPath(parsed.path) || !isName(parsed.name)) return std::nullopt;
  return parsed;
}

std::optional<PrincipalName> parsePrincipalArn(std::string_view arn) {
  std::string_view rest;
  if (auto account = cutAccount(arn, "arn:aws:sts::", rest); account && isAccount(*account)) {
    // assumed-role/ROLE/SESSION
    constexpr std::string_view kSession = "assumed-role/";
    if (!rest.starts_with(kSession)) return std::nullopt;
    rest.remove_prefix(kSession.size());
    std::string_view role = rest.substr(0, rest.find('/'));
    if (role.size() == rest.size() || !isName(role)) return std::nullopt;
    return PrincipalName{EntityKind::kRole, std::string(*account), std::string(role)};
  }
  auto account = cutAccount(arn, "arn:aws:iam::", rest);
  if (!account || !isAccount(*account)) return std::nullopt;
  EntityKind kind = rest.starts_with("role/") ? EntityKind::kRole : EntityKind::kUser;
  if (!rest.starts_with(wordOf(kind)) || rest.size() <= wordOf(kind).size() || rest[wordOf(kind).size()] != '/')
    return std::nullopt;
  std::string_view name = rest.substr(rest.rfind('/') + 1);
  if (!isName(name)) return std::nullopt;
  return PrincipalName{kind, std::string(*account), std::string(name)};
}

std::string uniqueId(std::string_view prefix, base::Random& random) {
  return std::string(prefix) + base::randomText(random, 17, base::kUpperAlphanumeric);
}

}  // namespace hearth::services::iam
