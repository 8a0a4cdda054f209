#include "identity/request_keys.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace hearth::identity {
namespace {

constexpr std::string_view kAws = "aws:";
constexpr std::string_view kRequestTag = "aws:requesttag/";
constexpr std::string_view kTagKeys = "aws:tagkeys";
constexpr std::string_view kPrincipalTag = "aws:principaltag/";
// S3's, of every request alike.
constexpr std::string_view kSignatureVersion = "s3:signatureversion";
constexpr std::string_view kS3ResourceAccount = "s3:resourceaccount";

// Tags of resources are not looked up; the moment when a session began is not kept.
constexpr std::array<std::string_view, 2> kUnknown = {"aws:resourcetag/", "aws:tokenissuetime"};

std::optional<std::string> tagOf(const std::map<std::string, std::string>& tags, std::string_view lowerName) {
  for (const auto& [name, value] : tags)
    if (base::equalsIgnoreCase(name, lowerName)) return value;
  return std::nullopt;
}

std::optional<std::string> present(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

std::string flag(bool value) { return value ? "true" : "false"; }

}  // namespace

bool RequestKeys::isGiven(std::string_view key) const {
  return std::any_of(access_.conditions.begin(), access_.conditions.end(),
                     [&](const auto& given) { return base::equalsIgnoreCase(given.first, key); });
}

bool RequestKeys::knows(std::string_view key) const {
  const bool ofRequest = !key.starts_with(kAws) || key.starts_with(kRequestTag) || key == kTagKeys;
  if (facts_.partial && ofRequest && key != kSignatureVersion && key != kS3ResourceAccount) return isGiven(key);
  if (key.starts_with(kAws))
    return std::none_of(kUnknown.begin(), kUnknown.end(), [&](auto unknown) { return key.starts_with(unknown); });
  if (known_.contains(key) || key == kSignatureVersion || key == kS3ResourceAccount) return true;
  // "s3:requestobjecttag/" stands for all keys of its kind.
  const std::size_t slash = key.find('/');
  return slash != std::string_view::npos && known_.contains(key.substr(0, slash + 1));
}

std::optional<std::vector<std::string>> RequestKeys::find(std::string_view key) const {
  for (const auto& [name, values] : access_.conditions)
    if (base::equalsIgnoreCase(name, key)) return values;
  if (key == kSignatureVersion) return std::vector<std::string>{"AWS4-HMAC-SHA256"};
  if (key == kS3ResourceAccount) return find("aws:resourceaccount");
  if (!key.starts_with(kAws)) return std::nullopt;
  if (facts_.input && key.starts_with(kRequestTag)) {
    auto tag = tagOf(facts_.input->tags(), key.substr(kRequestTag.size()));
    return tag ? std::optional(std::vector{*std::move(tag)}) : std::nullopt;
  }
  if (facts_.input && key == kTagKeys) {
    std::vector<std::string> names = facts_.input->tagKeys();
    return names.empty() ? std::nullopt : std::optional(std::move(names));
  }
  auto value = findGlobal(key);
  if (!value) value = findOfActor(key);
  return value ? std::optional(std::vector{*std::move(value)}) : std::nullopt;
}

std::optional<std::string> RequestKeys::findGlobal(std::string_view key) const {
  if (key == "aws:currenttime") return base::formatIso8601(facts_.now);
  if (key == "aws:epochtime") return std::to_string(base::toMillis(facts_.now) / 1000);
  if (key == "aws:securetransport") return flag(facts_.secure);
  if (key == "aws:sourceip") return present(facts_.sourceIp);
  if (key == "aws:requestedregion") return present(facts_.region);
  if (key == "aws:useragent") return present(facts_.userAgent);
  if (key == "aws:referer") return present(facts_.referer);
  if (key == "aws:viaawsservice") return flag(false);
  if (key == "aws:resourceaccount")
    return present(resourceAccount_.empty() ? facts_.actor.account : resourceAccount_);
  return std::nullopt;
}

std::optional<std::string> RequestKeys::findOfActor(std::string_view key) const {
  const Actor& actor = facts_.actor;
  const bool service = !actor.service.empty();
  if (key == "aws:principalisawsservice") return flag(service);
  if (service) return key == "aws:principalservicename" ? std::optional(actor.service) : std::nullopt;
  if (key == "aws:principalarn") return actor.identityArn;
  if (key == "aws:principalaccount") return actor.account;
  if (key == "aws:userid") return present(facts_.userId);
  if (key == "aws:principaltype") {
    if (actor.isRoot()) return "Account";
    return actor.isSession() ? "AssumedRole" : "User";
  }
  if (key == "aws:username" && !actor.isRoot() && !actor.isSession())
    return actor.arn.substr(actor.arn.rfind('/') + 1);
  // Sessions of users and roles have it; there is no second factor here.
  if (key == "aws:multifactorauthpresent" && facts_.temporary) return flag(false);
  if (facts_.identity && key.starts_with(kPrincipalTag))
    return tagOf(facts_.identity->tags, key.substr(kPrincipalTag.size()));
  return std::nullopt;
}

}  // namespace hearth::identity
