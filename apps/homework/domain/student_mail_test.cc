#include "homework/domain/student_mail.h"

#include <gtest/gtest.h>

#include "homework/domain/date_text.h"
#include "homework/domain/trainer_mail.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parseInstant(text); }

const Zone kWarsaw{"Europe/Warsaw", {{Instant{}, 2h}}};
const Student kAnna{"student01", "anna@example.com", "Anna <N>", ""};
const Student kOla{"student02", "ola@example.com", "Ola", "pl"};

class Mails : public ::testing::Test {
 protected:
  Mails() {
    course_.name = "Operating systems";
    course_.from = "Homework <homework@example.com>";
    test_.test.ref = {"operating-systems", "test01"};
    test_.test.title = "Kernels, boot; \\ and more";
    test_.test.due = at("2019-04-08T21:00:00Z");
  }
  MailCourse in() const { return {course_, kWarsaw, "https://api.example.com/api/"}; }
  static bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

  Course course_;
  EffectiveTest test_;
  const Instant now_ = at("2019-04-07T21:00:00Z");
};

TEST_F(Mails, ANoticeSaysUntilWhenAndHow) {
  const MailText mail = noticeMail(in(), test_, kAnna, now_);
  EXPECT_EQ(mail.subject, "[operating-systems] test01 is open – due Mon 8 Apr 23:00");
  for (const char* part : {"Mon 8 Apr 2019 23:00 Europe/Warsaw", "https://api.example.com/api/",
                           "homework do operating-systems/test01", "as often as you like"}) {
    EXPECT_TRUE(has(mail.text, part)) << part << mail.text;
    EXPECT_TRUE(has(mail.html, htmlEscape(part))) << part;
  }
  EXPECT_FALSE(has(mail.text, "extended"));
  ASSERT_TRUE(mail.attachment);
  EXPECT_EQ(mail.attachment->fileName, "operating-systems-test01.ics");
}

TEST_F(Mails, TheCalendarFollowsItsStandard) {
  const std::string file = deadlineCalendar(in(), test_.test, kOla, now_);
  EXPECT_TRUE(has(file, "DTSTART:20190408T210000Z\r\n")) << file;
  EXPECT_TRUE(has(file, "DTSTAMP:20190407T210000Z\r\n"));
  EXPECT_TRUE(has(file, "SUMMARY:Kernels\\, boot\\; \\\\ and more: termin zadania\r\n")) << file;
  EXPECT_EQ(file.find('\n'), file.find("\r\n") + 1);
  for (std::size_t start = 0, end = 0; (end = file.find("\r\n", start)) != std::string::npos; start = end + 2) {
    EXPECT_LE(end - start, 75U);
  }
  EXPECT_TRUE(file.ends_with("END:VCALENDAR\r\n"));
  test_.test.title = std::string(100, 'x') + "\xc5\xbc\xc5\xbc";
  EXPECT_TRUE(has(deadlineCalendar(in(), test_.test, kAnna, now_), "\r\n "));
}

TEST_F(Mails, AReminderSaysWhenInWords) {
  EXPECT_EQ(reminderMail(in(), test_, kAnna, now_).subject, "[operating-systems] test01 – due tomorrow 23:00");
  EXPECT_EQ(reminderMail(in(), test_, kAnna, now_ + 20h).subject, "[operating-systems] test01 – due today 23:00");
  EXPECT_EQ(reminderMail(in(), test_, kAnna, now_ - 48h).subject,
            "[operating-systems] test01 – due Mon 8 Apr 23:00");
  EXPECT_EQ(reminderMail(in(), test_, kOla, now_).subject, "[operating-systems] test01 – termin jutro 23:00");
  test_.extended = true;
  test_.test.attempts = 2;
  test_.test.partial = true;
  const MailText own = reminderMail(in(), test_, kAnna, now_);
  EXPECT_TRUE(has(own.text, "extended for you"));
  EXPECT_TRUE(has(own.text, "submit 2 times"));
  EXPECT_TRUE(has(own.text, "Part of the points"));
}

TEST_F(Mails, AScoreInBothLanguages) {
  ScoreRecord score;
  score.score = 4;
  score.points = 5;
  score.maxPoints = 6;
  score.grade = "B+";
  score.receivedAt = at("2019-04-08T18:43:07Z");
  const MailText english = scoreMail(in(), test_.test, kAnna, score, at("2019-04-10T10:00:00Z"));
  EXPECT_EQ(english.subject, "[operating-systems] [test01] Test score");
  for (const char* part : {"5 of 6 points, grade B+", "Your score is: 4 of 5", "83.33 %", "homework result",
                           "https://api.example.com/api/", "from Wed 10 Apr 2019 12:00 Europe/Warsaw on"}) {
    EXPECT_TRUE(has(english.text, part)) << part << "\n" << english.text;
    EXPECT_TRUE(has(english.html, htmlEscape(part))) << part;
  }
  const MailText polish = scoreMail(in(), test_.test, kOla, score);
  EXPECT_EQ(polish.subject, english.subject);
  EXPECT_TRUE(has(polish.text, "5 z 6 pkt, ocena B+"));
  EXPECT_TRUE(has(polish.text, "pon. 8 kwi 2019 20:43:07")) << polish.text;
  EXPECT_TRUE(has(polish.html, "<html lang=\"pl\">"));
  course_.lang = "pl";
  EXPECT_TRUE(has(scoreMail(in(), test_.test, kAnna, score).text, "Twój wynik: 4 z 5"));
}

TEST_F(Mails, ACorrectionSaysWhatItWasAndWhy) {
  ScoreRecord score;
  score.score = 4;
  score.points = 5;
  score.maxPoints = 6;
  score.version = 2;
  score.reason = "Q4 key fixed";
  score.previous = PreviousScore{3, 4, 1};
  const MailText mail = scoreMail(in(), test_.test, kAnna, score);
  EXPECT_EQ(mail.subject, "[operating-systems] [test01] Corrected score");
  EXPECT_TRUE(has(mail.text, "Q4 key fixed"));
  EXPECT_TRUE(has(mail.text, "3 of 5"));
  EXPECT_FALSE(has(mail.text, "earlier answers"));
}

TEST_F(Mails, AReceiptIsVerbatim) {
  Attempt attempt;
  attempt.receiptText = "Receipt       R-7F3K-Q2MD\n4=<b>&\n";
  attempt.keyId = "01234567";
  attempt.signature = "AAAA";
  const MailText mail = receiptMail(in(), test_.test, kAnna, attempt);
  EXPECT_EQ(mail.subject, "[operating-systems] test01 received – " + receiptCode(attempt));
  EXPECT_TRUE(has(mail.text, "\nReceipt       R-7F3K-Q2MD\n4=<b>&\nsignature: ed25519:01234567:AAAA\n"));
  EXPECT_TRUE(has(mail.html, "4=&lt;b&gt;&amp;"));
}

TEST_F(Mails, AttachmentsAreAPartOfTheirOwn) {
  MailText text = noticeMail(in(), test_, kAnna, now_);
  const std::string mail = composeMail({"t@example.com", "s@example.com", "", "0123", now_}, text);
  EXPECT_TRUE(has(mail, "Content-Type: multipart/mixed;\r\n boundary=\"=_m0123\""));
  EXPECT_TRUE(has(mail, "--=_m0123\r\nContent-Type: multipart/alternative;"));
  EXPECT_TRUE(has(mail, "--=_0123--\r\n--=_m0123\r\nContent-Type: text/calendar"));
  EXPECT_TRUE(mail.ends_with("--=_m0123--\r\n"));
}

TEST_F(Mails, DigestsNameWhoHasMoreTimeAndWhichKeyToCheck) {
  Board board;
  board.test = test_.test.ref;
  board.at = test_.test.due + 2min;
  BoardRow extended;
  extended.studentId = "s1";
  extended.status = Status::kExtended;
  extended.due = test_.test.due + 24h;
  BoardRow excused;
  excused.studentId = "s2";
  excused.status = Status::kExcused;
  board.rows = {extended, excused};
  QuestionStatistics question;
  question.questionId = "4";
  question.flags = {ItemFlag::kWrongOption};
  board.statistics.questions = {question};
  const MailText mail = digestMail(course_, test_.test, board, kWarsaw);
  EXPECT_EQ(mail.subject, "[Operating systems] test01: 0 graded, 1 not received");
  for (const char* part :
       {"With more time, may still submit (1)", "Tue 9 Apr 2019 23:00", "Excused (1)", "Check the key of Q4",
        "trainer regrade operating-systems/test01 --dry-run", "may still submit"}) {
    EXPECT_TRUE(has(mail.text, part)) << part << "\n" << mail.text;
  }
  course_.lang = "pl";
  EXPECT_TRUE(has(digestMail(course_, test_.test, board, kWarsaw).text, "Sprawdź klucz pytania 4"));
}

TEST_F(Mails, FailuresAreToldFromLambdasRecord) {
  const auto record = parseFailureRecord(
      R"({"version":"1.0","timestamp":"2019-04-08T21:10:00.000Z","requestContext":{"requestId":"r-1",
          "functionArn":"arn:aws:lambda:eu-central-1:123456789012:function:homework-scoring-score-tests:$LATEST",
          "condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{},
          "responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},
          "responsePayload":{"errorMessage":"lease: AccessDenied\r\nBcc: x","errorType":"ScoringFailed"}})");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->function, "homework-scoring-score-tests");
  EXPECT_EQ(record->tries, 3);
  const MailText mail = failureMail(course_, *record);
  EXPECT_EQ(mail.subject, "[Operating systems] score run failed – nothing lost");
  EXPECT_TRUE(has(mail.text, "ScoringFailed: lease: AccessDenied")) << mail.text;
  EXPECT_TRUE(has(mail.text, "trainer score --now"));
  FailureRecord notify = *record;
  notify.function = "homework-scoring-notify-students";
  EXPECT_EQ(failureMail(course_, notify).subject, "[Operating systems] mails were not sent – nothing lost");
  for (const char* wrong : {"", "[]", "{}", R"({"requestContext":{}})"}) {
    EXPECT_FALSE(parseFailureRecord(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace hearth::homework
