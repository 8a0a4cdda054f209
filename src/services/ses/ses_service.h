// SES, version 1: identities, and sending. Finished messages go to the outbox through ports::Mailer.
// https://docs.aws.amazon.com/ses/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/ses.h"
#include "base/clock.h"
#include "base/random.h"
#include "ports/mailer.h"
#include "services/ses/ses_store.h"

namespace hearth::services::ses {

class SesService final {
 public:
  // All four outlive the service.
  SesService(store::Database& database, ports::Mailer& mailer, const base::Clock& clock, base::Random& random);

  const base::Clock& clock() const { return clock_; }

  // --- identities
  Result<api::ses::VerifyEmailIdentityOutput> verifyEmailIdentity(const api::Call& call,
                                                                  api::ses::VerifyEmailIdentityInput in);
  Result<api::ses::VerifyEmailAddressOutput> verifyEmailAddress(const api::Call& call,
                                                                api::ses::VerifyEmailAddressInput in);
  Result<api::ses::VerifyDomainIdentityOutput> verifyDomainIdentity(const api::Call& call,
                                                                    api::ses::VerifyDomainIdentityInput in);
  Result<api::ses::DeleteIdentityOutput> deleteIdentity(const api::Call& call, api::ses::DeleteIdentityInput in);
  Result<api::ses::ListIdentitiesOutput> listIdentities(const api::Call& call,
                                                        api::ses::ListIdentitiesInput in) const;
  Result<api::ses::ListVerifiedEmailAddressesOutput> listVerifiedEmailAddresses(
      const api::Call& call, api::ses::ListVerifiedEmailAddressesInput in) const;
  Result<api::ses::GetIdentityVerificationAttributesOutput> getIdentityVerificationAttributes(
      const api::Call& call, api::ses::GetIdentityVerificationAttributesInput in) const;
  Result<api::ses::GetIdentityDkimAttributesOutput> getIdentityDkimAttributes(
      const api::Call& call, api::ses::GetIdentityDkimAttributesInput in) const;

  // --- sending
  Result<api::ses::SendEmailOutput> sendEmail(const api::Call& call, api::ses::SendEmailInput in);
  Result<api::ses::SendRawEmailOutput> sendRawEmail(const api::Call& call, api::ses::SendRawEmailInput in);
  Result<api::ses::GetSendQuotaOutput> getSendQuota(const api::Call& call, api::ses::GetSendQuotaInput in) const;
  Result<api::ses::GetSendStatisticsOutput> getSendStatistics(const api::Call& call,
                                                              api::ses::GetSendStatisticsInput in) const;

 private:
  friend class EmailIdentityProvider;  // ses_resources.cc

  Result<void> addAddress(const api::Call& call, const std::string& address);
  // The token that proves the domain's ownership on AWS.
  Result<std::string> addDomain(const api::Call& call, const std::string& domain);
  // Whether the address may stand as a sender: it is verified here, itself or by its domain.
  bool isVerified(const api::Call& call, const std::string& address) const;
  // `senders` are mailboxes as the caller wrote them. Fault: MessageRejected, which names all that failed.
  Result<void> checkSenders(const api::Call& call, const std::vector<std::string>& senders) const;
  // What the caller's policies say of sending as these.
  Result<void> checkRights(const api::Call& call, std::string action, const std::vector<std::string>& senders,
                           const ports::OutgoingMail& mail) const;
  Result<void> checkIdentityArn(const api::Call& call, const std::optional<std::string>& arn,
                                const char* parameter) const;
  Result<std::string> submit(const api::Call& call, ports::OutgoingMail mail);

  ports::Mailer& mailer_;
  const base::Clock& clock_;
  base::Random& random_;
  SesStore store_;
};

}  // namespace hearth::services::ses
