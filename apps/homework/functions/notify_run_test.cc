#include "homework/functions/notify_run.h"

#include <algorithm>
#include <set>

#include "homework/domain/extensions.h"
#include "homework/domain/mime.h"
#include "homework/domain/trainer_mail.h"
#include "homework/functions/scoring_fixture.h"

namespace hearth::homework {
namespace {

const TestRef kTest{"operating-systems", "test01"};

class Notifying : public Scoring {
 protected:
  static NotifyRequest request(NotifyKind kind, Instant time = kDue - 24h) {
    NotifyRequest out;
    out.kind = kind;
    out.test = kTest;
    out.time = time;
    return out;
  }
  Outcome<json::object> tryNotify(const NotifyRequest& asked, Instant now) {
    clock_ = std::make_unique<ManualClock>(now);
    return runNotify(asked, {"", "", "notify", 1}, course_.store, mailer_, *clock_);
  }
  json::object notify(const NotifyRequest& asked) {
    auto answer = tryNotify(asked, asked.time);
    EXPECT_TRUE(answer.ok()) << answer.problem().message;
    return answer ? *answer : json::object{};
  }
  static std::string to(const json::object& answer) { return json::serialize(answer.at("to")); }

  NotifyRequest receiptOfStudent01(Instant now) {
    submitted("student01", answersWith(6), kDue - 1h);
    NotifyRequest asked = request(NotifyKind::kReceipt, now);
    asked.students = {"student01"};
    asked.attempt = course_.store.find(kPrefix + "student01/testResult.json")->metadata.at("attempt");
    return asked;
  }
};

TEST_F(Notifying, ANoticeGoesOnceToEverybody) {
  const json::object first = notify(request(NotifyKind::kNotice));
  EXPECT_EQ(to(first), R"(["student01","student02","student03"])");
  EXPECT_EQ(first.at("mails").at("sent").to_number<int>(), 3);
  EXPECT_NE(mailer_.sent[0].mime.find("text/calendar"), std::string::npos);
  EXPECT_EQ(mailer_.sent[0].header("Reply-To"), "trainer@example.com");
  EXPECT_EQ(mailer_.sent[0].header("Auto-Submitted"), "auto-generated");
  EXPECT_EQ(to(notify(request(NotifyKind::kNotice, kDue - 1h))), "[]");
  course_.setRoster(4);
  EXPECT_EQ(to(notify(request(NotifyKind::kNotice, kDue - 1h))), R"(["student04"])");
  EXPECT_EQ(mailer_.sent.size(), 4U);
}

TEST_F(Notifying, ACourseMayWantNoNotices) {
  course_.store.set("course.json", R"({"from":"h@example.com","notice":false})");
  EXPECT_EQ(to(notify(request(NotifyKind::kNotice))), "[]");
  EXPECT_TRUE(mailer_.sent.empty());
}

TEST_F(Notifying, AReminderGoesToWhoHasNotSubmittedAndMay) {
  course_.setRoster(6);
  submitted("student01", answersWith(6), kDue - 48h);
  course_.store.set(kPrefix + "student02/testResult.json", "[]");  // by the article's own function
  Extensions extensions;
  extensions.set({kTest, "student03", std::nullopt, true, ""});
  extensions.set({kTest, "student04", kDue + 48h, false, ""});
  course_.store.set("published/extensions.json", extensionsJson(extensions));
  EXPECT_EQ(to(notify(request(NotifyKind::kReminder))), R"(["student04","student05","student06"])");
  EXPECT_EQ(to(notify(request(NotifyKind::kReminder, kDue - 1h))), "[]");
  // Another deadline is another reminder.
  course_.catalogue.tests[0].due = kDue + 24h;
  course_.writeCatalogue();
  EXPECT_EQ(to(notify(request(NotifyKind::kReminder, kDue))), R"(["student05","student06"])");
  // After the close nobody can do anything about it but who has more time.
  NotifyRequest late = request(NotifyKind::kReminder, kDue + 26h);
  late.again = true;
  EXPECT_EQ(to(notify(late)), R"(["student04"])");
}

TEST_F(Notifying, AgainIsOncePerMinute) {
  notify(request(NotifyKind::kReminder));
  NotifyRequest again = request(NotifyKind::kReminder, kDue - 23h);
  again.again = true;
  again.students = {"student02", "student99"};
  EXPECT_EQ(to(notify(again)), R"(["student02"])");
  again.time += 20s;
  EXPECT_EQ(to(notify(again)), "[]");
  again.time += 1min;
  EXPECT_EQ(to(notify(again)), R"(["student02"])");
  EXPECT_EQ(mailer_.to("student02@example.com").size(), 3U);
}

TEST_F(Notifying, ADryRunShowsTheFirstAndWritesNothing) {
  NotifyRequest dry = request(NotifyKind::kReminder);
  dry.dryRun = true;
  const auto keys = course_.store.keys();
  const json::object answer = notify(dry);
  EXPECT_EQ(answer.at("subject").as_string(), "[operating-systems] test01 \xe2\x80\x93 due tomorrow 23:00");
  EXPECT_NE(answer.at("text").as_string().find("Hello Name student01,"), json::string::npos);
  EXPECT_EQ(to(answer), R"(["student01","student02","student03"])");
  EXPECT_EQ(course_.store.keys(), keys);
  EXPECT_TRUE(mailer_.sent.empty());
}

TEST_F(Notifying, OneBadAddressStopsNobody) {
  mailer_.refusals["student02@example.com"] = {"MessageRejected", "not verified", 400, false};
  const json::object answer = notify(request(NotifyKind::kNotice));
  EXPECT_EQ(answer.at("mails").at("sent").to_number<int>(), 2);
  EXPECT_EQ(answer.at("mails").at("failed").to_number<int>(), 1);
  EXPECT_EQ(answer.at("problems").at(0).as_string(), "student02: MessageRejected: not verified");
}

TEST_F(Notifying, TransientTroubleIsTriedAgainAtOnce) {
  mailer_.refusals["student02@example.com"] = {"Throttling", "slow down", 400, true};
  const json::object answer = notify(request(NotifyKind::kNotice));
  EXPECT_EQ(answer.at("mails").at("pending").to_number<int>(), 1);
  EXPECT_EQ(clock_->waited, 11s);
  mailer_.refusals.clear();
  notify(request(NotifyKind::kNotice, kDue - 2h));  // what is left goes with the next
  EXPECT_EQ(mailer_.to("student02@example.com").size(), 1U);
}

// A mail service that takes so many a second and no more.
TEST_F(Notifying, ALimitedSenderIsFollowedAtItsPace) {
  course_.setRoster(30);
  class Limited final : public MailSender {
   public:
    Limited(MemoryMailer& mailer, Instant& now) : mailer_(mailer), now_(now) {}
    sdk::Outcome<std::string> send(std::string_view from, std::string_view to, std::string_view mime) override {
      if (now_ != second_) taken_ = 0;
      second_ = now_;
      if (++taken_ > 10) return sdk::Error{"Throttling", "Maximum sending rate exceeded", 400, true};
      return mailer_.send(from, to, mime);
    }

   private:
    MemoryMailer& mailer_;
    Instant& now_;
    Instant second_{};
    int taken_ = 0;
  };
  class Watched final : public RunClock {
   public:
    explicit Watched(Instant& now) : now_(now) {}
    Instant now() override { return now_; }
    void wait(std::chrono::milliseconds duration) override { now_ += duration; }
    std::chrono::milliseconds remaining() override { return 300s; }

   private:
    Instant& now_;
  };
  Instant now = kDue - 24h;
  Limited limited(mailer_, now);
  Watched clock(now);
  ASSERT_TRUE(runNotify(request(NotifyKind::kNotice), {"", "", "run", 1}, course_.store, limited, clock).ok());
  EXPECT_EQ(mailer_.sent.size(), 30U);
  EXPECT_EQ(now, kDue - 24h + 2s);
}

TEST_F(Notifying, ARunUnderWayIsWaitedFor) {
  course_.store.set("scoring/lease.json",
                    R"({"holder":"other","expires":")" + formatInstant(kDue - 24h + 20s) + "\"}");
  notify(request(NotifyKind::kNotice));
  EXPECT_EQ(clock_->waited, 20s);
  EXPECT_EQ(mailer_.sent.size(), 3U);
}

TEST_F(Notifying, ARemindersTimePasses) {
  mailer_.refusals["student01@example.com"] = {"Throttling", "slow down", 400, true};
  notify(request(NotifyKind::kReminder, kDue - 1h));
  mailer_.refusals.clear();
  run(scheduledAt(kDue));
  EXPECT_TRUE(mailer_.to("student01@example.com").empty());
  for (const std::string& key : course_.store.keys("outbox/")) {
    if (!key.ends_with(".failed.json")) continue;
    EXPECT_NE(course_.store.body(key).find("Outdated"), std::string::npos);
  }
}

TEST_F(Notifying, AReceiptIsMailedOnceAndNotByTheScoring) {
  NotifyRequest asked = receiptOfStudent01(kDue - 1h);
  EXPECT_EQ(notify(asked).at("mails").at("sent").to_number<int>(), 1);
  EXPECT_EQ(course_.store.calls["list"], 0);  // hundreds at once must be cheap, and need no lease
  EXPECT_EQ(course_.store.find("scoring/lease.json"), nullptr);
  EXPECT_EQ(notify(asked).at("mails").at("sent").to_number<int>(), 0);  // events come at least once
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
}

TEST_F(Notifying, AReceiptOnItsWayIsLeftToItsOwnFunction) {
  NotifyRequest asked = receiptOfStudent01(kDue + 80s);
  KillPlan plan;
  mailer_.plan = &plan;
  plan.arm(1, KillPlan::When::kBefore);
  EXPECT_THROW((void)tryNotify(asked, kDue + 80s), Killed);
  mailer_.plan = nullptr;
  run(scheduledAt(kDue + 91s));
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);  // the score alone
  EXPECT_TRUE(tryNotify(asked, kDue + 100s).ok());            // too early: somebody may be sending it
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
  EXPECT_TRUE(tryNotify(asked, kDue + 140s).ok());
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 2U);
}

TEST_F(Notifying, TroubleIsAProblem) {
  NotifyRequest unknown = request(NotifyKind::kNotice);
  unknown.test = {"operating-systems", "nope"};
  EXPECT_FALSE(tryNotify(unknown, kDue - 24h).ok());
  course_.store.set("published/catalogue.json", "{");
  EXPECT_FALSE(tryNotify(request(NotifyKind::kNotice), kDue - 24h).ok());
}

class KillingNotify : public Notifying, public ::testing::WithParamInterface<KillPlan::When> {};

TEST_P(KillingNotify, TheNextRunEndsTheSame) {
  int changes = 0;
  for (int at = 0; at == 0 || at <= changes; ++at) {
    SCOPED_TRACE(at);
    holder_.emplace(3);
    mailer_.sent.clear();
    KillPlan plan;
    course_.store.plan = &plan;
    mailer_.plan = &plan;
    plan.arm(at, GetParam());
    bool sendWasCut = false;
    try {
      notify(request(NotifyKind::kReminder));
    } catch (const Killed&) {
      const auto keys = course_.store.keys("outbox/");
      const auto sent =
          std::count_if(keys.begin(), keys.end(), [](auto& key) { return key.ends_with(".sent.json"); });
      sendWasCut = mailer_.sent.size() > static_cast<std::size_t>(sent);
      notify(request(NotifyKind::kReminder, kDue - 24h + 1min));
    }
    if (at == 0) changes = plan.count();
    ASSERT_GE(changes, 9);
    EXPECT_EQ(mailer_.sent.size(), sendWasCut ? 4U : 3U);
    std::map<std::string, std::set<std::string>> byId;
    for (const auto& mail : mailer_.sent) byId[mail.header("Message-ID")].insert(mail.mime);
    EXPECT_EQ(byId.size(), 3U);
    for (const auto& [id, versions] : byId) EXPECT_EQ(versions.size(), 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWrite, KillingNotify,
                         ::testing::Values(KillPlan::When::kBefore, KillPlan::When::kAfter), [](const auto& param) {
                           return param.param == KillPlan::When::kBefore ? "before" : "after";
                         });

TEST(NotifyRequests, AreReadStrictly) {
  const auto read = [](const char* text) { return parseNotifyRequest(text, kDue); };
  EXPECT_TRUE(read(R"({"kind":"notice","test":"a/b"})").ok());
  EXPECT_EQ(read(R"({"kind":"reminder","test":"a/b","students":["s1"],"again":true,"time":"2019-04-08T00:00:00Z"})")
                ->students->front(),
            "s1");
  const char* receipt =
      R"({"kind":"receipt","test":"a/b","students":["s1"],"attempt":"20190408T184307123Z-0123456789abcdef"})";
  EXPECT_TRUE(read(receipt).ok());
  for (const char* wrong :
       {"", "[]", "{}", R"({"kind":"x","test":"a/b"})", R"({"kind":"notice"})", R"({"kind":"notice","test":"a"})",
        R"({"kind":"notice","test":"a/b","students":"s1"})",
        R"({"kind":"notice","test":"a/b","students":["../x"]})", R"({"kind":"notice","test":"a/b","again":1})",
        R"({"kind":"notice","test":"a/b","time":0})",
        R"({"kind":"receipt","test":"a/b","students":["s1"],"attempt":"../../keys"})",
        R"({"kind":"receipt","test":"a/b","attempt":"20190408T184307123Z-0123456789abcdef"})"}) {
    EXPECT_FALSE(read(wrong).ok()) << wrong;
  }
}

TEST(Alarms, NeedNothingButMail) {
  MemoryMailer mailer;
  const ScoreSettings settings{"h@example.com", "t@example.com", "run"};
  const char* record =
      R"({"timestamp":"2019-04-08T21:10:00Z","requestContext":{"requestId":"r-1","functionArn":"arn:x:function:a-score-tests",
      "condition":"RetriesExhausted","approximateInvokeCount":3},"responsePayload":{"errorMessage":"why","errorType":"T"}})";
  ASSERT_TRUE(runAlarm(record, Course{}, settings, mailer).ok());
  ASSERT_TRUE(runAlarm(record, Course{}, settings, mailer).ok());
  ASSERT_EQ(mailer.sent.size(), 2U);
  EXPECT_EQ(mailer.sent[0].mime, mailer.sent[1].mime);  // under one Message-ID
  EXPECT_EQ(mailer.sent[0].to, "t@example.com");
  std::string told = record;
  told.replace(told.find(R"("T")"), 3, "\"" + std::string(kToldFailure) + "\"");
  ASSERT_TRUE(runAlarm(told, Course{}, settings, mailer).ok());
  EXPECT_EQ(mailer.sent.size(), 2U);  // the run has mailed the trainer itself
  EXPECT_FALSE(runAlarm("{}", Course{}, settings, mailer).ok());
  EXPECT_FALSE(runAlarm(record, Course{}, {"", "", ""}, mailer).ok());
  mailer.refusals["t@example.com"] = {"Throttling", "", 400, true};
  EXPECT_FALSE(runAlarm(record, Course{}, settings, mailer).ok());
}

}  // namespace
}  // namespace hearth::homework
