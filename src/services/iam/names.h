// What names, paths, descriptions, tags and ARNs of IAM look like, and the unique ids.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/iam.h"
#include "base/random.h"
#include "base/result.h"

namespace hearth::services::iam {

using Tags = std::map<std::string, std::string>;

enum class EntityKind : unsigned char { kUser, kGroup, kRole };
// "user", "group", "role": as messages, ARNs and member names spell them.
std::string_view wordOf(EntityKind kind);

// Every check returns ValidationError in AWS's words. `member` is the request's member: "userName".
Result<void> checkName(std::string_view member, const std::string& name, std::size_t most);
Result<void> checkEntityName(EntityKind kind, std::string_view member, const std::string& name);
Result<void> checkPath(std::string_view member, const std::string& path);
Result<void> checkPathPrefix(const std::string& prefix);
Result<void> checkDescription(const std::string& description);
Result<void> checkEnum(std::string_view member, const std::string& value,
                       std::initializer_list<std::string_view> allowed);

// Keys of users' and roles' tags are not distinguished by case, those of policies are.
enum class TagKeys : unsigned char { kAnyCase, kExactCase };
// The tags of a request, without duplicates, none of them reserved.
Result<Tags> readTags(const std::vector<api::iam::Tag>& list, TagKeys keys);
Result<void> checkTagKeys(const std::vector<std::string>& keys);
// Overrides what is there. Fault: LimitExceeded beyond 50.
Result<void> mergeTags(Tags& into, const Tags& from, TagKeys keys);
void eraseTags(Tags& from, const std::vector<std::string>& list, TagKeys keys);
std::vector<api::iam::Tag> tagList(const Tags& tags);

// arn:aws:iam::ACCOUNT:policy/PATH/NAME; the account of AWS-managed policies is "aws".
struct PolicyArn {
  std::string account;
  std::string path;
  std::string name;
};
std::optional<PolicyArn> parsePolicyArn(std::string_view arn);

// The user, role, or role of the session, that the ARN names; nullopt for root and for anything else.
struct PrincipalName {
  EntityKind kind = EntityKind::kUser;
  std::string account;
  std::string name;
};
std::optional<PrincipalName> parsePrincipalArn(std::string_view arn);

// "AIDA" and 17 capitals and digits.
std::string uniqueId(std::string_view prefix, base::Random& random);

}  // namespace hearth::services::iam
