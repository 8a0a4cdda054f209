// What students are written: in their own language, or the course's.
#pragma once

#include <optional>
#include <string>

#include "homework/domain/attempt.h"
#include "homework/domain/board.h"
#include "homework/domain/mail.h"
#include "homework/texts/texts.h"

namespace hearth::homework {

// What all mails of a course share.
struct MailCourse {
  const Course& course;
  const Zone& zone;
  std::string page{};  // address of the students' page; may be empty
};

Lang languageOf(const Course& course, const Student& student);

// A test is open; with the deadline as a calendar file. `test` is as it holds for the student. `at`: when the mail
// is written, which dates the calendar entry.
MailText noticeMail(const MailCourse& in, const EffectiveTest& test, const Student& student, Instant at);
// Nothing has arrived yet. `at` decides what is called today and tomorrow.
MailText reminderMail(const MailCourse& in, const EffectiveTest& test, const Student& student, Instant at);
MailText receiptMail(const MailCourse& in, const PublishedTest& test, const Student& student,
                     const Attempt& attempt);
// A score, or after a regrade its correction. `releasedAt`: when the right answers may be told, if that is still to
// come.
MailText scoreMail(const MailCourse& in, const PublishedTest& test, const Student& student,
                   const ScoreRecord& score, std::optional<Instant> releasedAt = std::nullopt);

// The deadline as an iCalendar file (RFC 5545).
std::string deadlineCalendar(const MailCourse& in, const PublishedTest& test, const Student& student, Instant at);

}  // namespace hearth::homework
