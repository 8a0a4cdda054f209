// notify-students: a mail that a test is open, a reminder before its deadline, a copy of a receipt. Each goes out
// once, however often the function is called.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/json_text.h"
#include "homework/functions/ports.h"
#include "homework/functions/score_run.h"

namespace hearth::homework {

enum class NotifyKind : unsigned char { kNotice, kReminder, kReceipt };

struct NotifyRequest {
  NotifyKind kind = NotifyKind::kNotice;
  TestRef test;
  std::optional<std::vector<std::string>> students;  // only these; everybody without it
  bool again = false;                                // another one, at most one a minute
  bool dryRun = false;
  std::string attempt;  // of a receipt
  Instant time{};
};

// {"kind", "test", "students", "again", "dryRun", "attempt", "time"}; `fallback` is the time when it says none.
Outcome<NotifyRequest> parseNotifyRequest(std::string_view event, Instant fallback);

// The function's result; a Problem when nothing could be done. Mails that did not go out are in the result, and
// wait for the next run over the test.
Outcome<json::object> runNotify(const NotifyRequest& request, const ScoreSettings& settings, ObjectStore& store,
                                MailSender& sender, RunClock& clock);

// alarm-trainer: tells the trainer what an on-failure record says. `course` says name and language; the sender and
// the trainer are the settings'. It reads nothing: whatever failed may be what it would read. A run that has
// told the trainers itself gets no second mail: `messageId` is null.
Outcome<json::object> runAlarm(std::string_view event, const Course& course, const ScoreSettings& settings,
                               MailSender& sender);

}  // namespace hearth::homework
