// Identities: whose mail may be sent from here.
#include "base/bytes.h"
#include "mail/address.h"
#include "services/constraints.h"
#include "services/page_token.h"
#include "services/ses/faults.h"
#include "services/ses/ses_service.h"

namespace hearth::services::ses {

using namespace api::ses;

namespace {

constexpr std::int64_t kMostIdentities = 10'000;
constexpr std::size_t kMostIdentitiesPerCall = 100;
constexpr const char* kSuccess = "Success";

// Host names of two labels or more (RFC 1123, section 2.1), in ASCII as IDNA gives them.
bool isDomain(std::string_view domain) {
  if (domain.empty() || domain.size() > 253 || domain.find('.') == std::string_view::npos) return false;
  std::size_t label = 0;
  char previous = '.';
  for (const char c : domain) {
    if (c == '.') {
      if (label == 0 || previous == '-') return false;
      label = 0;
    } else {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!letter && (c != '-' || label == 0)) return false;
      if (++label > 63) return false;
    }
    previous = c;
  }
  return label > 0 && previous != '-';
}

Result<void> checkIdentityCount(const std::vector<std::string>& identities) {
  if (identities.size() > kMostIdentitiesPerCall)
    return invalid("Too many identities: 100 at most can be asked for.");
  return {};
}

}  // namespace

Result<void> SesService::addAddress(const api::Call& call, const std::string& address) {
  if (address.size() > 320 || !mail::checkAddress(address).ok())
    return invalid("Invalid email address<" + address.substr(0, 320) + ">.");
  if (store_.findIdentity(call.account, call.region, address)) return {};
  if (store_.countIdentities(call.account, call.region) >= kMostIdentities) return tooManyIdentities();
  store_.insertIdentity(call.account, call.region, {.name = address, .created = call.now});
  return {};
}

Result<std::string> SesService::addDomain(const api::Call& call, const std::string& domain) {
  if (!isDomain(domain)) return invalid("Invalid domain name " + domain.substr(0, 253) + ".");
  if (const auto former = store_.findIdentity(call.account, call.region, domain)) return former->token;
  if (store_.countIdentities(call.account, call.region) >= kMostIdentities) return tooManyIdentities();
  // 32 random bytes in base64, as AWS's tokens look.
  std::string token = base::base64Encode(base::randomBytes(random_, 32));
  store_.insertIdentity(
      call.account, call.region,
      {.name = base::toLower(domain), .type = IdentityType::kDomain, .token = token, .created = call.now});
  return token;
}

bool SesService::isVerified(const api::Call& call, const std::string& address) const {
  if (!mail::checkAddress(address).ok()) return false;
  const auto at = address.rfind('@');
  const auto has = [&](const std::string& name) {
    return store_.findIdentity(call.account, call.region, name).has_value();
  };
  if (has(address)) return true;
  // user+label@domain goes with user@domain.
  const auto plus = address.find('+');
  if (plus != std::string::npos && plus < at && has(address.substr(0, plus) + address.substr(at))) return true;
  // A domain stands for what is below it. Each label is a look-up, and a domain has 127 at most.
  for (std::string_view domain = std::string_view(address).substr(at + 1);
       domain.find('.') != std::string_view::npos;) {
    if (has(std::string(domain))) return true;
    domain.remove_prefix(domain.find('.') + 1);
  }
  return false;
}

Result<VerifyEmailIdentityOutput> SesService::verifyEmailIdentity(const api::Call& call,
                                                                  VerifyEmailIdentityInput in) {
  HEARTH_CHECK(addAddress(call, in.emailAddress));
  return VerifyEmailIdentityOutput{};
}

Result<VerifyEmailAddressOutput> SesService::verifyEmailAddress(const api::Call& call, VerifyEmailAddressInput in) {
  HEARTH_CHECK(addAddress(call, in.emailAddress));
  return VerifyEmailAddressOutput{};
}

Result<VerifyDomainIdentityOutput> SesService::verifyDomainIdentity(const api::Call& call,
                                                                    VerifyDomainIdentityInput in) {
  HEARTH_TRY(std::string token, addDomain(call, in.domain));
  return VerifyDomainIdentityOutput{std::move(token)};
}

Result<DeleteIdentityOutput> SesService::deleteIdentity(const api::Call& call, DeleteIdentityInput in) {
  store_.deleteIdentity(call.account, call.region, in.identity);
  return DeleteIdentityOutput{};
}

Result<ListIdentitiesOutput> SesService::listIdentities(const api::Call& call, ListIdentitiesInput in) const {
  std::optional<IdentityType> type;
  if (in.identityType) {
    if (auto known = checkOneOf(*in.identityType, "identityType", {"EmailAddress", "Domain"}); !known.ok())
      return Fault("ValidationError", known.fault().message);
    type = *in.identityType == "Domain" ? IdentityType::kDomain : IdentityType::kEmailAddress;
  }
  const std::int64_t most = in.maxItems.value_or(1000);
  if (most < 1 || most > 1000) return invalid("MaxItems must be between 1 and 1000.");
  std::string after;
  if (in.nextToken) {
    auto last = readPageToken("identities", *in.nextToken);
    if (!last) return invalid("Invalid NextToken.");
    after = std::move(*last);
  }
  auto rows = store_.listIdentities(call.account, call.region, type, after, static_cast<std::size_t>(most) + 1);
  ListIdentitiesOutput out;
  if (rows.size() > static_cast<std::size_t>(most)) {
    rows.resize(static_cast<std::size_t>(most));
    out.nextToken = writePageToken("identities", rows.back().name);
  }
  for (IdentityRow& row : rows) out.identities.push_back(std::move(row.name));
  return out;
}

Result<ListVerifiedEmailAddressesOutput> SesService::listVerifiedEmailAddresses(
    const api::Call& call, ListVerifiedEmailAddressesInput) const {
  ListVerifiedEmailAddressesOutput out;
  auto& list = out.verifiedEmailAddresses.emplace();
  for (IdentityRow& row : store_.listIdentities(call.account, call.region, IdentityType::kEmailAddress, "",
                                                static_cast<std::size_t>(kMostIdentities)))
    list.push_back(std::move(row.name));
  return out;
}

Result<GetIdentityVerificationAttributesOutput> SesService::getIdentityVerificationAttributes(
    const api::Call& call, GetIdentityVerificationAttributesInput in) const {
  HEARTH_CHECK(checkIdentityCount(in.identities));
  GetIdentityVerificationAttributesOutput out;
  for (const std::string& name : in.identities) {
    const auto row = store_.findIdentity(call.account, call.region, name);
    if (!row) continue;
    IdentityVerificationAttributes attributes{.verificationStatus = kSuccess};
    if (row->type == IdentityType::kDomain) attributes.verificationToken = row->token;
    out.verificationAttributes[name] = std::move(attributes);
  }
  return out;
}

Result<GetIdentityDkimAttributesOutput> SesService::getIdentityDkimAttributes(
    const api::Call& call, GetIdentityDkimAttributesInput in) const {
  HEARTH_CHECK(checkIdentityCount(in.identities));
  GetIdentityDkimAttributesOutput out;
  // Nothing is signed with DKIM.
  for (const std::string& name : in.identities)
    if (store_.findIdentity(call.account, call.region, name))
      out.dkimAttributes[name] = {.dkimEnabled = false, .dkimVerificationStatus = "NotStarted"};
  return out;
}

}  // namespace hearth::services::ses
