// Managed policies, their versions, and who uses them.
#include <algorithm>
#include <charconv>
#include <set>

#include "base/bytes.h"
#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/policy_document.h"
#include "services/iam/times.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

constexpr std::size_t kMostPolicies = 1500;
constexpr std::size_t kMostVersions = 5;
constexpr std::size_t kLongestPolicy = 6144;

Fault policyMissing(const std::string& arn) { return noSuchEntity("Policy " + arn + " was not found."); }

Fault versionMissing(const std::string& arn, const std::string& version) {
  return noSuchEntity("Policy " + arn + " version " + version + " does not exist or is not attachable.");
}

Fault notArn(const std::string& arn) { return validationError("ARN " + arn.substr(0, 2048) + " is not valid."); }

std::string versionId(std::int64_t number) { return "v" + std::to_string(number); }

// v[1-9][0-9]*(\.[A-Za-z0-9-]*)?; the number, or nullopt when no policy can have so many.
Result<std::optional<std::int64_t>> readVersionId(const std::string& id) {
  std::string_view digits = std::string_view(id).substr(0, id.find('.'));
  bool good = digits.size() >= 2 && digits[0] == 'v' && digits[1] != '0' &&
              std::all_of(digits.begin() + 1, digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!good)
    return constraintBroken("versionId",
                            "Member must satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?");
  std::int64_t number = 0;
  auto end = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (end.ec != std::errc() || end.ptr != id.data() + id.size()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(number);
}

Result<void> checkDocument(const std::string& document) {
  HEARTH_CHECK(checkPolicyDocument(document, PolicyKind::kManaged));
  if (policySize(document) > kLongestPolicy) return quotaExceeded("PolicySize", kLongestPolicy);
  return {};
}

PolicyVersion describeVersion(const PolicyRow& policy, const PolicyVersionRow& row) {
  PolicyVersion version;
  version.versionId = versionId(row.number);
  version.isDefaultVersion = row.number == policy.defaultVersion;
  version.createDate = row.created;
  return version;
}

bool matchesUsage(const PolicyHolder& holder, const std::optional<std::string>& filter) {
  if (!filter) return true;
  return (holder.use == PolicyUse::kBoundary) == (*filter == "PermissionsBoundary");
}

Result<void> checkUsageFilter(const std::optional<std::string>& filter) {
  if (!filter) return {};
  return checkEnum("policyUsageFilter", *filter, {"PermissionsPolicy", "PermissionsBoundary"});
}

}  // namespace

IamService::ManagedPolicy IamService::findManagedPolicy(const std::string& account, const std::string& arn) const {
  ManagedPolicy policy;
  auto parsed = parsePolicyArn(arn);
  if (!parsed) return policy;
  if (parsed->account == "aws") {
    policy.aws = awsPolicies_.find(arn);
  } else if (parsed->account == account) {
    policy.row = store_.findPolicy(account, parsed->name);
    if (policy.row && policy.row->arn() != arn) policy.row.reset();
  }
  return policy;
}

std::optional<std::string> IamService::managedDocument(const std::string& account, const std::string& arn) const {
  ManagedPolicy policy = findManagedPolicy(account, arn);
  if (policy.aws) return policy.aws->document;
  if (!policy.row) return std::nullopt;
  auto version = store_.findVersion(policy.row->id, policy.row->defaultVersion);
  if (!version) return std::nullopt;
  return std::move(version->document);
}

// The customer's policy that an operation is about to change.
Result<PolicyRow> IamService::getPolicyRow(const api::Call& call, const std::string& arn,
                                           std::string_view operation) const {
  auto parsed = parsePolicyArn(arn);
  if (!parsed) return notArn(arn);
  if (parsed->account != call.account)
    return Fault("AccessDenied",
                 "User: " + call.principal.arn + " is not authorized to perform: iam:" + std::string(operation) +
                     " on resource: policy " + arn,
                 403);
  ManagedPolicy policy = findManagedPolicy(call.account, arn);
  if (!policy.row) return policyMissing(arn);
  return std::move(*policy.row);
}

// What lists show of a policy, and CreatePolicy; GetPolicy adds description and tags.
Policy IamService::describe(const ManagedPolicy& managed, const UseCount& uses) const {
  Policy policy;
  if (managed.aws) {
    const AwsManagedPolicy& aws = *managed.aws;
    policy.policyName = aws.name;
    policy.policyId = aws.id;
    policy.arn = aws.arn;
    policy.path = aws.path;
    policy.defaultVersionId = aws.versionId;
    policy.createDate = aws.created;
    policy.updateDate = aws.updated;
  } else {
    const PolicyRow& row = *managed.row;
    policy.policyName = row.name;
    policy.policyId = row.id;
    policy.arn = row.arn();
    policy.path = row.path;
    policy.defaultVersionId = versionId(row.defaultVersion);
    policy.createDate = row.created;
    policy.updateDate = row.updated;
  }
  policy.attachmentCount = uses.permissions;
  policy.permissionsBoundaryUsageCount = uses.boundaries;
  policy.isAttachable = true;
  return policy;
}

Result<CreatePolicyOutput> IamService::createPolicy(const api::Call& call, CreatePolicyInput in) {
  HEARTH_CHECK(checkName("policyName", in.policyName, 128));
  if (in.path) HEARTH_CHECK(checkPath("path", *in.path));
  if (in.description) HEARTH_CHECK(checkDescription(*in.description));
  HEARTH_TRY(Tags tags, readTags(in.tags.value_or(std::vector<Tag>{}), TagKeys::kExactCase));
  HEARTH_CHECK(checkDocument(in.policyDocument));
  if (store_.findPolicy(call.account, in.policyName))
    return alreadyExists("A policy called " + in.policyName + " already exists. Duplicate names are not allowed.");
  if (store_.countPolicies(call.account) >= static_cast<std::int64_t>(kMostPolicies))
    return quotaExceeded("PoliciesPerAccount", kMostPolicies);
  PolicyRow row;
  row.account = call.account;
  row.name = in.policyName;
  row.path = in.path.value_or("/");
  row.id = uniqueId("ANPA", random_);
  row.description = in.description.value_or("");
  row.created = row.updated = wholeSeconds(call.now);
  row.tags = std::move(tags);
  store_.insertPolicy(row);
  store_.insertVersion(row.id, {1, in.policyDocument, row.created});
  Policy policy = describe({row, nullptr}, {});
  if (!row.tags.empty()) policy.tags = tagList(row.tags);
  return CreatePolicyOutput{std::move(policy)};
}

Result<DeletePolicyOutput> IamService::deletePolicy(const api::Call& call, DeletePolicyInput in) {
  HEARTH_TRY(PolicyRow policy, getPolicyRow(call, in.policyArn, "DeletePolicy"));
  UseCount uses = store_.countUses(call.account, in.policyArn);
  if (uses.permissions + uses.boundaries > 0) return deleteConflict("Cannot delete a policy attached to entities.");
  if (store_.listVersions(policy.id).size() > 1)
    return deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
        "The default version is deleted with the policy.");
  store_.deletePolicy(policy);
  return DeletePolicyOutput{};
}

Result<GetPolicyOutput> IamService::getPolicy(const api::Call& call, GetPolicyInput in) const {
  if (!parsePolicyArn(in.policyArn)) return notArn(in.policyArn);
  ManagedPolicy managed = findManagedPolicy(call.account, in.policyArn);
  if (!managed) return policyMissing(in.policyArn);
  Policy policy = describe(managed, store_.countUses(call.account, in.policyArn));
  policy.tags.emplace();
  if (managed.row) {
    policy.tags = tagList(managed.row->tags);
    if (!managed.row->description.empty()) policy.description = managed.row->description;
  }
  return GetPolicyOutput{std::move(policy)};
}

Result<ListPoliciesOutput> IamService::listPolicies(const api::Call& call, ListPoliciesInput in) const {
  HEARTH_TRY(Page page, readPage("ListPolicies", in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  std::string scope = in.scope.value_or("All");
  HEARTH_CHECK(checkEnum("scope", scope, {"All", "AWS", "Local"}));
  HEARTH_CHECK(checkUsageFilter(in.policyUsageFilter));
  const std::string prefix = in.pathPrefix.value_or("/");
  const auto uses = store_.countAllUses(call.account);
  ListPoliciesOutput out;
  auto& list = out.policies.emplace();
  auto add = [&](const ManagedPolicy& managed, const std::string& arn, const std::string& path) {
    auto found = uses.find(arn);
    UseCount count = found == uses.end() ? UseCount{} : found->second;
    bool wanted = path.starts_with(prefix);
    if (in.policyUsageFilter)
      wanted =
          wanted && (*in.policyUsageFilter == "PermissionsBoundary" ? count.boundaries : count.permissions) > 0;
    if (in.onlyAttached.value_or(false)) wanted = wanted && count.permissions + count.boundaries > 0;
    if (wanted) list.push_back(describe(managed, count));
  };
  if (scope != "AWS")
    for (const PolicyRow& row : store_.listPolicies(call.account)) add({row, nullptr}, row.arn(), row.path);
  if (scope != "Local")
    for (const AwsManagedPolicy& aws : awsPolicies_.all()) add({std::nullopt, &aws}, aws.arn, aws.path);
  std::sort(list.begin(), list.end(), [](const Policy& a, const Policy& b) { return a.arn < b.arn; });
  takePage(
      list, page, [](const Policy& policy) { return *policy.arn; }, out);
  return out;
}

Result<CreatePolicyVersionOutput> IamService::createPolicyVersion(const api::Call& call,
                                                                  CreatePolicyVersionInput in) {
  HEARTH_TRY(PolicyRow policy, getPolicyRow(call, in.policyArn, "CreatePolicyVersion"));
  HEARTH_CHECK(checkDocument(in.policyDocument));
  if (store_.listVersions(policy.id).size() >= kMostVersions)
    return limitExceeded(
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
        "version.");
  PolicyVersionRow version{policy.nextVersion++, in.policyDocument, wholeSeconds(call.now)};
  if (in.setAsDefault.value_or(false)) policy.defaultVersion = version.number;
  policy.updated = version.created;
  store_.insertVersion(policy.id, version);
  store_.updatePolicy(policy);
  return CreatePolicyVersionOutput{describeVersion(policy, version)};
}

Result<DeletePolicyVersionOutput> IamService::deletePolicyVersion(const api::Call& call,
                                                                  DeletePolicyVersionInput in) {
  HEARTH_TRY(auto number, readVersionId(in.versionId));
  HEARTH_TRY(PolicyRow policy, getPolicyRow(call, in.policyArn, "DeletePolicyVersion"));
  if (!number || !store_.findVersion(policy.id, *number)) return versionMissing(in.policyArn, in.versionId);
  if (*number == policy.defaultVersion) return deleteConflict("Cannot delete the default version of a policy.");
  store_.deleteVersion(policy.id, *number);
  return DeletePolicyVersionOutput{};
}

Result<GetPolicyVersionOutput> IamService::getPolicyVersion(const api::Call& call, GetPolicyVersionInput in) const {
  HEARTH_TRY(auto number, readVersionId(in.versionId));
  if (!parsePolicyArn(in.policyArn)) return notArn(in.policyArn);
  ManagedPolicy managed = findManagedPolicy(call.account, in.policyArn);
  GetPolicyVersionOutput out;
  PolicyVersion& version = out.policyVersion.emplace();
  if (managed.aws && managed.aws->versionId == in.versionId) {
    version.versionId = in.versionId;
    version.isDefaultVersion = true;
    version.createDate = managed.aws->updated;
    version.document = base::uriEncode(managed.aws->document);
    return out;
  }
  auto row = managed.row && number ? store_.findVersion(managed.row->id, *number) : std::nullopt;
  if (!row) return versionMissing(in.policyArn, in.versionId);
  version = describeVersion(*managed.row, *row);
  version.document = base::uriEncode(row->document);
  return out;
}

Result<ListPolicyVersionsOutput> IamService::listPolicyVersions(const api::Call& call,
                                                                ListPolicyVersionsInput in) const {
  HEARTH_TRY(Page page, readPage("ListPolicyVersions", in.marker, in.maxItems));
  if (!parsePolicyArn(in.policyArn)) return notArn(in.policyArn);
  ManagedPolicy managed = findManagedPolicy(call.account, in.policyArn);
  if (!managed) return policyMissing(in.policyArn);
  ListPolicyVersionsOutput out;
  auto& list = out.versions.emplace();
  if (managed.aws)
    list.push_back({std::nullopt, managed.aws->versionId, true, managed.aws->updated});
  else
    for (const PolicyVersionRow& row : store_.listVersions(managed.row->id))
      list.push_back(describeVersion(*managed.row, row));
  // The latest comes first: the marker's version and what stands before it was shown.
  auto shown = std::find_if(list.begin(), list.end(),
                            [&](const PolicyVersion& version) { return *version.versionId == page.after; });
  if (shown != list.end()) list.erase(list.begin(), shown + 1);
  cutPage(
      list, page, [](const PolicyVersion& version) { return *version.versionId; }, out);
  return out;
}

Result<SetDefaultPolicyVersionOutput> IamService::setDefaultPolicyVersion(const api::Call& call,
                                                                          SetDefaultPolicyVersionInput in) {
  HEARTH_TRY(auto number, readVersionId(in.versionId));
  auto found = getPolicyRow(call, in.policyArn, "SetDefaultPolicyVersion");
  if (!found.ok() && found.fault().code == "NoSuchEntity") return versionMissing(in.policyArn, in.versionId);
  HEARTH_TRY(PolicyRow policy, std::move(found));
  if (!number || !store_.findVersion(policy.id, *number)) return versionMissing(in.policyArn, in.versionId);
  policy.defaultVersion = *number;
  store_.updatePolicy(policy);
  return SetDefaultPolicyVersionOutput{};
}

Result<ListPolicyTagsOutput> IamService::listPolicyTags(const api::Call& call, ListPolicyTagsInput in) const {
  HEARTH_TRY(Page page, readPage("ListPolicyTags", in.marker, in.maxItems));
  if (!parsePolicyArn(in.policyArn)) return notArn(in.policyArn);
  ManagedPolicy managed = findManagedPolicy(call.account, in.policyArn);
  if (!managed) return policyMissing(in.policyArn);
  ListPolicyTagsOutput out;
  if (managed.row) out.tags = tagList(managed.row->tags);
  takePage(
      out.tags, page, [](const Tag& tag) { return tag.key; }, out);
  return out;
}

Result<TagPolicyOutput> IamService::tagPolicy(const api::Call& call, TagPolicyInput in) {
  HEARTH_TRY(Tags tags, readTags(in.tags, TagKeys::kExactCase));
  HEARTH_TRY(PolicyRow policy, getPolicyRow(call, in.policyArn, "TagPolicy"));
  HEARTH_CHECK(mergeTags(policy.tags, tags, TagKeys::kExactCase));
  store_.updatePolicy(policy);
  return TagPolicyOutput{};
}

Result<UntagPolicyOutput> IamService::untagPolicy(const api::Call& call, UntagPolicyInput in) {
  HEARTH_CHECK(checkTagKeys(in.tagKeys));
  HEARTH_TRY(PolicyRow policy, getPolicyRow(call, in.policyArn, "UntagPolicy"));
  eraseTags(policy.tags, in.tagKeys, TagKeys::kExactCase);
  store_.updatePolicy(policy);
  return UntagPolicyOutput{};
}

namespace {

// A user, group or role that uses a policy, in the order in which they are listed.
struct Holder {
  EntityKind kind;
  std::string name;
  std::string id;
  std::string key() const { return std::string(wordOf(kind)) + "/" + base::toLower(name); }
};

void addHolder(ListEntitiesForPolicyOutput& out, const Holder& holder) {
  switch (holder.kind) {
    case EntityKind::kUser:
      out.policyUsers->push_back({holder.name, holder.id});
      break;
    case EntityKind::kGroup:
      out.policyGroups->push_back({holder.name, holder.id});
      break;
    case EntityKind::kRole:
      out.policyRoles->push_back({holder.name, holder.id});
      break;
  }
}

}  // namespace

Result<ListEntitiesForPolicyOutput> IamService::listEntitiesForPolicy(const api::Call& call,
                                                                      ListEntitiesForPolicyInput in) const {
  HEARTH_TRY(Page page, readPage("ListEntitiesForPolicy", in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  HEARTH_CHECK(checkUsageFilter(in.policyUsageFilter));
  if (in.entityFilter)
    HEARTH_CHECK(checkEnum("entityFilter", *in.entityFilter,
                           {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}));
  if (!parsePolicyArn(in.policyArn)) return notArn(in.policyArn);
  if (!findManagedPolicy(call.account, in.policyArn)) return policyMissing(in.policyArn);

  std::set<std::string> ids;
  for (const PolicyHolder& holder : store_.holdersOf(call.account, in.policyArn))
    if (matchesUsage(holder, in.policyUsageFilter)) ids.insert(holder.entityId);
  const std::string prefix = in.pathPrefix.value_or("/");
  Page everything{.most = SIZE_MAX / 4};
  std::vector<Holder> holders;
  auto wants = [&](std::string_view kind) {
    return !ids.empty() && (!in.entityFilter || *in.entityFilter == kind);
  };
  if (wants("User"))
    for (const UserRow& user : store_.listUsers(call.account, prefix, everything))
      if (ids.contains(user.id)) holders.push_back({EntityKind::kUser, user.name, user.id});
  if (wants("Group"))
    for (const GroupRow& group : store_.listGroups(call.account, prefix, everything))
      if (ids.contains(group.id)) holders.push_back({EntityKind::kGroup, group.name, group.id});
  if (wants("Role"))
    for (const identity::RoleRow& role : directory_.listRoles(call.account, prefix))
      if (ids.contains(role.roleId)) holders.push_back({EntityKind::kRole, role.name, role.roleId});
  std::sort(holders.begin(), holders.end(), [](const Holder& a, const Holder& b) { return a.key() < b.key(); });

  ListEntitiesForPolicyOutput out;
  takePage(
      holders, page, [](const Holder& holder) { return holder.key(); }, out);
  out.policyUsers.emplace();
  out.policyGroups.emplace();
  out.policyRoles.emplace();
  for (const Holder& holder : holders) addHolder(out, holder);
  return out;
}

}  // namespace hearth::services::iam
