// What trainers are written, in the course's language.
#pragma once

#include <string>
#include <string_view>

#include "homework/domain/board.h"
#include "homework/domain/mail.h"

namespace hearth::homework {

// The whole board of a test: everybody, whatever became of their answers, and which questions deserve a look.
MailText digestMail(const Course& course, const PublishedTest& test, const Board& board, const Zone& zone);
// When a scheduled run found nothing to do.
MailText idleMail(const Course& course, Instant at, const Zone& zone);
// When a test could not be scored. `reason` is a sentence without an end.
MailText alarmMail(const Course& course, const TestRef& test, const std::string& reason, Instant at,
                   const Zone& zone);

// The error type of a scheduled run that failed after the trainers had a mail about all that was wrong.
inline constexpr std::string_view kToldFailure = "ScoringIncompleteTrainersTold";

// What Lambda tells of an asynchronous invocation that has failed for good.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
struct FailureRecord {
  std::string requestId;
  std::string function;  // its name
  int tries = 0;
  Instant at{};
  std::string reason;  // the function's own words, or why it was never run; one line
  bool told = false;   // the trainers have a mail about it
};
Outcome<FailureRecord> parseFailureRecord(std::string_view text);
// `course`: all that is known here is its name and its language.
MailText failureMail(const Course& course, const FailureRecord& record);

}  // namespace hearth::homework
