#include "homework/domain/trainer_mail.h"

#include "homework/domain/date_text.h"
#include "homework/domain/letters.h"
#include "homework/domain/mail_body.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxRecord = 1024 * 1024;
constexpr std::size_t kMaxReason = 1000;

using Row = MailBody::Row;

std::string whyOf(Lang lang, const Course& course) {
  return text(lang, Text::kMailWhyTrainer, {{"course", course.name}});
}

std::string outOf(Lang lang, int n, int max) { return text(lang, Text::kMailOfScore, {{"n", n}, {"max", max}}); }

std::string pointsText(Lang lang, const ScoreRecord& score) {
  return score.maxPoints == 0 ? "-" : outOf(lang, score.points, score.maxPoints);
}

std::string scoreText(Lang lang, const ScoreRecord& score) {
  return outOf(lang, score.score, score.scale) + (score.late ? text(lang, Text::kMailLate) : "");
}

// Whether the deadline of those without an extension has passed.
bool isOver(const PublishedTest& test, const Board& board) {
  return board.closed || board.at > test.acceptedUntil();
}

// Everybody, each in the table of what became of their answers.
void addStudents(MailBody& body, Lang lang, const PublishedTest& test, const Board& board, const Zone& zone) {
  std::vector<Row> graded;
  std::vector<Row> missing;
  std::vector<Row> invalid;
  std::vector<Row> late;
  std::vector<Row> extended;
  std::vector<Row> excused;
  std::vector<Row> mails;
  for (const BoardRow& row : board.rows) {
    switch (row.status) {
      case Status::kGraded:
        if (row.score) {
          graded.push_back({row.studentId, row.name, scoreText(lang, *row.score), pointsText(lang, *row.score),
                            row.score->grade});
        }
        break;
      case Status::kMissing:
        missing.push_back({row.studentId, row.name});
        break;
      case Status::kInvalid:
        invalid.push_back({row.studentId, row.name, row.reason});
        break;
      case Status::kLate:
        late.push_back({row.studentId, row.name, row.reason});
        break;
      case Status::kExtended:
        extended.push_back({row.studentId, row.name, row.due ? localTime(lang, *row.due, zone) : ""});
        break;
      case Status::kExcused:
        excused.push_back({row.studentId, row.name});
        break;
    }
    if (row.mail == MailState::kFailed || row.mail == MailState::kPending) {
      mails.push_back({row.studentId, std::string(mailStateName(row.mail)), row.mailProblem});
    }
  }
  const std::string student = text(lang, Text::kMailStudent);
  const std::string name = text(lang, Text::kMailName);
  const std::string why = text(lang, Text::kMailWhy);
  body.table(
      text(lang, Text::kMailSectionGraded),
      {student, name, text(lang, Text::kMailScore), text(lang, Text::kMailPoints), text(lang, Text::kMailGrade)},
      graded);
  body.table(text(lang, isOver(test, board) ? Text::kMailSectionMissing : Text::kMailSectionNotYet),
             {student, name}, missing);
  body.table(text(lang, Text::kMailSectionInvalid), {student, name, why}, invalid);
  body.table(text(lang, Text::kMailSectionLate), {student, name, text(lang, Text::kMailWhen)}, late);
  body.table(text(lang, Text::kMailSectionExtended), {student, name, text(lang, Text::kMailUntil)}, extended);
  body.table(text(lang, Text::kMailSectionExcused), {student, name}, excused);
  body.table(text(lang, Text::kMailSectionMails), {student, text(lang, Text::kMailState), why}, mails);
  std::vector<Row> orphans;
  for (const std::string& id : board.orphans) orphans.push_back({id});
  body.table(text(lang, Text::kMailSectionOrphans), {student}, orphans);
}

std::string reasonsOf(Lang lang, const QuestionStatistics& question) {
  std::string out;
  if (question.has(ItemFlag::kWrongOption)) out += text(lang, Text::kMailFlagWrongOption);
  if (question.has(ItemFlag::kNegative)) out += (out.empty() ? "" : "; ") + text(lang, Text::kMailFlagNegative);
  return out;
}

void addQuestions(MailBody& body, Lang lang, const PublishedTest& test, const TestStatistics& statistics) {
  for (const QuestionStatistics& question : statistics.questions) {
    if (question.suspicious()) {
      body.strong(text(lang, Text::kMailDigestCheckKey,
                       {{"question", question.questionId},
                        {"why", reasonsOf(lang, question)},
                        {"command", "trainer regrade " + test.ref.path() + " --dry-run"}}));
      continue;
    }
    const bool hard = question.has(ItemFlag::kHard);
    if (!hard && !question.has(ItemFlag::kEasy)) continue;
    body.paragraph(text(lang, hard ? Text::kMailFlagHard : Text::kMailFlagEasy,
                        {{"question", question.questionId},
                         {"right", static_cast<std::int64_t>(question.right)},
                         {"n", static_cast<std::int64_t>(question.n)}}));
  }
}

std::string scoresLine(Lang lang, const TestStatistics& statistics, int scale) {
  if (statistics.n == 0) return text(lang, Text::kMailDigestNobody);
  return text(lang, Text::kMailDigestScores,
              {{"n", static_cast<std::int64_t>(statistics.n)},
               {"mean", statistics.mean},
               {"median", statistics.median},
               {"scale", scale}}) +
         (statistics.n >= 2 ? text(lang, Text::kMailDigestSpread, {{"sd", statistics.sd}}) : "");
}

std::string oneLine(std::string_view value) {
  std::string out = joinBlanks(value.substr(0, kMaxReason));
  for (char& c : out) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

const json::object* objectMember(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  return member != nullptr ? member->if_object() : nullptr;
}

// `homework-scoring-score-tests` of arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
std::string functionName(std::string_view arn) {
  constexpr std::string_view kFunction = ":function:";
  const std::size_t at = arn.find(kFunction);
  if (at == std::string_view::npos) return oneLine(arn);
  const std::string_view name = arn.substr(at + kFunction.size());
  return oneLine(name.substr(0, name.find(':')));
}

}  // namespace

MailText digestMail(const Course& course, const PublishedTest& test, const Board& board, const Zone& zone) {
  const Lang lang = parseLang(course.lang);
  const TestStatistics& statistics = board.statistics;
  const auto graded = static_cast<std::int64_t>(board.count(Status::kGraded));
  const auto missing = static_cast<std::int64_t>(board.count(Status::kMissing) + board.count(Status::kExtended));
  std::string subject =
      text(lang, Text::kMailDigestSubject,
           {{"course", course.name}, {"test", test.ref.testId}, {"graded", graded}, {"missing", missing}});
  if (statistics.n > 0) subject += text(lang, Text::kMailDigestMean, {{"mean", statistics.mean}});
  MailBody body(lang);
  body.heading(test.title + " (" + test.ref.path() + ")");
  std::string deadline = text(lang, Text::kMailDeadline) + " " + localTime(lang, test.due, zone) + " " + zone.name;
  if (!board.closed)
    deadline += text(lang, isOver(test, board) ? Text::kMailDigestExtended : Text::kMailDigestOpen);
  body.paragraph(deadline);
  body.paragraph(scoresLine(lang, statistics, course.scale));
  addQuestions(body, lang, test, statistics);
  addStudents(body, lang, test, board, zone);
  return body.finish(std::move(subject), whyOf(lang, course));
}

MailText idleMail(const Course& course, Instant at, const Zone& zone) {
  const Lang lang = parseLang(course.lang);
  MailBody body(lang);
  body.paragraph(text(lang, Text::kMailIdleLine, {{"time", localTime(lang, at, zone) + " " + zone.name}}));
  return body.finish(text(lang, Text::kMailIdleSubject, {{"course", course.name}}), whyOf(lang, course));
}

MailText alarmMail(const Course& course, const TestRef& test, const std::string& reason, Instant at,
                   const Zone& zone) {
  const Lang lang = parseLang(course.lang);
  MailBody body(lang);
  body.paragraph(text(lang, Text::kMailAlarmLine,
                      {{"time", localTime(lang, at, zone) + " " + zone.name}, {"test", test.path()}}));
  body.strong(oneLine(reason) + ".");
  body.paragraph(text(lang, Text::kMailAlarmNext, {{"command", "trainer score " + test.path() + " --now"}}));
  return body.finish(text(lang, Text::kMailAlarmSubject, {{"course", course.name}}), whyOf(lang, course));
}

Outcome<FailureRecord> parseFailureRecord(std::string_view text) {
  auto document = parseJson(text, kMaxRecord, "the failure record");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  const json::object* request = object != nullptr ? objectMember(*object, "requestContext") : nullptr;
  if (request == nullptr) return Problem{"the event is not the record of a failed invocation"};
  FailureRecord record;
  record.requestId = oneLine(findString(*request, "requestId").value_or(""));
  record.function = functionName(findString(*request, "functionArn").value_or(""));
  record.tries = static_cast<int>(findInteger(*request, "approximateInvokeCount").value_or(0));
  record.at = parseInstant(findString(*object, "timestamp").value_or("")).value_or(Instant{});
  record.reason = oneLine(findString(*request, "condition").value_or(""));
  if (const json::object* response = objectMember(*object, "responsePayload")) {
    const std::string type = oneLine(findString(*response, "errorType").value_or(""));
    record.told = type == kToldFailure;
    const std::string message = oneLine(findString(*response, "errorMessage").value_or(""));
    if (!type.empty() || !message.empty())
      record.reason = type + (type.empty() || message.empty() ? "" : ": ") + message;
  }
  if (record.requestId.empty()) return Problem{"the failure record names no request"};
  return record;
}

MailText failureMail(const Course& course, const FailureRecord& record) {
  const Lang lang = parseLang(course.lang);
  const bool mails = record.function.ends_with("notify-students");
  MailBody body(lang);
  body.paragraph(text(lang, Text::kMailFailureLine,
                      {{"function", record.function},
                       {"tries", record.tries},
                       {"time", localTime(lang, record.at, Zone{}) + " UTC"}}));
  body.strong(text(lang, Text::kMailFailureReason, {{"reason", record.reason}}));
  body.paragraph(text(lang, mails ? Text::kMailFailureNextMails : Text::kMailFailureNextScore));
  return body.finish(
      text(lang, mails ? Text::kMailFailureMailsSubject : Text::kMailAlarmSubject, {{"course", course.name}}),
      whyOf(lang, course));
}

}  // namespace hearth::homework
