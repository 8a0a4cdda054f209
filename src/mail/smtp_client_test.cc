#include "mail/smtp_client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "mail/smtp_sink.h"

namespace hearth::mail {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kMessage = "Subject: hello\r\n\r\nbody\r\n";

Relay relayOf(const SmtpSink& sink, TlsMode tls = TlsMode::kOff) {
  Relay relay;
  relay.host = "127.0.0.1";
  relay.port = sink.port();
  relay.tls = tls;
  relay.greeting = "hearth.test";
  return relay;
}

SmtpResult sendTo(const Relay& relay, std::string_view message = kMessage) {
  const std::atomic<bool> cancel{false};
  SmtpClient client(relay);
  return client.send("teacher@example.org", "ann@example.org", message, cancel);
}

// Replies `reply` to the commands that begin with `prefix`.
SmtpSink::Script replying(std::string prefix, std::string reply) {
  return [prefix = std::move(prefix), reply = std::move(reply)](const std::string& command) {
    return command.starts_with(prefix) ? std::optional(reply) : std::nullopt;
  };
}

bool saw(SmtpSink& sink, std::string_view prefix) {
  for (const auto& command : sink.commands()) {
    if (command.starts_with(prefix)) return true;
  }
  return false;
}

TEST(SmtpClient, DeliversBitForBit) {
  SmtpSink sink;
  std::string message = "Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\na.b\r\n\r\n. \r\n8-bit: \xC5\x81\xff\r\n";
  message += std::string(5000, 'x') + "\r\n";
  for (int i = 0; i < 20000; ++i) message += ".line\r\n";
  const auto result = sendTo(relayOf(sink), message);
  EXPECT_EQ(result.outcome, SmtpOutcome::kAccepted);
  EXPECT_EQ(result.detail, "250 taken");
  const auto received = sink.received();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_TRUE(received[0].from.starts_with("<teacher@example.org>"));
  EXPECT_EQ(received[0].to, "<ann@example.org>");
  EXPECT_TRUE(received[0].data.starts_with("Subject: dots\r\n\r\n..\r\n...\r\n..hidden\r\n"));
  EXPECT_EQ(withoutDots(received[0].data), message);
  EXPECT_TRUE(saw(sink, "EHLO hearth.test"));
  EXPECT_TRUE(saw(sink, "QUIT"));
}

TEST(SmtpClient, DeliversMessagesThatBeginOrEndOddly) {
  for (const std::string_view message : {".", ".\r\n", "\r\n", "no end", "a\r\n.", "..\r\n..", ""}) {
    SmtpSink sink;
    ASSERT_EQ(sendTo(relayOf(sink), message).outcome, SmtpOutcome::kAccepted) << message;
    auto data = withoutDots(sink.received().at(0).data);
    // SMTP has only whole lines.
    std::string expected(message);
    if (!expected.empty() && !expected.ends_with("\r\n")) expected += "\r\n";
    if (expected.empty() && data == "\r\n") data.clear();
    EXPECT_EQ(data, expected);
  }
}

TEST(SmtpClient, RepliesAboutTheMailAreFinalOrNot) {
  for (const std::string stage : {"MAIL", "RCPT", "DATA", "."}) {
    SmtpSink refusing(replying(stage, "550 5.1.1 no such user"));
    const auto refused = sendTo(relayOf(refusing));
    EXPECT_EQ(refused.outcome, SmtpOutcome::kPermanent) << stage;
    EXPECT_EQ(refused.detail, "550 5.1.1 no such user") << stage;
    EXPECT_TRUE(refusing.received().empty());

    SmtpSink busy(replying(stage, "450 4.2.1 greylisted"));
    const auto later = sendTo(relayOf(busy));
    EXPECT_EQ(later.outcome, SmtpOutcome::kTransient) << stage;
    EXPECT_EQ(later.detail, "450 4.2.1 greylisted") << stage;
  }
}

TEST(SmtpClient, RepliesAboutTheRelayAreNeverFinal) {
  for (const auto& [stage, reply] : {std::pair{"CONNECT", "554 no service"}, std::pair{"CONNECT", "421 closing"},
                                     std::pair{"MAIL", "530 authentication required"}}) {
    SmtpSink sink(replying(stage, reply));
    const auto result = sendTo(relayOf(sink));
    EXPECT_EQ(result.outcome, SmtpOutcome::kTransient) << reply;
    EXPECT_NE(result.detail.find(reply), std::string::npos) << result.detail;
  }
}

TEST(SmtpClient, ALostConnectionIsTransient) {
  for (const auto* stage : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
    SmtpSink sink(replying(stage, SmtpSink::kDrop));
    const auto result = sendTo(relayOf(sink));
    EXPECT_EQ(result.outcome, SmtpOutcome::kTransient) << stage;
    EXPECT_FALSE(result.detail.empty());
  }
  Relay nobody;
  nobody.host = "127.0.0.1";
  nobody.port = 1;
  EXPECT_EQ(sendTo(nobody).outcome, SmtpOutcome::kTransient);
}

TEST(SmtpClient, ASilentRelayIsGivenUp) {
  for (const auto* stage : {"CONNECT", "RCPT", "."}) {
    SmtpSink sink(replying(stage, SmtpSink::kHang));
    auto relay = relayOf(sink);
    relay.totalTimeout = milliseconds{100};
    EXPECT_EQ(sendTo(relay).outcome, SmtpOutcome::kTransient) << stage;
  }
}

TEST(SmtpClient, CanBeCancelled) {
  std::atomic<bool> cancel{false};
  SmtpSink sink([&](const std::string& command) -> std::optional<std::string> {
    if (!command.starts_with("RCPT")) return std::nullopt;
    cancel = true;
    return SmtpSink::kHang;
  });
  const auto relay = relayOf(sink);
  SmtpClient client(relay);
  EXPECT_EQ(client.send("a@b", "c@d", kMessage, cancel).outcome, SmtpOutcome::kCancelled);
}

TEST(SmtpClient, RequiredTlsIsNeverLeftOut) {
  SmtpSink sink;  // does not offer it
  auto relay = relayOf(sink, TlsMode::kRequired);
  relay.user = "user";
  relay.password = "secret-word";
  const auto result = sendTo(relay);
  EXPECT_EQ(result.outcome, SmtpOutcome::kTransient);
  EXPECT_EQ(result.detail.find("secret-word"), std::string::npos);
  EXPECT_FALSE(saw(sink, "MAIL"));
  EXPECT_FALSE(saw(sink, "AUTH"));
}

TEST(SmtpClient, OptionalTlsGoesWithoutOnlyWhenThereIsNoPassword) {
  SmtpSink sink;
  EXPECT_EQ(sendTo(relayOf(sink, TlsMode::kOptional)).outcome, SmtpOutcome::kAccepted);
  SmtpSink other;
  auto relay = relayOf(other, TlsMode::kOptional);
  relay.user = "user";
  relay.password = "secret-word";
  EXPECT_EQ(sendTo(relay).outcome, SmtpOutcome::kTransient);
  EXPECT_FALSE(saw(other, "AUTH"));
  EXPECT_FALSE(saw(other, "MAIL"));
}

class SmtpClientTls : public testing::Test {
 protected:
  SmtpClientTls() {
    path_ = (std::filesystem::temp_directory_path() / ("hearth-mail-ca-" + std::to_string(::getpid()) + ".pem"))
                .string();
    std::ofstream(path_) << certificate_.pem;
  }
  ~SmtpClientTls() override { std::filesystem::remove(path_); }

  TestCertificate certificate_;
  std::string path_;
};

TEST_F(SmtpClientTls, RequiredWithATrustedCertificate) {
  SmtpSink sink({}, certificate_.context.get());
  auto relay = relayOf(sink, TlsMode::kRequired);
  relay.caFile = path_;
  EXPECT_EQ(sendTo(relay).outcome, SmtpOutcome::kAccepted);
  EXPECT_TRUE(saw(sink, "STARTTLS"));
}

TEST_F(SmtpClientTls, RequiredWithAStrangersCertificateSendsNothing) {
  SmtpSink sink({}, certificate_.context.get());
  const auto result = sendTo(relayOf(sink, TlsMode::kRequired));
  EXPECT_EQ(result.outcome, SmtpOutcome::kTransient);
  EXPECT_FALSE(saw(sink, "MAIL"));
}

TEST_F(SmtpClientTls, OptionalTakesWhatIsOffered) {
  SmtpSink sink({}, certificate_.context.get());
  EXPECT_EQ(sendTo(relayOf(sink, TlsMode::kOptional)).outcome, SmtpOutcome::kAccepted);
  EXPECT_TRUE(saw(sink, "STARTTLS"));
}

TEST_F(SmtpClientTls, APasswordGoesThroughTlsAndAWrongOneIsTransient) {
  for (const auto* reply : {"235 welcome", "535 5.7.8 wrong"}) {
    const auto script = [&](const std::string& command) -> std::optional<std::string> {
      if (command.starts_with("EHLO")) return "250-sink\r\n250-STARTTLS\r\n250 AUTH PLAIN";
      if (command.starts_with("AUTH PLAIN") || command.find(' ') == std::string::npos) {
        if (command != "DATA" && command != "." && command != "QUIT" && command != "CONNECT" &&
            command != "STARTTLS") {
          return command == "AUTH PLAIN" ? "334 " : reply;
        }
      }
      return std::nullopt;
    };
    SmtpSink sink(script, certificate_.context.get());
    auto relay = relayOf(sink, TlsMode::kRequired);
    relay.caFile = path_;
    relay.user = "user";
    relay.password = "secret-word";
    const auto result = sendTo(relay);
    const bool welcome = std::string_view(reply).starts_with("235");
    EXPECT_EQ(result.outcome, welcome ? SmtpOutcome::kAccepted : SmtpOutcome::kTransient);
    EXPECT_EQ(sink.received().size(), welcome ? 1u : 0u);
    EXPECT_EQ(result.detail.find("secret"), std::string::npos);
    // "\0user\0secret-word" in base 64.
    const auto commands = sink.commands();
    EXPECT_TRUE(std::any_of(commands.begin(), commands.end(),
                            [](const auto& c) { return c.find("AHVzZXIAc2VjcmV0LXdvcmQ=") != std::string::npos; }));
  }
}

}  // namespace
}  // namespace hearth::mail
