#include "services/ses/ses_service.h"

#include "services/ses/ses_resources.h"
#include "services/testing_world.h"

namespace hearth::services::ses {
namespace {

using namespace api::ses;

class Postbox final : public ports::Mailer {
 public:
  Result<std::string> submit(ports::OutgoingMail mail) override {
    mails.push_back(std::move(mail));
    return "id-" + std::to_string(mails.size());
  }
  std::vector<ports::OutgoingMail> mails;
};

class SesTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    database_->migrate(sesMigrations());
    service_ = std::make_unique<SesService>(*database_, postbox_, clock_, random_);
  }
  void TearDown() override {
    service_.reset();
    World::TearDown();
  }

  std::string verify(const std::string& address) {
    return faultOf(*service_, &SesService::verifyEmailIdentity, VerifyEmailIdentityInput{.emailAddress = address});
  }
  std::string verifyDomain(const std::string& domain) {
    return faultOf(*service_, &SesService::verifyDomainIdentity, VerifyDomainIdentityInput{.domain = domain});
  }
  static SendEmailInput makeMail(std::string from, std::vector<std::string> to) {
    SendEmailInput in;
    in.source = std::move(from);
    in.destination.toAddresses = std::move(to);
    in.message.subject.data = "Grades";
    in.message.body.text = Content{.data = "Well done."};
    return in;
  }
  std::string send(SendEmailInput in) { return faultOf(*service_, &SesService::sendEmail, std::move(in)); }
  std::string sendRaw(std::string mime, std::vector<std::string> to = {}, std::string source = "") {
    SendRawEmailInput in;
    in.rawMessage.data = std::move(mime);
    if (!to.empty()) in.destinations = std::move(to);
    if (!source.empty()) in.source = std::move(source);
    return faultOf(*service_, &SesService::sendRawEmail, std::move(in));
  }

  Postbox postbox_;
  std::unique_ptr<SesService> service_;
};

using Names = std::vector<std::string>;

TEST_F(SesTest, SendersAreNamedFirst) {
  EXPECT_EQ(
      send(makeMail("Trainer <trainer@example.com>", {"a@example.org"})),
      "MessageRejected 400: Email address is not verified. The following identities failed the check in region "
      "EU-CENTRAL-1: Trainer <trainer@example.com>");
  EXPECT_TRUE(postbox_.mails.empty());
  ASSERT_EQ(verify("trainer@example.com"), "");
  ASSERT_EQ(send(makeMail("Trainer <trainer@example.com>", {"a@example.org", "B <b@example.org>"})), "");
  ASSERT_EQ(postbox_.mails.size(), 1u);
  EXPECT_EQ(postbox_.mails[0].from, "trainer@example.com");
  EXPECT_EQ(postbox_.mails[0].recipients, (Names{"a@example.org", "b@example.org"}));
  EXPECT_EQ(postbox_.mails[0].account, kAccount);
}

TEST_F(SesTest, ASenderIsVerifiedByAddressLabelOrDomain) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  ASSERT_EQ(verifyDomain("school.example"), "");
  for (const char* good : {"TRAINER@example.com", "trainer+os@example.com", "x@school.example",
                           "x@os.school.example", "x@School.Example"})
    EXPECT_EQ(send(makeMail(good, {"a@example.org"})), "") << good;
  for (const char* bad : {"other@example.com", "trainer@example.com.evil.example", "x@notschool.example",
                          "x@example", "trainer@sub.example.com"})
    EXPECT_NE(send(makeMail(bad, {"a@example.org"})), "") << bad;
}

TEST_F(SesTest, IdentitiesBelongToARegion) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  call_.region = "us-east-1";
  EXPECT_NE(send(makeMail("trainer@example.com", {"a@example.org"})), "");
  auto list = run(*service_, &SesService::listIdentities, ListIdentitiesInput{});
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list->identities.empty());
}

TEST_F(SesTest, ARawMessageStaysBitForBit) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  const std::string mime =
      "From: trainer@example.com\nTo: a@example.org\r\nSubject: =?utf-8?q?Wyniki?=\n\nbody \x01\xff\n.\nend";
  ASSERT_EQ(sendRaw(mime, {"x@example.org"}), "");
  EXPECT_EQ(postbox_.mails[0].mime, mime);
  EXPECT_EQ(postbox_.mails[0].recipients, Names{"x@example.org"}) << "destinations win over the headers";
  EXPECT_EQ(postbox_.mails[0].from, "trainer@example.com");
}

TEST_F(SesTest, RecipientsOfARawMessageComeFromItsHeadersAndBccIsTakenOut) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  ASSERT_EQ(sendRaw("From: trainer@example.com\r\nTo: a@example.org, B <b@example.org>\r\nBcc: c@example.org\r\n"
                    "Subject: x\r\n\r\nbody"),
            "");
  EXPECT_EQ(postbox_.mails[0].recipients, (Names{"a@example.org", "b@example.org", "c@example.org"}));
  EXPECT_EQ(postbox_.mails[0].mime.find("c@example.org"), std::string::npos);
  EXPECT_NE(postbox_.mails[0].mime.find("b@example.org"), std::string::npos);
}

TEST_F(SesTest, EveryAddressOfFromAndTheSourceMustBeVerified) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  const std::string two = "From: trainer@example.com, evil@example.net\r\nTo: a@example.org\r\n\r\nbody";
  EXPECT_NE(sendRaw(two).find("evil@example.net"), std::string::npos);
  const std::string one = "From: trainer@example.com\r\nTo: a@example.org\r\n\r\nbody";
  EXPECT_NE(sendRaw(one, {}, "evil@example.net").find("evil@example.net"), std::string::npos);
  EXPECT_NE(sendRaw("To: a@example.org\r\n\r\nbody"), "") << "nobody sent it";
  EXPECT_NE(sendRaw("From: trainer@example.com\r\n\r\nbody"), "") << "nobody gets it";
  EXPECT_TRUE(postbox_.mails.empty());
}

TEST_F(SesTest, WhatCannotBeSentIsRefused) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  EXPECT_EQ(send(makeMail("trainer@example.com", Names(51, "a@example.org"))),
            "InvalidParameterValue 400: Recipient count exceeds 50.");
  EXPECT_NE(send(makeMail("trainer@example.com", {})), "");
  SendEmailInput in = makeMail("trainer@example.com", {"a@example.org"});
  in.configurationSetName = "set";
  EXPECT_EQ(send(in), "ConfigurationSetDoesNotExist 400: Configuration set <set> does not exist.");
  in = makeMail("trainer@example.com", {"a@example.org"});
  in.sourceArn = "arn:aws:ses:eu-central-1:999999999999:identity/trainer@example.com";
  EXPECT_NE(send(in), "");
  for (const char* address : {"", "a", "a@", "a b@example.com", "a@example.com\r\nBcc: x@example.com"})
    EXPECT_NE(verify(address), "") << address;
  for (const char* domain : {"", "example", "-a.example", "a-.example", "a..example", "exa mple.com"})
    EXPECT_NE(verifyDomain(domain), "") << domain;
  EXPECT_TRUE(postbox_.mails.empty());
}

TEST_F(SesTest, QuotaCountsTheRecipientsOfADay) {
  ASSERT_EQ(verify("trainer@example.com"), "");
  ASSERT_EQ(send(makeMail("trainer@example.com", {"a@example.org", "b@example.org"})), "");
  setClock("2019-04-09T10:00:00Z");
  ASSERT_EQ(send(makeMail("trainer@example.com", {"a@example.org"})), "");
  EXPECT_EQ(run(*service_, &SesService::getSendQuota, GetSendQuotaInput{})->sentLast24Hours, 3);
  setClock("2019-04-09T21:00:00Z");
  EXPECT_EQ(run(*service_, &SesService::getSendQuota, GetSendQuotaInput{})->sentLast24Hours, 1);
  const auto statistics = run(*service_, &SesService::getSendStatistics, GetSendStatisticsInput{});
  ASSERT_TRUE(statistics.ok());
  ASSERT_EQ(statistics->sendDataPoints->size(), 2u);
  EXPECT_EQ(statistics->sendDataPoints->at(0).deliveryAttempts, 2);
}

TEST_F(SesTest, IdentitiesAreListedInPages) {
  for (const char* address : {"c@example.com", "A@example.com", "b@example.com"}) ASSERT_EQ(verify(address), "");
  ASSERT_EQ(verifyDomain("school.example"), "");
  ListIdentitiesInput in;
  in.maxItems = 3;
  auto first = run(*service_, &SesService::listIdentities, in);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->identities, (Names{"A@example.com", "b@example.com", "c@example.com"}));
  in.nextToken = first->nextToken;
  ASSERT_TRUE(in.nextToken);
  EXPECT_EQ(run(*service_, &SesService::listIdentities, in)->identities, Names{"school.example"});
  ListIdentitiesInput domains;
  domains.identityType = "Domain";
  EXPECT_EQ(run(*service_, &SesService::listIdentities, domains)->identities, Names{"school.example"});
}

TEST_F(SesTest, AStackMakesAnIdentityAndTakesItAway) {
  auto providers = makeSesResources(*service_);
  auto* provider = providerOf(providers, "AWS::SES::EmailIdentity");
  ASSERT_NE(provider, nullptr);
  const auto request = resourceRequest(R"({"EmailIdentity":"trainer@example.com"})");
  const auto made = write([&] { return provider->create(request); });
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->physicalId, "trainer@example.com");
  EXPECT_FALSE(write([&] { return provider->create(request); }).ok()) << "it is there already";
  EXPECT_EQ(send(makeMail("trainer@example.com", {"a@example.org"})), "");
  ASSERT_TRUE(write([&] { return provider->remove(resourceRequest("{}", "trainer@example.com")); }).ok());
  EXPECT_NE(send(makeMail("trainer@example.com", {"a@example.org"})), "");
}

TEST_F(SesTest, AnAccountHasTenThousandIdentities) {
  ASSERT_TRUE(write([&]() -> Result<bool> {
                database_->execute(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
                    " INSERT INTO ses_identities (account, region, key, name, is_domain, token, created)"
                    " SELECT ?, ?, i || '@example.com', i || '@example.com', 0, '', 0 FROM n",
                    kAccount, kRegion);
                return true;
              }).ok());
  ASSERT_EQ(verify("last@example.com"), "");
  const std::string full = "LimitExceeded 400: You have reached the maximum number of identities in this Region.";
  EXPECT_EQ(verify("another@example.com"), full);
  EXPECT_EQ(verifyDomain("another.example"), full);
  EXPECT_EQ(verify("last@example.com"), "") << "it is there already";
}

}  // namespace
}  // namespace hearth::services::ses
