#include "homework/domain/mail.h"

#include <gtest/gtest.h>

#include "homework/domain/mime.h"
#include "homework/domain/student_mail.h"
#include "homework/domain/trainer_mail.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parseInstant(text); }

Course course() {
  Course out;
  out.name = "Operating systems";
  out.from = "Homework <homework@example.com>";
  out.trainers = {"trainer@example.com"};
  return out;
}

PublishedTest test() {
  PublishedTest out;
  out.ref = {"operating-systems", "test01"};
  out.title = "Kernels <boot> & \"more\"";
  out.due = at("2019-04-08T21:00:00Z");
  return out;
}

const Course kCourse = course();
const Zone kWarsaw{"Europe/Warsaw", {{Instant{}, 2h}}};

ScoreRecord score(int points, int value) {
  ScoreRecord out;
  out.score = value;
  out.points = points;
  out.maxPoints = 6;
  out.receivedAt = at("2019-04-08T18:43:07Z");
  return out;
}

std::size_t countOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t i = text.find(part); i != std::string::npos; i = text.find(part, i + 1)) ++count;
  return count;
}

// B24: every element that is opened is closed, in order.
void expectBalanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t i = html.find('<'); i != std::string::npos; i = html.find('<', i + 1)) {
    const std::size_t end = html.find_first_of(" >", i);
    ASSERT_NE(end, std::string::npos);
    const std::string name = html.substr(i + 1, end - i - 1);
    if (name == "!DOCTYPE" || name == "meta") continue;
    if (name.starts_with("/")) {
      ASSERT_FALSE(open.empty()) << name;
      EXPECT_EQ("/" + open.back(), name);
      open.pop_back();
    } else {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(ScoreMail, SaysWhatTheScoreIsOutOf) {
  const Student student{"student01", "student01@example.com", "Anna <N>", ""};
  const MailText mail = scoreMail({kCourse, kWarsaw}, test(), student, score(5, 4));
  EXPECT_EQ(mail.subject, "[operating-systems] [test01] Test score");
  EXPECT_NE(mail.text.find("Your score is: 4 of 5\n"), std::string::npos) << mail.text;
  EXPECT_NE(mail.text.find("Points      5 of 6 (83.33 %)"), std::string::npos) << mail.text;
  EXPECT_NE(mail.text.find("Kernels <boot> & \"more\" (operating-systems/test01)"), std::string::npos);
  EXPECT_NE(mail.text.find("Mon 8 Apr 2019 20:43:07 Europe/Warsaw, on time"), std::string::npos);
  EXPECT_NE(mail.text.find("You get this mail because"), std::string::npos);
  EXPECT_NE(mail.html.find("Hello Anna &lt;N&gt;,"), std::string::npos);
  EXPECT_NE(mail.html.find("Kernels &lt;boot&gt; &amp; &quot;more&quot;"), std::string::npos);
  expectBalanced(mail.html);
}

Board board() {
  Board out;
  out.test = test().ref;
  out.closed = true;
  out.rows = {{"s1", "Anna", Status::kGraded, "", score(5, 4), MailState::kSent, ""},
              {"s2", "Bo", Status::kGraded, "", score(6, 5), MailState::kFailed, "not verified"},
              {"s3", "", Status::kMissing, "", {}, MailState::kNone, ""},
              {"s4", "", Status::kInvalid, "the submission is not a list of answers", {}, MailState::kNone, ""},
              {"s5", "", Status::kLate, "received 5 min after the deadline", {}, MailState::kNone, ""}};
  out.orphans = {"gone"};
  out.statistics = statisticsOf(out.rows, {}, {}, 5);
  return out;
}

// B30: the digest shows everybody, not only the newly graded.
TEST(Digest, ShowsEveryStudentAndWhatWentWrong) {
  const MailText mail = digestMail(course(), test(), board(), kWarsaw);
  EXPECT_EQ(mail.subject, "[Operating systems] test01: 2 graded, 1 not received, mean 4.5");
  for (const char* part : {"Students with grades (2)", "Missing tests (1)", "Unreadable submissions (1)",
                           "Received too late, not graded (1)", "Mails that did not go out (1)", "not verified",
                           "not on the roster (1)", "gone", "mean 4.5, median 4.5 of 5"}) {
    EXPECT_NE(mail.text.find(part), std::string::npos) << part << "\n" << mail.text;
    EXPECT_NE(mail.html.find(htmlEscape(part)), std::string::npos) << part;
  }
  for (const char* student : {"s1", "s2", "s3", "s4", "s5"}) EXPECT_NE(mail.text.find(student), std::string::npos);
  expectBalanced(mail.html);
}

TEST(Digest, IsNeverEmpty) {
  Board nobody;
  nobody.test = test().ref;
  const MailText mail = digestMail(course(), test(), nobody, kWarsaw);
  EXPECT_EQ(mail.subject, "[Operating systems] test01: 0 graded, 0 not received");
  EXPECT_NE(mail.text.find("No submission was graded."), std::string::npos);
  EXPECT_NE(mail.text.find("still open"), std::string::npos);
  const MailText idle = idleMail(course(), at("2019-04-08T21:00:00Z"), kWarsaw);
  EXPECT_NE(idle.text.find("Mon 8 Apr 2019 23:00 Europe/Warsaw found no test"), std::string::npos);
  expectBalanced(idle.html);
}

TEST(Boards, ResultsHashFollowsResultsOnly) {
  const std::string hash = resultsHash(board());
  Board same = board();
  same.at = at("2020-01-01T00:00:00Z");
  same.rows[1].mail = MailState::kSent;
  EXPECT_EQ(resultsHash(same), hash);
  Board other = board();
  other.closed = false;
  EXPECT_NE(resultsHash(other), hash);
  other = board();
  other.rows[0].score->score = 5;
  EXPECT_NE(resultsHash(other), hash);
  other = board();
  other.orphans.clear();
  EXPECT_NE(resultsHash(other), hash);
}

TEST(Classification, OfEveryKindOfEvidence) {
  const PublishedTest reject = test();
  PublishedTest flag = test();
  flag.late = Late::kFlag;
  flag.lateUntil = flag.due + 24h;
  const auto status = [](const PublishedTest& published, Instant received) {
    return classify(published, {true, received, {}});
  };
  EXPECT_EQ(classify(reject, {}).status, Status::kMissing);
  EXPECT_EQ(classify(reject, {true, reject.due, Problem{"why"}}).reason, "why");
  EXPECT_EQ(status(reject, reject.due + 60s).status, Status::kGraded);
  EXPECT_EQ(status(reject, reject.due + 61s).status, Status::kLate);
  EXPECT_EQ(status(reject, reject.due + 300s).reason, "received 5 min after the deadline");
  EXPECT_FALSE(status(flag, flag.due + 60s).late);
  EXPECT_EQ(status(flag, flag.due + 1h).status, Status::kGraded);
  EXPECT_TRUE(status(flag, flag.due + 1h).late);
  EXPECT_EQ(status(flag, flag.due + 25h).status, Status::kLate);
}

TEST(ScoreFiles, RoundTripAndTheOriginalsOwn) {
  ScoreRecord record = score(5, 4);
  record.attempt = "20190408T184307123Z-0123456789abcdef";
  record.scoredAt = at("2019-04-08T21:01:00Z");
  const auto again = parseScore(scoreJson(record));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(scoreJson(*again), scoreJson(record));
  EXPECT_EQ(parseScore("{\n    \"score\": 5\n}")->score, 5);
  EXPECT_EQ(parseScore("{\n    \"score\": 5\n}")->maxPoints, 0);
  EXPECT_FALSE(parseScore("{}").ok());
  EXPECT_FALSE(parseScore("[5]").ok());
}

TEST(Mime, AMailIsDeterministicAndItsHeadersCannotBeExtended) {
  const MailHeaders headers{"Ünïcode \"T\" <t@example.com>", "s@example.com", "t@example.com",
                            mailId("score", "os/t1", "s1", "1"), at("2019-04-08T21:01:00Z")};
  MailText text{"Zażółć\r\nBcc: evil@example.com", "Hello\n.\nZażółć = x\n", "<p>hi</p>"};
  const std::string mail = composeMail(headers, text);
  EXPECT_EQ(mail, composeMail(headers, text));
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  EXPECT_EQ(head.find("Bcc"), std::string::npos) << head;
  EXPECT_NE(head.find("From: =?UTF-8?B?"), std::string::npos);
  EXPECT_NE(head.find("<t@example.com>\r\nTo: s@example.com\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Date: Mon, 08 Apr 2019 21:01:00 +0000\r\n"), std::string::npos);
  EXPECT_NE(head.find("Message-ID: <" + headers.id + "@example.com>"), std::string::npos);
  EXPECT_NE(head.find("Auto-Submitted: auto-generated"), std::string::npos);
  EXPECT_NE(mail.find("Hello\r\n=2E\r\nZa=C5=BC=C3=B3=C5=82=C4=87 =3D x\r\n"), std::string::npos) << mail;
  EXPECT_EQ(countOf(mail, "--=_" + headers.id), 3U);
  EXPECT_EQ(mail.find("\n.\r\n"), std::string::npos);
  for (std::size_t start = 0, end = 0; (end = mail.find("\r\n", start)) != std::string::npos; start = end + 2) {
    EXPECT_LE(end - start, 78U);
  }
}

TEST(Mime, QuotedPrintableWrapsAndKeepsSpacesAtLineEnds) {
  EXPECT_EQ(quotedPrintable("a \nb\t"), "a=20\r\nb=09");
  const std::string wrapped = quotedPrintable(std::string(200, 'x'));
  EXPECT_EQ(wrapped, std::string(75, 'x') + "=\r\n" + std::string(75, 'x') + "=\r\n" + std::string(50, 'x'));
  EXPECT_EQ(quotedPrintable("a\r\nb"), "a\r\nb");
}

TEST(Mime, Base64ComesBackAndNonsenseDoesNot) {
  for (std::size_t size = 0; size < 20; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + 200);
    EXPECT_EQ(decodeBase64(base64(bytes)), bytes);
  }
  for (const char* wrong : {"a", "a===", "ab=c", "ab c", "====", "abc\n"})
    EXPECT_FALSE(decodeBase64(wrong)) << wrong;
}

TEST(Outbox, MailsAndFailuresComeBack) {
  OutboxMail mail{
      "id",         "score", "s1", "s1@example.com", "T <t@example.com>", "Subject", at("2019-04-08T21:01:00Z"),
      "raw\r\n\xff"};
  const auto again = parseOutboxMail(outboxMailJson(mail));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->raw, mail.raw);
  EXPECT_EQ(outboxMailJson(*again), outboxMailJson(mail));
  EXPECT_FALSE(parseOutboxMail("{}").ok());
  const auto failure =
      parseMailFailure(mailFailureJson({at("2019-04-08T21:01:00Z"), "MessageRejected", "no", true, 2}));
  ASSERT_TRUE(failure.ok());
  EXPECT_TRUE(failure->permanent);
  EXPECT_EQ(failure->attempts, 2);
}

TEST(Outbox, IdsDependOnEveryPart) {
  EXPECT_EQ(mailId("a", "b", "c", "d"), mailId("a", "b", "c", "d"));
  EXPECT_NE(mailId("a", "b", "c", "d"), mailId("a", "bc", "", "d"));
  EXPECT_EQ(mailId("a", "b", "c", "d").size(), 32U);
}

}  // namespace
}  // namespace hearth::homework
