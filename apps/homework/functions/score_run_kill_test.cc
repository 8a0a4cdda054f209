// The scoring killed at every write, and run again.
#include <algorithm>
#include <map>
#include <set>

#include "homework/functions/scoring_fixture.h"

namespace hearth::homework {
namespace {

class Killing : public Scoring, public ::testing::WithParamInterface<KillPlan::When> {
 protected:
  void arrange() {
    course_.store.plan = nullptr;
    mailer_.plan = nullptr;
    course_.setRoster(5);
    course_.publish("networks", "test01");
    for (int i = 1; i <= 3; ++i) submitted(SampleCourse::studentId(i), answersWith(i + 2));
    submitted("student01", answersWith(6), kDue - 1h, {"networks", "test01"});
    stored("student04", "[null]");
    // Scored while the submission that counts was under way.
    ScoreRecord early;
    early.attempt = compactInstant(kDue - 2h) + "-0123456789abcdef";
    early.receivedAt = kDue - 2h;
    course_.store.set(kPrefix + "student03/score.json", scoreJson(early));
    course_.store.plan = &plan_;
    mailer_.plan = &plan_;
  }

  // What a reader of the bucket sees in the end: everything but times and leases.
  std::map<std::string, std::string> endState() {
    std::map<std::string, std::string> state;
    for (const std::string& key : course_.store.keys()) {
      if (key == "scoring/lease.json") continue;
      const std::string body = course_.store.body(key);
      if (!key.ends_with("/score.json")) {
        state[key] = "";
        continue;
      }
      const auto score = parseScore(body);
      state[key] = std::to_string(score->score) + " v" + std::to_string(score->version);
    }
    return state;
  }

  KillPlan plan_;
};

// B03, B31: whatever write the run is killed at, the next one ends where one alone would have: every student has
// one score and one mail, the trainer one complete digest of each test.
TEST_P(Killing, TheNextRunEndsTheSame) {
  arrange();
  plan_.arm(0, GetParam());
  run(scheduledAt(kDue));
  run(scheduledAt(kDue + 24h * 7));
  const int changes = plan_.count();
  const auto expected = endState();
  ASSERT_GT(changes, 20);
  ASSERT_EQ(expected.at(kPrefix + "student03/score.json"), "4 v2");
  ASSERT_EQ(mailer_.sent.size(), 7U);  // four scores, two digests, and a week later: nothing to do

  for (int at = 1; at <= changes; ++at) {
    SCOPED_TRACE(at);
    holder_.emplace(3);
    mailer_.sent.clear();
    arrange();
    plan_.arm(at, GetParam());
    bool sendWasCut = false;
    bool killed = false;
    const std::size_t before = mailer_.sent.size();
    for (const Instant time : {kDue, kDue + 24h * 7}) {
      try {
        run(scheduledAt(time));
      } catch (const Killed&) {
        killed = true;
        // Accepted by the mail service, and not yet written down.
        const auto marks = course_.store.keys("outbox/");
        const auto sent =
            std::count_if(marks.begin(), marks.end(), [](auto& key) { return key.ends_with(".sent.json"); });
        sendWasCut = mailer_.sent.size() - before > static_cast<std::size_t>(sent);
        run(scheduledAt(time));  // the platform tries the event again
      }
    }
    ASSERT_TRUE(killed);
    EXPECT_EQ(endState(), expected);
    std::map<std::string, std::set<std::string>> byId;  // Message-ID -> the bytes sent under it
    for (const auto& mail : mailer_.sent) byId[mail.header("Message-ID")].insert(mail.to + mail.mime);
    EXPECT_EQ(byId.size(), 7U);
    for (const auto& [id, versions] : byId) EXPECT_EQ(versions.size(), 1U) << id;
    EXPECT_EQ(mailer_.sent.size(), sendWasCut ? 8U : 7U);
    for (int i = 2; i <= 3; ++i) {
      const auto mails = mailer_.to(SampleCourse::studentId(i) + "@example.com");
      EXPECT_EQ(std::set<std::string>{mails.at(0).mime}.size(), 1U);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWrite, Killing, ::testing::Values(KillPlan::When::kBefore, KillPlan::When::kAfter),
                         [](const auto& param) {
                           return param.param == KillPlan::When::kBefore ? "before" : "after";
                         });

}  // namespace
}  // namespace hearth::homework
