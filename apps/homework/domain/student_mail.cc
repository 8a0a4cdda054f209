#include "homework/domain/student_mail.h"

#include "homework/domain/date_text.h"
#include "homework/domain/mail_body.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kCalendarLine = 75;  // bytes, RFC 5545 3.1

std::string titleOf(const PublishedTest& test) { return test.title + " (" + test.ref.path() + ")"; }

std::string greeting(Lang lang, const Student& student) {
  return text(lang, Text::kMailHello, {{"name", student.name.empty() ? student.id : student.name}});
}

std::string deadline(Lang lang, const MailCourse& in, const PublishedTest& test) {
  return localTime(lang, test.due, in.zone) + " " + in.zone.name;
}

// Where to answer, and the rules in a sentence each.
void addHowToAnswer(MailBody& body, Lang lang, const MailCourse& in, const EffectiveTest& effective) {
  const PublishedTest& test = effective.test;
  if (!in.page.empty()) body.link(text(lang, Text::kMailAnswerHere), in.page);
  body.paragraph(text(lang, Text::kMailAnswerInTerminal, {{"command", "homework do " + test.ref.path()}}));
  body.paragraph(test.attempts > 0 ? text(lang, Text::kMailAttempts, {{"n", test.attempts}})
                                   : text(lang, Text::kMailAttemptsFree));
  if (test.partial) body.paragraph(text(lang, Text::kSharedPartialRule));
}

void addDeadline(MailBody& body, Lang lang, const MailCourse& in, const EffectiveTest& effective) {
  body.facts({{text(lang, Text::kMailTest), titleOf(effective.test)},
              {text(lang, Text::kMailDeadline), deadline(lang, in, effective.test)}});
  if (effective.extended) body.paragraph(text(lang, Text::kMailOwnDeadline));
}

// How the mails about a test that is open begin.
MailBody aboutOpenTest(Lang lang, const MailCourse& in, const EffectiveTest& effective, const Student& student,
                       Text line) {
  MailBody body(lang);
  body.paragraph(greeting(lang, student));
  body.paragraph(text(lang, line, {{"title", effective.test.title}}));
  addDeadline(body, lang, in, effective);
  addHowToAnswer(body, lang, in, effective);
  return body;
}

std::string timeliness(Lang lang, const ScoreRecord& score) {
  return text(lang, score.late ? Text::kMailAfterDeadline : Text::kMailOnTime);
}

// `20190408T210000Z`
std::string calendarTime(Instant instant) {
  std::string out = compactInstant(std::chrono::floor<std::chrono::seconds>(instant));
  return out.substr(0, 15) + "Z";
}

// TEXT values, RFC 5545 3.3.11.
std::string calendarText(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

// A content line, folded between characters.
std::string calendarLine(std::string_view line) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t length = 1;
    while (i + length < line.size() && (static_cast<unsigned char>(line[i + length]) & 0xc0) == 0x80) ++length;
    if (column + length > kCalendarLine) {
      out += "\r\n ";
      column = 1;
    }
    out += line.substr(i, length);
    column += length;
    i += length;
  }
  return out + "\r\n";
}

}  // namespace

Lang languageOf(const Course& course, const Student& student) {
  return parseLang(student.lang.empty() ? course.lang : student.lang);
}

std::string deadlineCalendar(const MailCourse& in, const PublishedTest& test, const Student& student, Instant at) {
  const Lang lang = languageOf(in.course, student);
  const std::string id = mailId("calendar", in.course.name + "/" + test.ref.path(), student.id, "");
  std::string out;
  for (const std::string& line :
       {std::string("BEGIN:VCALENDAR"), std::string("VERSION:2.0"), std::string("PRODID:-//Hearth//Homework//EN"),
        std::string("METHOD:PUBLISH"), std::string("BEGIN:VEVENT"),
        "UID:" + id + "@" + std::string(addressOf(in.course.from)), "DTSTAMP:" + calendarTime(at),
        "DTSTART:" + calendarTime(test.due), "DTEND:" + calendarTime(test.due),
        "SUMMARY:" + calendarText(text(lang, Text::kMailCalendarEvent, {{"test", test.title}})),
        "DESCRIPTION:" + calendarText(in.course.name + ", " + test.ref.path()),
        in.page.empty() ? std::string() : "URL:" + in.page, std::string("BEGIN:VALARM"),
        std::string("ACTION:DISPLAY"), std::string("TRIGGER:-PT2H"), "DESCRIPTION:" + calendarText(test.title),
        std::string("END:VALARM"), std::string("END:VEVENT"), std::string("END:VCALENDAR")}) {
    if (!line.empty()) out += calendarLine(line);
  }
  return out;
}

MailText noticeMail(const MailCourse& in, const EffectiveTest& effective, const Student& student, Instant at) {
  const Lang lang = languageOf(in.course, student);
  const PublishedTest& test = effective.test;
  MailBody body = aboutOpenTest(lang, in, effective, student, Text::kMailNoticeLine);
  body.paragraph(text(lang, Text::kMailCalendar));
  MailText mail = body.finish(text(lang, Text::kMailNoticeSubject,
                                   {{"subject", test.ref.subject},
                                    {"test", test.ref.testId},
                                    {"due", shortLocalTime(lang, test.due, in.zone)}}),
                              text(lang, Text::kMailWhyStudent, {{"course", in.course.name}}));
  mail.attachment =
      MailAttachment{test.ref.subject + "-" + test.ref.testId + ".ics",
                     "text/calendar; charset=utf-8; method=PUBLISH", deadlineCalendar(in, test, student, at)};
  return mail;
}

MailText reminderMail(const MailCourse& in, const EffectiveTest& effective, const Student& student, Instant at) {
  const Lang lang = languageOf(in.course, student);
  const PublishedTest& test = effective.test;
  return aboutOpenTest(lang, in, effective, student, Text::kMailReminderLine)
      .finish(text(lang, Text::kMailReminderSubject,
                   {{"subject", test.ref.subject},
                    {"test", test.ref.testId},
                    {"due", nearLocalTime(lang, test.due, at, in.zone)}}),
              text(lang, Text::kMailWhyStudent, {{"course", in.course.name}}));
}

MailText receiptMail(const MailCourse& in, const PublishedTest& test, const Student& student,
                     const Attempt& attempt) {
  const Lang lang = languageOf(in.course, student);
  MailBody body(lang);
  body.paragraph(greeting(lang, student));
  body.paragraph(text(lang, Text::kMailReceiptLine));
  body.verbatim(receiptOf(attempt));
  return body.finish(
      text(lang, Text::kMailReceiptSubject,
           {{"subject", test.ref.subject}, {"test", test.ref.testId}, {"code", receiptCode(attempt)}}),
      text(lang, Text::kMailWhyAnswered, {{"course", in.course.name}}));
}

MailText scoreMail(const MailCourse& in, const PublishedTest& test, const Student& student,
                   const ScoreRecord& score, std::optional<Instant> releasedAt) {
  const Lang lang = languageOf(in.course, student);
  const bool corrected = score.previous.has_value();
  MailBody body(lang);
  body.paragraph(greeting(lang, student));
  if (corrected) body.paragraph(text(lang, Text::kMailCorrectionLine));
  body.strong(text(lang, Text::kMailScoreLine, {{"score", score.score}, {"scale", score.scale}}));
  if (score.maxPoints > 0) {
    body.strong(text(lang, Text::kMailPointsAndGrade,
                     {{"points", score.points},
                      {"max", score.maxPoints},
                      {"grade", score.grade.empty() ? std::to_string(score.score) : score.grade}}));
  }
  if (score.version > 1 && !corrected) body.paragraph(text(lang, Text::kMailScoreReplaces));
  const auto outOf = [&](int n, int max) { return text(lang, Text::kMailOfScore, {{"n", n}, {"max", max}}); };
  body.facts(
      {{text(lang, Text::kMailTest), titleOf(test)},
       {text(lang, Text::kMailPoints), score.maxPoints > 0 ? outOf(score.points, score.maxPoints) + " (" +
                                                                 percent(score.points, score.maxPoints) + " %)"
                                                           : ""},
       {text(lang, Text::kMailGrade), score.grade},
       {text(lang, Text::kMailBefore), corrected ? outOf(score.previous->score, score.scale) : ""},
       {text(lang, Text::kMailReason), score.reason},
       {text(lang, Text::kMailReceived), score.receivedAt != Instant{}
                                             ? localTime(lang, score.receivedAt, in.zone, Precision::kSeconds) +
                                                   " " + in.zone.name + ", " + timeliness(lang, score)
                                             : ""},
       {text(lang, Text::kMailDeadline), deadline(lang, in, test)}});
  if (!in.page.empty()) body.link(text(lang, Text::kMailResultHere), in.page);
  body.paragraph(text(lang, Text::kMailResultInTerminal, {{"command", "homework result " + test.ref.path()}}));
  if (releasedAt) {
    body.paragraph(
        text(lang, Text::kMailResultLater, {{"time", localTime(lang, *releasedAt, in.zone) + " " + in.zone.name}}));
  }
  std::string subject = "[" + test.ref.subject + "] [" + test.ref.testId + "] Test score";  // as it always was
  if (corrected) {
    subject = text(lang, Text::kMailCorrectionSubject, {{"subject", test.ref.subject}, {"test", test.ref.testId}});
  }
  return body.finish(std::move(subject), text(lang, Text::kMailWhyAnswered, {{"course", in.course.name}}));
}

}  // namespace hearth::homework
