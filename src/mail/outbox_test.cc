#include "mail/outbox.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include "mail/smtp_sink.h"

namespace hearth::mail {
namespace {

using namespace std::string_literals;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Everything that a transport could be tempted to mend: dots, a lone line feed, a NUL, bytes that are no text, no
// end.
const std::string kMime =
    "From: t@example.org\r\nSubject: =?utf-8?Q?Tw=C3=B3j_wynik?=\r\n\r\n.hidden BODY\n\xff\0\r\n.."s;

// A data folder that outlives several starts of the outbox.
class OutboxTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearth-mail-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }

  void TearDown() override {
    halt();
    std::filesystem::remove_all(folder_);
  }

  void boot(OutboxSettings settings = {}) {
    keyring_ = store::Keyring::open(folder_, random_).value();
    database_ = std::make_unique<store::Database>(folder_ + "/db");
    database_->migrate({migrations().begin(), migrations().end()});
    relay_ = settings.relay.value_or(Relay{});
    outbox_ = std::make_unique<Outbox>(*database_, *keyring_, clock_, random_, std::move(settings));
    outbox_->recover();
  }

  void boot(const SmtpSink& sink) {
    OutboxSettings settings;
    settings.relay = Relay{.host = "127.0.0.1", .port = sink.port(), .tls = TlsMode::kOff};
    settings.relay->totalTimeout = seconds{5};
    boot(std::move(settings));
  }

  void halt() {
    outbox_.reset();
    database_.reset();
    keyring_.reset();
  }

  Result<std::string> submit(std::vector<std::string> recipients, std::string mime = kMime,
                             std::string from = "teacher@example.org") {
    std::string id;
    const auto result = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(id, outbox_->submit({.account = "000000000000",
                                      .region = "eu-west-1",
                                      .from = from,
                                      .recipients = recipients,
                                      .mime = mime}));
      return {};
    });
    if (!result.ok()) return result.fault();
    return id;
  }

  // No delivery can be recorded as delivered until mendRecording().
  void breakRecording() {
    database_->migrate({{"broken/001",
                         "CREATE TABLE broken(x INTEGER) STRICT; INSERT INTO broken VALUES (1);"
                         "CREATE TRIGGER breaks BEFORE UPDATE ON mail_deliveries"
                         " WHEN new.state = 'delivered' AND EXISTS (SELECT 1 FROM broken)"
                         " BEGIN SELECT RAISE(ABORT, 'broken'); END;"}});
  }
  void mendRecording() {
    const auto mend = [this]() -> Result<void> {
      database_->execute("DELETE FROM broken");
      return {};
    };
    ASSERT_TRUE(database_->writeAndWait(mend).ok());
  }

  std::optional<base::Time> sendDue() {
    SmtpClient client(relay_);
    return outbox_->sendDue(client);
  }

  Result<int> release(const std::string& id) {
    int count = 0;
    const auto result = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(count, outbox_->release(id));
      return {};
    });
    if (!result.ok()) return result.fault();
    return count;
  }

  Delivery delivery(const std::string& id, std::size_t at = 0) { return outbox_->find(id)->deliveries.at(at); }

  std::string folder_;
  base::ManualClock clock_{base::parseIso8601("2026-01-05T22:00:00Z").value()};
  base::SystemRandom random_;
  Relay relay_;
  std::unique_ptr<store::Keyring> keyring_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Outbox> outbox_;
};

// Replies to RCPT by the recipient.
SmtpSink::Script byRecipient(std::map<std::string, std::string> replies) {
  return [replies = std::move(replies)](const std::string& command) -> std::optional<std::string> {
    for (const auto& [recipient, reply] : replies) {
      if (command == "RCPT TO:<" + recipient + ">") return reply;
    }
    return std::nullopt;
  };
}

TEST_F(OutboxTest, KeepsTheMessageBitForBitAndDeliversIt) {
  SmtpSink sink;
  boot(sink);
  const auto id = submit({"ann@example.org"}).value();
  EXPECT_EQ(outbox_->getMime(id).value(), kMime);
  EXPECT_EQ(outbox_->find(id)->state(), DeliveryState::kQueued);
  EXPECT_EQ(sendDue(), std::nullopt);
  const auto received = sink.received();
  ASSERT_EQ(received.size(), 1u);
  // The wire knows only whole lines that end in CRLF; nothing else is different.
  std::string expected = kMime;
  expected.replace(expected.find("BODY\n") + 4, 1, "\r\n");
  EXPECT_EQ(withoutDots(received[0].data), expected + "\r\n");
  const auto mail = outbox_->find(id).value();
  EXPECT_EQ(mail.state(), DeliveryState::kDelivered);
  EXPECT_EQ(mail.subject, "Twój wynik");
  EXPECT_EQ(mail.sender, "teacher@example.org");
  EXPECT_EQ(mail.size, kMime.size());
  EXPECT_EQ(mail.accepted, clock_.now());
  EXPECT_EQ(mail.deliveries.at(0).detail, "250 taken");
  EXPECT_EQ(mail.deliveries.at(0).attempts, 1);
  EXPECT_EQ(outbox_->getMime(id).value(), kMime);
}

TEST_F(OutboxTest, RemovesAMessageWhole) {
  boot();
  const auto id = submit({"ann@example.org"}).value();
  const auto other = submit({"bob@example.org"}).value();
  const auto removed = database_->writeAndWait([&] { return outbox_->remove(id); });
  EXPECT_TRUE(removed.ok());
  EXPECT_FALSE(outbox_->find(id).has_value());
  EXPECT_EQ(outbox_->getMime(id).fault().status, 404);
  EXPECT_TRUE(outbox_->getMime(other).ok());
  EXPECT_EQ(database_->writeAndWait([&] { return outbox_->remove(id); }).fault().code, "NotFound");
}

TEST_F(OutboxTest, IdsLookLikeThoseOfSes) {
  boot();
  const auto id = submit({"ann@example.org"}).value();
  // 2026-01-05T22:00:00Z is 0x19b902c9700 milliseconds behind 1970.
  EXPECT_EQ(id.size(), 60u);
  EXPECT_TRUE(id.starts_with("0100019b902c9700-")) << id;
  EXPECT_TRUE(id.ends_with("-000000"));
}

TEST_F(OutboxTest, OneBadAddressStopsNobodyElse) {
  SmtpSink sink(byRecipient({{"bad@example.org", "550 no such user"}, {"later@example.org", "450 greylisted"}}));
  boot(sink);
  const auto id = submit({"ann@example.org", "bad@example.org", "later@example.org", "bob@example.org"}).value();
  const auto next = sendDue();
  EXPECT_EQ(delivery(id, 0).state, DeliveryState::kDelivered);
  EXPECT_EQ(delivery(id, 1).state, DeliveryState::kFailed);
  EXPECT_EQ(delivery(id, 1).detail, "550 no such user");
  EXPECT_EQ(delivery(id, 2).state, DeliveryState::kQueued);
  EXPECT_EQ(delivery(id, 2).detail, "450 greylisted");
  EXPECT_EQ(delivery(id, 2).nextAttempt, next);
  EXPECT_EQ(delivery(id, 3).state, DeliveryState::kDelivered);
  EXPECT_EQ(outbox_->find(id)->state(), DeliveryState::kQueued);
  EXPECT_EQ(sink.received().size(), 2u);
}

TEST_F(OutboxTest, PausesGrowAndEnd) {
  SmtpSink sink(byRecipient({{"later@example.org", "450 greylisted"}}));
  boot(sink);
  const auto id = submit({"later@example.org"}).value();
  const auto begin = clock_.now();
  base::Duration expected = minutes{1};
  int attempts = 0;
  auto next = sendDue();
  while (next) {
    ++attempts;
    const auto pause = *next - clock_.now();
    EXPECT_GE(pause, expected * 3 / 4);
    EXPECT_LE(pause, expected * 5 / 4);
    expected = std::min<base::Duration>(expected * 2, hours{1});
    clock_.set(*next - milliseconds{1});
    EXPECT_EQ(sendDue(), next);  // not before its time
    clock_.set(*next);
    next = sendDue();
  }
  EXPECT_EQ(delivery(id).state, DeliveryState::kFailed);
  EXPECT_EQ(delivery(id).detail, "given up: 450 greylisted");
  EXPECT_GE(clock_.now() - begin, hours{24});
  EXPECT_LE(clock_.now() - begin, hours{26});
  EXPECT_GT(attempts, 20);
  EXPECT_EQ(release(id).value(), 1);
  EXPECT_EQ(delivery(id).state, DeliveryState::kQueued);
}

TEST_F(OutboxTest, ARelayThatIsDownLosesNothing) {
  SmtpSink sink;
  OutboxSettings settings;
  settings.relay = Relay{.host = "127.0.0.1", .port = 1, .tls = TlsMode::kOff};
  boot(settings);
  const auto id = submit({"ann@example.org", "bob@example.org"}).value();
  const auto next = sendDue();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(outbox_->find(id)->state(), DeliveryState::kQueued);
  halt();
  boot(sink);
  EXPECT_EQ(sendDue().has_value(), true);
  clock_.advance(hours{1});
  EXPECT_EQ(sendDue(), std::nullopt);
  EXPECT_EQ(outbox_->find(id)->state(), DeliveryState::kDelivered);
  EXPECT_EQ(sink.received().size(), 2u);
}

TEST_F(OutboxTest, WithoutARelayMailIsHeldUntilReleased) {
  boot();
  const auto id = submit({"ann@example.org"}).value();
  EXPECT_EQ(delivery(id).state, DeliveryState::kHeld);
  EXPECT_EQ(outbox_->getMime(id).value(), kMime);
  EXPECT_EQ(release(id).fault().code, "Conflict");
  halt();
  clock_.advance(hours{24 * 30});
  SmtpSink sink;
  boot(sink);
  EXPECT_EQ(sendDue(), std::nullopt);
  EXPECT_EQ(delivery(id).state, DeliveryState::kHeld);
  EXPECT_EQ(release("nonsense").fault().code, "NotFound");
  EXPECT_EQ(release(id).value(), 1);
  sendDue();
  EXPECT_EQ(delivery(id).state, DeliveryState::kDelivered);
  EXPECT_EQ(release(id).value(), 0);
}

TEST_F(OutboxTest, WhenTheRelayIsTakenAwayQueuedMailIsHeld) {
  SmtpSink sink;
  boot(sink);
  const auto id = submit({"ann@example.org"}).value();
  halt();
  boot();
  EXPECT_EQ(delivery(id).state, DeliveryState::kHeld);
}

TEST_F(OutboxTest, RefusesWhatCannotBeSent) {
  boot();
  EXPECT_EQ(submit({}).fault().code, "InvalidParameterValue");
  EXPECT_EQ(submit({"nobody"}).fault().message, "Missing final '@domain'");
  EXPECT_EQ(submit({"ann@example.org", "a@b>\r\nDATA"}).fault().code, "InvalidParameterValue");
  EXPECT_EQ(submit({"ann@example.org"}, kMime, "nobody").fault().code, "InvalidParameterValue");
  EXPECT_EQ(submit(std::vector<std::string>(51, "a@b")).fault().message, "Recipient count exceeds 50.");
  EXPECT_EQ(submit({"ann@example.org"}, std::string(40 * 1024 * 1024 + 1, 'x')).fault().code,
            "InvalidParameterValue");
  EXPECT_TRUE(outbox_->list("", 10).empty());
  // Twice the same is one mail.
  EXPECT_EQ(outbox_->find(submit({"a@b", "a@b"}).value())->deliveries.size(), 1u);
}

TEST_F(OutboxTest, ARolledBackSubmissionLeavesNothing) {
  boot();
  const auto result = database_->writeAndWait([&]() -> Result<void> {
    HEARTH_CHECK(outbox_->submit({.from = "a@b", .recipients = {"c@d"}, .mime = kMime}));
    return Fault("Later", "something else failed");
  });
  EXPECT_FALSE(result.ok());
  EXPECT_TRUE(outbox_->list("", 10).empty());
}

TEST_F(OutboxTest, ListsNewestFirstInPages) {
  boot();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(submit({"ann@example.org"}).value());
  const auto page = outbox_->list("000000000000", 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].id, ids[4]);
  const auto rest = outbox_->list("", 10, page[1].id);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[0].id, ids[2]);
  EXPECT_EQ(rest[2].id, ids[0]);
  EXPECT_TRUE(outbox_->list("999999999999", 10).empty());
  EXPECT_FALSE(outbox_->find("nonsense").has_value());
  EXPECT_EQ(outbox_->getMime("nonsense").fault().status, 404);
}

TEST_F(OutboxTest, NothingReadableIsOnTheDisk) {
  SmtpSink sink(byRecipient({{"marker-recipient@example.org", "550 no marker-recipient here"}}));
  boot(sink);
  submit({"marker-recipient@example.org"}, "Subject: MARKER-SUBJECT\r\n\r\nMARKER-BODY\r\n",
         "marker-sender@example.org")
      .value();
  sendDue();
  halt();
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    for (const auto* marker : {"MARKER", "marker-sender", "marker-recipient"}) {
      EXPECT_EQ(bytes.find(marker), std::string::npos) << marker << " in " << file.path();
    }
  }
}

TEST_F(OutboxTest, AnotherMasterKeyShowsNoTextAndSendsNothing) {
  SmtpSink sink;
  boot(sink);
  const auto id = submit({"ann@example.org"}).value();
  halt();
  std::filesystem::remove(folder_ + "/master.key");
  boot(sink);
  EXPECT_EQ(outbox_->find(id)->subject, "");
  EXPECT_FALSE(outbox_->getMime(id).ok());
  sendDue();
  EXPECT_EQ(delivery(id).state, DeliveryState::kFailed);
  EXPECT_TRUE(sink.received().empty());
}

TEST_F(OutboxTest, OldMailIsPurgedWhenItIsThrough) {
  SmtpSink sink(byRecipient({{"later@example.org", "450 greylisted"}}));
  OutboxSettings settings;
  settings.relay = Relay{.host = "127.0.0.1", .port = sink.port(), .tls = TlsMode::kOff};
  settings.keepFor = hours{1};
  boot(settings);
  const auto done = submit({"ann@example.org"}).value();
  const auto open = submit({"ann@example.org", "later@example.org"}).value();
  sendDue();
  EXPECT_TRUE(outbox_->find(done).has_value());
  clock_.advance(hours{2});
  const auto fresh = submit({"ann@example.org"}).value();
  const auto next = sendDue();
  EXPECT_FALSE(outbox_->find(done).has_value());
  EXPECT_EQ(outbox_->getMime(done).fault().code, "NotFound");
  EXPECT_TRUE(outbox_->find(open).has_value());
  EXPECT_TRUE(outbox_->find(fresh).has_value());
  EXPECT_LE(*next, clock_.now() + hours{1});
}

TEST_F(OutboxTest, AClockThatWasSetBackDelaysNothing) {
  SmtpSink sink(byRecipient({{"later@example.org", "450 greylisted"}}));
  boot(sink);
  const auto id = submit({"later@example.org"}).value();
  sendDue();
  halt();
  clock_.advance(-hours{24 * 200});
  boot(sink);
  EXPECT_EQ(delivery(id).nextAttempt, clock_.now());
}

// The process is killed while the relay has the message and has not answered yet: nobody can know whether it was
// taken, so that it is sent again, once.
TEST_F(OutboxTest, AKillWhileSendingRepeatsAtMostThatMail) {
  const auto child = [&] {
    SmtpSink sink([](const std::string& command) -> std::optional<std::string> {
      if (command == ".") ::_exit(7);
      return std::nullopt;
    });
    boot(sink);
    submit({"ann@example.org", "bob@example.org"}).value();
    sendDue();
  };
  EXPECT_EXIT(child(), testing::ExitedWithCode(7), "");
  SmtpSink sink;
  boot(sink);
  const auto mails = outbox_->list("", 10);
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].state(), DeliveryState::kQueued);
  EXPECT_EQ(mails[0].deliveries[0].attempts, 1);
  EXPECT_EQ(mails[0].deliveries[1].attempts, 0);
  EXPECT_EQ(sendDue(), std::nullopt);
  EXPECT_EQ(outbox_->find(mails[0].id)->state(), DeliveryState::kDelivered);
  EXPECT_EQ(sink.received().size(), 2u);
}

TEST_F(OutboxTest, AnOutcomeThatCannotBeRecordedIsKept) {
  SmtpSink sink;
  boot(sink);
  breakRecording();
  const auto id = submit({"ann@example.org"}).value();
  EXPECT_THROW(sendDue(), store::DatabaseError);
  const auto later = submit({"bob@example.org"}).value();
  EXPECT_THROW(sendDue(), store::DatabaseError);
  EXPECT_EQ(delivery(id).state, DeliveryState::kSending);
  EXPECT_EQ(delivery(later).state, DeliveryState::kQueued);
  EXPECT_EQ(sink.received().size(), 1u);

  mendRecording();
  sendDue();
  EXPECT_EQ(delivery(id).state, DeliveryState::kDelivered);
  EXPECT_EQ(delivery(later).state, DeliveryState::kDelivered);
  EXPECT_EQ(sink.received().size(), 2u);
}

TEST_F(OutboxTest, AnOutcomeThatCannotBeRecordedIsTriedOnceMoreAtTheEnd) {
  SmtpSink sink;
  boot(sink);
  breakRecording();
  const auto id = submit({"ann@example.org"}).value();
  EXPECT_THROW(sendDue(), store::DatabaseError);
  mendRecording();
  outbox_->stop();
  EXPECT_EQ(delivery(id).state, DeliveryState::kDelivered);
}

TEST_F(OutboxTest, ThreadsSendEachMailOnce) {
  SmtpSink sink;
  boot(sink);
  outbox_->start();
  std::set<std::string> expected;
  for (int i = 0; i < 60; ++i) {
    const std::string recipient = "student" + std::to_string(i) + "@example.org";
    submit({recipient}).value();
    expected.insert("<" + recipient + ">");
  }
  sink.waitForMails(60);
  outbox_->stop();
  const auto received = sink.received();
  std::set<std::string> actual;
  for (const auto& mail : received) actual.insert(mail.to);
  EXPECT_EQ(received.size(), 60u);
  EXPECT_EQ(actual, expected);
}

TEST_F(OutboxTest, StopBreaksOffWhatHangs) {
  std::mutex mutex;
  std::condition_variable changed;
  bool hanging = false;
  SmtpSink sink([&](const std::string& command) -> std::optional<std::string> {
    if (!command.starts_with("RCPT")) return std::nullopt;
    const std::lock_guard lock(mutex);
    hanging = true;
    changed.notify_all();
    return SmtpSink::kHang;
  });
  OutboxSettings settings;
  settings.relay = Relay{.host = "127.0.0.1", .port = sink.port(), .tls = TlsMode::kOff};
  boot(settings);  // with the timeouts of minutes that RFC 5321 asks for
  const auto id = submit({"ann@example.org"}).value();
  outbox_->start();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return hanging; });
  }
  EXPECT_EQ(delivery(id).state, DeliveryState::kSending);
  outbox_->stop();
  EXPECT_EQ(delivery(id).state, DeliveryState::kQueued);
  EXPECT_EQ(delivery(id).attempts, 0);
}

}  // namespace
}  // namespace hearth::mail
