#include "homework/domain/mail.h"

#include <algorithm>

#include "homework/domain/hash.h"
#include "homework/domain/mime.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxOutboxObject = 8 * 1024 * 1024;

constexpr std::string_view kStyle =
    "body{font:16px/1.5 Calibri,Arial,sans-serif;color:#1a1a1a;max-width:42em}"
    "table{border-collapse:collapse;margin:1em 0}"
    "th,td{border:1px solid #ddd;padding:4px 10px;text-align:left}"
    "tr:nth-child(even){background:#f5f5f5}"
    ".foot{color:#555;font-size:14px;border-top:1px solid #ddd;padding-top:8px}";

std::string document(const std::string& lang, const std::string& title, const std::string& body) {
  return "<!DOCTYPE html>\n<html lang=\"" + htmlEscape(lang) + "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
         htmlEscape(title) + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n" + body +
         "</body>\n</html>\n";
}

std::string paragraph(const std::string& text) { return "<p>" + htmlEscape(text) + "</p>\n"; }

using Row = std::vector<std::string>;

std::string htmlTable(const std::string& caption, const Row& head, const std::vector<Row>& rows) {
  std::string out = "<h2>" + htmlEscape(caption) + "</h2>\n<table>\n<tr>";
  for (const std::string& cell : head) out += "<th scope=\"col\">" + htmlEscape(cell) + "</th>";
  out += "</tr>\n";
  for (const Row& row : rows) {
    out += "<tr>";
    for (const std::string& cell : row) out += "<td>" + htmlEscape(cell) + "</td>";
    out += "</tr>\n";
  }
  return out + "</table>\n";
}

// Characters, not bytes: names have accents.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string textTable(const std::string& caption, const Row& head, const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(head.size(), 0);
  const auto measure = [&](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  };
  measure(head);
  for (const Row& row : rows) measure(row);
  const auto line = [&](const Row& row) {
    std::string out = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += " " + row[i];
      if (i + 1 < row.size()) out += std::string(widths[i] - width(row[i]) + 1, ' ');
    }
    return out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
  };
  std::string out = caption + "\n" + line(head);
  for (const Row& row : rows) out += line(row);
  return out + "\n";
}

// One section of the digest in both forms; nothing for an empty one.
struct Section {
  std::string caption;
  Row head;
  std::vector<Row> rows;
};

void append(MailText& mail, std::string& html, const Section& section) {
  if (section.rows.empty()) return;
  const std::string caption = section.caption + " (" + std::to_string(section.rows.size()) + ")";
  mail.text += textTable(caption, section.head, section.rows);
  html += htmlTable(caption, section.head, section.rows);
}

std::string pointsText(const ScoreRecord& score) {
  if (score.maxPoints == 0) return "-";
  return std::to_string(score.points) + " of " + std::to_string(score.maxPoints);
}

std::string scoreText(const ScoreRecord& score) {
  return std::to_string(score.score) + " of " + std::to_string(score.scale) + (score.late ? ", late" : "");
}

std::vector<Section> sectionsOf(const Board& board) {
  Section graded{"Students with grades", {"Student", "Name", "Score", "Points"}, {}};
  Section missing{board.closed ? "Missing tests" : "Not received yet", {"Student", "Name"}, {}};
  Section invalid{"Unreadable submissions", {"Student", "Name", "Why"}, {}};
  Section late{"Received too late, not graded", {"Student", "Name", "When"}, {}};
  Section mails{"Mails that did not go out", {"Student", "State", "Why"}, {}};
  Section orphans{"Submissions of students who are not on the roster", {"Student"}, {}};
  for (const BoardRow& row : board.rows) {
    switch (row.status) {
      case Status::kGraded:
        if (row.score)
          graded.rows.push_back({row.studentId, row.name, scoreText(*row.score), pointsText(*row.score)});
        break;
      case Status::kMissing:
        missing.rows.push_back({row.studentId, row.name});
        break;
      case Status::kInvalid:
        invalid.rows.push_back({row.studentId, row.name, row.reason});
        break;
      case Status::kExtended:
      case Status::kExcused:
        break;
      case Status::kLate:
        late.rows.push_back({row.studentId, row.name, row.reason});
        break;
    }
    if (row.mail == MailState::kFailed || row.mail == MailState::kPending) {
      mails.rows.push_back({row.studentId, std::string(mailStateName(row.mail)), row.mailProblem});
    }
  }
  for (const std::string& id : board.orphans) orphans.rows.push_back({id});
  return {graded, missing, invalid, late, mails, orphans};
}

std::string footText(const std::string& why) { return "--\n" + why + "\n"; }
std::string footHtml(const std::string& why) { return "<p class=\"foot\">" + htmlEscape(why) + "</p>\n"; }

}  // namespace

std::string mailId(std::string_view kind, std::string_view about, std::string_view recipient,
                   std::string_view version) {
  std::string parts;
  for (const std::string_view part : {kind, about, recipient, version}) parts += std::string(part) + "\n";
  return sha256Hex(parts).substr(0, 32);
}

std::string htmlEscape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string composeMail(const MailHeaders& headers, const MailText& text) {
  const std::string boundary = "=_" + headers.id;
  const std::string_view sender = addressOf(headers.from);
  const std::string domain(sender.substr(std::min(sender.find('@') + 1, sender.size())));
  std::string out;
  out += "From: " + headerMailbox(headers.from) + "\r\n";
  out += "To: " + std::string(addressOf(headers.to)) + "\r\n";
  if (!headers.replyTo.empty()) out += "Reply-To: " + headerMailbox(headers.replyTo) + "\r\n";
  out += "Subject: " + headerText(text.subject) + "\r\n";
  out += "Date: " + mailDate(headers.date) + "\r\n";
  out += "Message-ID: <" + headers.id + "@" + domain + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  for (const auto& [type, body] : {std::pair{"text/plain", &text.text}, {"text/html", &text.html}}) {
    out += "--" + boundary + "\r\nContent-Type: " + type +
           "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quotedPrintable(*body) +
           "\r\n";
  }
  return out + "--" + boundary + "--\r\n";
}

MailText scoreMail(const Course& course, const PublishedTest& test, const Student& student,
                   const ScoreRecord& score, const Zone& zone) {
  MailText mail;
  mail.subject = "[" + test.ref.subject + "] [" + test.ref.testId + "] Test score";
  const std::string hello = "Hello " + (student.name.empty() ? student.id : student.name) + ",";
  const std::string result = "Your score is: " + std::to_string(score.score) + " of " + std::to_string(score.scale);
  const std::string again = score.version > 1 ? "It replaces the score that your earlier answers got." : "";
  std::vector<Row> facts = {{"Test", test.title + " (" + test.ref.path() + ")"}};
  if (score.maxPoints > 0) {
    facts.push_back({"Points", pointsText(score) + " (" + percent(score.points, score.maxPoints) + " %)"});
  }
  if (score.receivedAt != Instant{}) {
    facts.push_back({"Received", renderLocal(score.receivedAt, zone, Precision::kSeconds) + " " + zone.name +
                                     (score.late ? ", after the deadline" : ", on time")});
  }
  facts.push_back({"Deadline", renderLocal(test.due, zone) + " " + zone.name});
  const std::string why = "You get this mail because you answered a test of the course " + course.name +
                          ". Reply to it to reach your trainer.";
  mail.text = hello + "\n\n" + result + "\n\n" + (again.empty() ? "" : again + "\n\n");
  std::string html = paragraph(hello) + "<p><strong>" + htmlEscape(result) + "</strong></p>\n" +
                     (again.empty() ? "" : paragraph(again)) + "<table>\n";
  for (const Row& fact : facts) {
    mail.text += fact[0] + std::string(12 - fact[0].size(), ' ') + fact[1] + "\n";
    html += "<tr><th scope=\"row\">" + htmlEscape(fact[0]) + "</th><td>" + htmlEscape(fact[1]) + "</td></tr>\n";
  }
  mail.text += "\n" + footText(why);
  mail.html = document(course.lang, mail.subject, html + "</table>\n" + footHtml(why));
  return mail;
}

MailText digestMail(const Course& course, const PublishedTest& test, const Board& board, const Zone& zone) {
  const TestStatistics& statistics = board.statistics;
  const std::size_t graded = board.count(Status::kGraded);
  const std::size_t notReceived =
      board.rows.size() - graded - board.count(Status::kInvalid) - board.count(Status::kLate);
  MailText mail;
  mail.subject = "[" + course.name + "] " + test.ref.testId + ": " + std::to_string(graded) + " graded, " +
                 std::to_string(notReceived) + " not received" +
                 (statistics.n > 0 ? ", mean " + statistics.mean : "");
  const std::vector<std::string> lines = {
      test.title + " (" + test.ref.path() + ")",
      "Deadline " + renderLocal(test.due, zone) + " " + zone.name +
          (board.closed ? "" : "; the test is still open, this is what has arrived so far"),
      statistics.n > 0 ? std::to_string(statistics.n) + " scores, mean " + statistics.mean + ", median " +
                             statistics.median + " of " + std::to_string(course.scale)
                       : std::string("No submission was graded.")};
  std::string html = "<h1>" + htmlEscape(mail.subject) + "</h1>\n";
  for (const std::string& line : lines) {
    mail.text += line + "\n";
    html += paragraph(line);
  }
  mail.text += "\n";
  for (const Section& section : sectionsOf(board)) append(mail, html, section);
  const std::string why = "You get this mail as a trainer of the course " + course.name + ".";
  mail.text += footText(why);
  mail.html = document(course.lang, mail.subject, html + footHtml(why));
  return mail;
}

MailText idleMail(const Course& course, Instant at, const Zone& zone) {
  MailText mail;
  mail.subject = "[" + course.name + "] nothing to score";
  const std::string line = "The scoring run of " + renderLocal(at, zone) + " " + zone.name +
                           " found no test past its deadline that was not scored before.";
  const std::string why = "You get this mail as a trainer of the course " + course.name + ".";
  mail.text = line + "\n\n" + footText(why);
  mail.html = document(course.lang, mail.subject, paragraph(line) + footHtml(why));
  return mail;
}

MailText alarmMail(const Course& course, const TestRef& test, const std::string& reason, Instant at,
                   const Zone& zone) {
  MailText mail;
  mail.subject = "[" + course.name + "] score run failed \xe2\x80\x93 nothing lost";
  const std::vector<std::string> lines = {
      "The scoring run of " + renderLocal(at, zone) + " " + zone.name + " could not score " + test.path() + ":",
      reason + ".",
      "Everything that students have sent is kept. Put this right, then score again: trainer score " + test.path() +
          " --now"};
  std::string html;
  for (const std::string& line : lines) {
    mail.text += line + "\n";
    html += paragraph(line);
  }
  const std::string why = "You get this mail as a trainer of the course " + course.name + ".";
  mail.text += "\n" + footText(why);
  mail.html = document(course.lang, mail.subject, html + footHtml(why));
  return mail;
}

std::string outboxMailJson(const OutboxMail& mail) {
  return pythonJson(json::object{{"id", mail.id},
                                 {"kind", mail.kind},
                                 {"studentId", mail.studentId},
                                 {"to", mail.to},
                                 {"from", mail.from},
                                 {"subject", mail.subject},
                                 {"createdAt", formatInstant(mail.createdAt)},
                                 {"raw", base64(mail.raw)}});
}

Outcome<OutboxMail> parseOutboxMail(std::string_view text) {
  auto document = parseJson(text, kMaxOutboxObject, "the queued mail");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  const auto raw = object != nullptr ? decodeBase64(findString(*object, "raw").value_or("?")) : std::nullopt;
  if (!raw) return Problem{"the queued mail has no message"};
  OutboxMail mail;
  mail.id = findString(*object, "id").value_or("");
  mail.kind = findString(*object, "kind").value_or("");
  mail.studentId = findString(*object, "studentId").value_or("");
  mail.to = findString(*object, "to").value_or("");
  mail.from = findString(*object, "from").value_or("");
  mail.subject = findString(*object, "subject").value_or("");
  mail.createdAt = parseInstant(findString(*object, "createdAt").value_or("")).value_or(Instant{});
  mail.raw = std::move(*raw);
  return mail;
}

std::string mailFailureJson(const MailFailure& failure) {
  return pythonJson(json::object{{"at", formatInstant(failure.at)},
                                 {"code", failure.code},
                                 {"message", failure.message},
                                 {"permanent", failure.permanent},
                                 {"attempts", failure.attempts}});
}

Outcome<MailFailure> parseMailFailure(std::string_view text) {
  auto document = parseJson(text, 64 * 1024, "the mail failure");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"the mail failure is not an object"};
  MailFailure failure;
  failure.at = parseInstant(findString(*object, "at").value_or("")).value_or(Instant{});
  failure.code = findString(*object, "code").value_or("");
  failure.message = findString(*object, "message").value_or("");
  failure.permanent = findBool(*object, "permanent").value_or(false);
  failure.attempts = static_cast<int>(findInteger(*object, "attempts").value_or(1));
  return failure;
}

}  // namespace hearth::homework
