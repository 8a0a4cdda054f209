#include "services/ses/ses_access.h"

namespace hearth::services::ses {
namespace {

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::SES::EmailIdentity",
       "arn:aws:ses:{region}:{account}:identity/{id}",
       {{.when = N::kMake, .action = "ses:CreateEmailIdentity"},
        {.when = N::kRemove, .action = "ses:DeleteEmailIdentity"}}},
  };
}

}  // namespace

api::ServiceAccess sesAccess() {
  using api::AccessKind;
  return {"ses",
          {
              {"DeleteIdentity", "ses:DeleteIdentity", "*"},
              {"GetIdentityDkimAttributes", "ses:GetIdentityDkimAttributes", "*"},
              {"GetIdentityVerificationAttributes", "ses:GetIdentityVerificationAttributes", "*"},
              {"GetSendQuota", "ses:GetSendQuota", "*"},
              {"GetSendStatistics", "ses:GetSendStatistics", "*"},
              {"ListIdentities", "ses:ListIdentities", "*"},
              {"ListVerifiedEmailAddresses", "ses:ListVerifiedEmailAddresses", "*"},
              // On the identity that sends: an address, or the domain that is verified for it.
              {"SendEmail", "ses:SendEmail", "*", {}, AccessKind::kHandler},
              {"SendRawEmail", "ses:SendRawEmail", "*", {}, AccessKind::kHandler},
              {"VerifyDomainIdentity", "ses:VerifyDomainIdentity", "*"},
              {"VerifyEmailAddress", "ses:VerifyEmailAddress", "*"},
              {"VerifyEmailIdentity", "ses:VerifyEmailIdentity", "*"},
          },
          {"ses:FromAddress", "ses:FromDisplayName", "ses:Recipients", "ses:FeedbackAddress"},
          types()};
}

}  // namespace hearth::services::ses
