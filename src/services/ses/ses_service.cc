// Sending, and the counts of it.
#include "services/ses/ses_service.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "api/access.h"
#include "base/bytes.h"
#include "mail/address.h"
#include "mail/mime.h"
#include "services/ses/faults.h"

namespace hearth::services::ses {

using namespace api::ses;

namespace {

constexpr std::size_t kMostRecipients = 50;
constexpr std::size_t kMostSenders = 50;
constexpr std::size_t kMostMessage = 10 << 20;
constexpr std::size_t kLongestTag = 255;
constexpr double kUnlimited = -1;
constexpr double kSendRate = 1000;

bool hasOnly(const std::string& text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [also](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || also.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// https://docs.aws.amazon.com/ses/latest/APIReference/API_MessageTag.html
Result<void> checkTags(const std::optional<std::vector<MessageTag>>& tags) {
  if (!tags) return {};
  for (const MessageTag& tag : *tags) {
    if (tag.name.empty()) return invalid("The tag name must be specified.");
    if (tag.value.empty()) return invalid("The tag value must be specified.");
    if (tag.name.size() > kLongestTag) return invalid("Tag name cannot exceed 255 characters.");
    if (!hasOnly(tag.name, "_-"))
      return invalid("Invalid tag name <" + tag.name +
                     ">: only alphanumeric ASCII characters, '_',  '-' are allowed.");
    if (tag.value.size() > kLongestTag) return invalid("Tag value cannot exceed 255 characters.");
    if (!hasOnly(tag.value, "_-.@"))
      return invalid("Invalid tag value <" + tag.value +
                     ">: only alphanumeric ASCII characters, '_',  '-' , '.', '@' are allowed.");
  }
  return {};
}

Result<void> checkConfigurationSet(const std::optional<std::string>& name) {
  if (!name || name->empty()) return {};
  return Fault("ConfigurationSetDoesNotExist", "Configuration set <" + name->substr(0, 64) + "> does not exist.");
}

// The bare addresses of an API parameter, which may carry display names.
void appendAddresses(std::vector<std::string>& into, const std::vector<std::string>& mailboxes) {
  for (const std::string& text : mailboxes)
    for (auto& mailbox : mail::parseMailboxes(text)) into.push_back(std::move(mailbox.address));
}

// The one address of a sender, or a fault in the words of the address checker.
Result<std::string> bareAddress(const std::string& text) {
  auto mailboxes = mail::parseMailboxes(text);
  if (mailboxes.size() != 1) return invalid("Illegal address");
  HEARTH_CHECK(mail::checkAddress(mailboxes.front().address));
  return std::move(mailboxes.front().address);
}

std::string readable(const mail::Mailbox& mailbox) {
  return mailbox.name.empty() ? mailbox.address : mailbox.name + " <" + mailbox.address + ">";
}

Result<void> checkRecipientCount(std::size_t count) {
  if (count > kMostRecipients) return invalid("Recipient count exceeds 50.");
  return {};
}

}  // namespace

SesService::SesService(store::Database& database, ports::Mailer& mailer, const base::Clock& clock,
                       base::Random& random)
    : mailer_(mailer), clock_(clock), random_(random), store_(database) {}

Result<void> SesService::checkSenders(const api::Call& call, const std::vector<std::string>& senders) const {
  std::string failed;
  std::set<std::string> seen;
  for (const std::string& sender : senders) {
    const auto mailboxes = mail::parseMailboxes(sender);
    const bool verified =
        !mailboxes.empty() && std::all_of(mailboxes.begin(), mailboxes.end(),
                                          [&](const auto& box) { return isVerified(call, box.address); });
    if (verified || !seen.insert(sender).second) continue;
    if (!failed.empty()) failed += ", ";
    failed += sender;
  }
  if (failed.empty()) return {};
  return Fault("MessageRejected",
               "Email address is not verified. The following identities failed the check in region " +
                   base::toUpper(call.region) + ": " + failed);
}

// Each sender is an identity by its address, or by its domain when that is what is verified.
Result<void> SesService::checkRights(const api::Call& call, std::string action,
                                     const std::vector<std::string>& senders,
                                     const ports::OutgoingMail& mail) const {
  if (!call.rights) return {};
  api::Access access{std::move(action), ""};
  access.conditions.emplace_back("ses:Recipients", mail.recipients);
  access.addCondition("ses:FeedbackAddress", mail.from);
  for (const std::string& sender : senders)
    for (const mail::Mailbox& mailbox : mail::parseMailboxes(sender)) {
      const std::string domain = mailbox.address.substr(mailbox.address.rfind('@') + 1);
      const bool byDomain = !store_.findIdentity(call.account, call.region, mailbox.address) &&
                            store_.findIdentity(call.account, call.region, domain);
      api::Access one = access;
      one.resource =
          "arn:aws:ses:" + call.region + ":" + call.account + ":identity/" + (byDomain ? domain : mailbox.address);
      one.addCondition("ses:FromAddress", mailbox.address);
      if (!mailbox.name.empty()) one.addCondition("ses:FromDisplayName", mailbox.name);
      HEARTH_CHECK(call.rights->check(one));
    }
  return {};
}

Result<void> SesService::checkIdentityArn(const api::Call& call, const std::optional<std::string>& arn,
                                          const char* parameter) const {
  if (!arn) return {};
  const std::string prefix = "arn:aws:ses:" + call.region + ":" + call.account + ":identity/";
  if (arn->starts_with(prefix) && store_.findIdentity(call.account, call.region, arn->substr(prefix.size())))
    return {};
  return invalid(
      std::string(parameter) +
      " does not name an identity of this account and Region; sending on behalf of another account is not "
      "supported.");
}

Result<std::string> SesService::submit(const api::Call& call, ports::OutgoingMail mail) {
  HEARTH_CHECK(checkRecipientCount(mail.recipients.size()));
  if (mail.mime.size() > kMostMessage)
    return invalid("Message length is more than " + std::to_string(kMostMessage) + " bytes long: '" +
                   std::to_string(mail.mime.size()) + "'.");
  mail.account = call.account;
  mail.region = call.region;
  const auto recipients = static_cast<std::int64_t>(mail.recipients.size());
  HEARTH_TRY(std::string id, mailer_.submit(std::move(mail)));
  store_.countSend(call.account, call.region, call.now, recipients);
  return id;
}

Result<SendEmailOutput> SesService::sendEmail(const api::Call& call, SendEmailInput in) {
  HEARTH_CHECK(checkTags(in.tags));
  HEARTH_CHECK(checkConfigurationSet(in.configurationSetName));
  HEARTH_CHECK(checkIdentityArn(call, in.sourceArn, "SourceArn"));
  HEARTH_CHECK(checkIdentityArn(call, in.returnPathArn, "ReturnPathArn"));

  ports::OutgoingMail mail;
  const std::string returnPath = in.returnPath.value_or("");
  HEARTH_TRY(mail.from, bareAddress(returnPath.empty() ? in.source : returnPath));
  mail::Draft draft;
  draft.from = in.source;
  draft.to = in.destination.toAddresses.value_or(std::vector<std::string>{});
  draft.cc = in.destination.ccAddresses.value_or(std::vector<std::string>{});
  draft.replyTo = in.replyToAddresses.value_or(std::vector<std::string>{});
  draft.subject = std::move(in.message.subject.data);
  if (in.message.body.text) draft.text = std::move(in.message.body.text->data);
  if (in.message.body.html) draft.html = std::move(in.message.body.html->data);
  draft.date = call.now;
  appendAddresses(mail.recipients, draft.to);
  appendAddresses(mail.recipients, draft.cc);
  appendAddresses(mail.recipients, in.destination.bccAddresses.value_or(std::vector<std::string>{}));
  if (mail.recipients.empty()) return invalid("Empty required header 'To'.");

  std::vector<std::string> senders{in.source};
  HEARTH_CHECK(checkRights(call, "ses:SendEmail", senders, mail));
  if (!returnPath.empty()) senders.push_back(returnPath);
  HEARTH_CHECK(checkSenders(call, senders));
  HEARTH_TRY(mail.mime, mail::buildMessage(draft, random_));
  HEARTH_TRY(std::string id, submit(call, std::move(mail)));
  return SendEmailOutput{std::move(id)};
}

Result<SendRawEmailOutput> SesService::sendRawEmail(const api::Call& call, SendRawEmailInput in) {
  HEARTH_CHECK(checkTags(in.tags));
  HEARTH_CHECK(checkConfigurationSet(in.configurationSetName));
  HEARTH_CHECK(checkIdentityArn(call, in.sourceArn, "SourceArn"));
  HEARTH_CHECK(checkIdentityArn(call, in.fromArn, "FromArn"));
  HEARTH_CHECK(checkIdentityArn(call, in.returnPathArn, "ReturnPathArn"));
  HEARTH_TRY(const mail::MessageHead head, mail::parseHead(in.rawMessage.data));
  if (head.from.empty()) return invalid("Missing required header 'From'.");
  if (head.from.size() > kMostSenders) return invalid("There are too many addresses in the header 'From'.");

  std::vector<std::string> senders;
  for (const auto& mailbox : head.from) senders.push_back(readable(mailbox));
  const bool hasSource = in.source && !in.source->empty();
  if (hasSource) senders.push_back(*in.source);

  ports::OutgoingMail mail;
  HEARTH_TRY(mail.from, bareAddress(hasSource ? *in.source : head.from.front().address));
  if (in.destinations && !in.destinations->empty()) {
    appendAddresses(mail.recipients, *in.destinations);
  } else {
    for (const auto* mailboxes : {&head.to, &head.cc, &head.bcc})
      for (const auto& mailbox : *mailboxes) mail.recipients.push_back(mailbox.address);
  }
  if (mail.recipients.empty()) return invalid("Missing required header 'To'.");
  HEARTH_CHECK(checkRights(call, "ses:SendRawEmail", senders, mail));
  HEARTH_CHECK(checkSenders(call, senders));
  mail.mime = head.bcc.empty() ? std::move(in.rawMessage.data) : mail::withoutBcc(in.rawMessage.data);
  HEARTH_TRY(std::string id, submit(call, std::move(mail)));
  return SendRawEmailOutput{std::move(id)};
}

Result<GetSendQuotaOutput> SesService::getSendQuota(const api::Call& call, GetSendQuotaInput) const {
  std::int64_t sent = 0;
  for (const SendCount& count : store_.listSends(call.account, call.region, call.now - std::chrono::hours{24}))
    sent += count.recipients;
  return GetSendQuotaOutput{
      .max24HourSend = kUnlimited, .maxSendRate = kSendRate, .sentLast24Hours = static_cast<double>(sent)};
}

Result<GetSendStatisticsOutput> SesService::getSendStatistics(const api::Call& call, GetSendStatisticsInput) const {
  GetSendStatisticsOutput out;
  auto& points = out.sendDataPoints.emplace();
  for (const SendCount& count : store_.listSends(call.account, call.region, call.now - std::chrono::days{14}))
    points.push_back({.timestamp = count.start,
                      .deliveryAttempts = count.recipients,
                      .bounces = 0,
                      .complaints = 0,
                      .rejects = 0});
  return out;
}

}  // namespace hearth::services::ses
