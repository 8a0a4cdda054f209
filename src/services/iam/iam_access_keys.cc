// Access keys of users. Secrets are kept sealed by the directory and shown once.
#include <algorithm>

#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/times.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

constexpr std::size_t kMostKeys = 2;
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<void> checkKeyId(const std::string& id) {
  if (id.size() < 16) return constraintBroken("accessKeyId", "Member must have length greater than or equal to 16");
  if (id.size() > 128) return constraintBroken("accessKeyId", "Member must have length less than or equal to 128");
  bool good =
      std::all_of(id.begin(), id.end(), [](unsigned char c) { return (c < 0x80 && std::isalnum(c)) || c == '_'; });
  if (!good) return constraintBroken("accessKeyId", "Member must satisfy regular expression pattern: [\\w]+");
  return {};
}

std::string statusOf(bool active) { return active ? "Active" : "Inactive"; }

}  // namespace

Result<identity::AccessKeyRow> IamService::getAccessKey(const UserRow& user, const std::string& accessKeyId) const {
  HEARTH_CHECK(checkKeyId(accessKeyId));
  auto key = directory_.findAccessKey(accessKeyId);
  if (!key || key->account != user.account || key->userName != user.name)
    return noSuchEntity("The Access Key with id " + accessKeyId + " cannot be found.");
  return std::move(*key);
}

Result<CreateAccessKeyOutput> IamService::createAccessKey(const api::Call& call, CreateAccessKeyInput in) {
  HEARTH_TRY(UserRow user, getUserOrCaller(call, in.userName));
  if (directory_.listAccessKeys(user.account, user.name).size() >= kMostKeys)
    return quotaExceeded("AccessKeysPerUser", kMostKeys);
  identity::AccessKeyRow key;
  key.account = user.account;
  key.userName = user.name;
  key.accessKeyId = "AKIA" + base::randomText(random_, 16, base::kBase32);
  key.secretAccessKey = base::randomText(random_, 40, kSecretAlphabet);
  key.created = wholeSeconds(call.now);
  directory_.insertAccessKey(key, user.arn(), user.id);
  CreateAccessKeyOutput out;
  out.accessKey.userName = user.name;
  out.accessKey.accessKeyId = key.accessKeyId;
  out.accessKey.status = statusOf(true);
  out.accessKey.secretAccessKey = key.secretAccessKey;
  out.accessKey.createDate = key.created;
  return out;
}

Result<DeleteAccessKeyOutput> IamService::deleteAccessKey(const api::Call& call, DeleteAccessKeyInput in) {
  HEARTH_TRY(UserRow user, getUserOrCaller(call, in.userName));
  HEARTH_TRY(auto key, getAccessKey(user, in.accessKeyId));
  directory_.deleteAccessKey(key.accessKeyId);
  return DeleteAccessKeyOutput{};
}

Result<UpdateAccessKeyOutput> IamService::updateAccessKey(const api::Call& call, UpdateAccessKeyInput in) {
  HEARTH_CHECK(checkEnum("status", in.status, {"Active", "Inactive"}));
  HEARTH_TRY(UserRow user, getUserOrCaller(call, in.userName));
  HEARTH_TRY(auto key, getAccessKey(user, in.accessKeyId));
  directory_.setAccessKeyActive(key.accessKeyId, in.status == "Active");
  return UpdateAccessKeyOutput{};
}

Result<ListAccessKeysOutput> IamService::listAccessKeys(const api::Call& call, ListAccessKeysInput in) const {
  HEARTH_TRY(Page page, readPage("ListAccessKeys", in.marker, in.maxItems));
  ListAccessKeysOutput out;
  auto& list = out.accessKeyMetadata;
  if (!in.userName && call.principal.isRoot) {
    for (std::string& id : directory_.rootKeysOf(call.account))
      list.push_back({.accessKeyId = std::move(id), .status = statusOf(true), .createDate = store_.founded()});
  } else {
    HEARTH_TRY(UserRow user, getUserOrCaller(call, in.userName));
    for (const auto& key : directory_.listAccessKeys(user.account, user.name))
      list.push_back({user.name, key.accessKeyId, statusOf(key.active), key.created});
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.accessKeyId < b.accessKeyId; });
  takePage(
      list, page, [](const AccessKeyMetadata& key) { return *key.accessKeyId; }, out);
  return out;
}

Result<GetAccessKeyLastUsedOutput> IamService::getAccessKeyLastUsed(const api::Call& call,
                                                                    GetAccessKeyLastUsedInput in) const {
  HEARTH_CHECK(checkKeyId(in.accessKeyId));
  auto key = directory_.findAccessKey(in.accessKeyId);
  if (!key || key->account != call.account)
    return Fault("AccessDenied",
                 "User: " + call.principal.arn +
                     " is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key " +
                     in.accessKeyId,
                 403);
  GetAccessKeyLastUsedOutput out;
  out.userName = key->userName;
  AccessKeyLastUsed& used = out.accessKeyLastUsed.emplace();
  auto use = directory_.findUse(key->accessKeyId);
  used.serviceName = use ? use->service : "N/A";
  used.region = use ? use->region : "N/A";
  if (use) used.lastUsedDate = wholeSeconds(use->at);
  return out;
}

}  // namespace hearth::services::iam
