#include "homework/client/trainer/board_page.h"

#include "homework/client/common/text.h"
#include "homework/client/trainer/class_board_text.h"
#include "homework/client/trainer/grades.h"
#include "homework/client/trainer/short_time.h"
#include "homework/client/trainer/statistics_plots.h"
#include "homework/client/trainer/svg_plot.h"

namespace hearth::homework::client {
namespace {

// Readable on paper and in the dark; colours only decorate.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark}
body{font-family:sans-serif;line-height:1.4;max-width:64rem;margin:1rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}
caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{border:1px solid #888;padding:.2rem .5rem;text-align:left;vertical-align:top}
.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;padding:0;list-style:none;font-weight:bold}
.wide{overflow-x:auto}
svg{max-width:100%;height:auto}
code{white-space:pre-wrap}
@media print{body{max-width:none;font-size:10pt}section{break-inside:avoid-page}svg{max-width:14cm}}
)";

std::string optional(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }

std::string stateText(const StudentState& state) {
  if (state.score) return state.late ? "graded, late" : "graded";
  if (!state.status.empty() && state.status != "graded")
    return state.status + (state.reason.empty() ? "" : ": " + state.reason);
  if (state.received) return "received";
  return state.excused ? "excused" : "not yet";
}

Table studentTable(const ClassBoard& board, const homework::Zone& zone, Instant now) {
  Table table{{"student", "name", "state", "received", "attempts", "score", "points", "grade", "receipt", "notes"}};
  const auto at = [&](const std::optional<Instant>& instant) {
    return instant ? dayLocal(*instant, zone, now) : "";
  };
  for (const StudentState& state : board.students) {
    std::string notes;
    if (state.due) notes = "extended to " + at(state.due);
    if (state.remindedAt) notes += (notes.empty() ? "" : ", ") + ("reminded " + at(state.remindedAt));
    std::string points = optional(state.points);
    if (state.points && state.maxPoints) points += " of " + optional(state.maxPoints);
    table.push_back({state.student.id, state.student.name, stateText(state), at(state.receivedAt),
                     state.attempts > 0 ? std::to_string(state.attempts) : "", optional(state.score), points,
                     state.grade, state.receipt, notes});
  }
  return table;
}

std::string list(const std::vector<std::string>& items, const char* attributes = "") {
  std::string out = std::string("<ul") + attributes + ">\n";
  for (const std::string& item : items) out += "<li>" + xmlText(item) + "</li>\n";
  return out + "</ul>\n";
}

std::string mailSection(const ClassBoard& board) {
  if (board.mailTroubles.empty()) return "";
  Table table{{"to", "mail", "what happened", "what helps"}};
  for (const MailTrouble& trouble : board.mailTroubles) {
    table.push_back({trouble.studentId.empty() ? trouble.to : trouble.studentId, trouble.kind,
                     trouble.state == "pending" ? "waits to be sent" : trouble.problem, mailAdvice(trouble)});
  }
  return htmlTable(table, "Mails that were not sent");
}

// The plots of several tests stand on one page: their ids have to differ.
std::string withOwnIds(std::string element, const std::string& name, std::size_t test) {
  for (const char* part : {"-title", "-desc"}) {
    const std::string id = name + part;
    const std::string own = name + std::to_string(test) + part;
    for (std::size_t at = element.find(id); at != std::string::npos; at = element.find(id, at + own.size()))
      element.replace(at, id.size(), own);
  }
  return element;
}

std::string section(const ClassBoard& board, std::size_t index, const homework::Zone& zone, Instant now) {
  const PublishedTest& test = board.test;
  std::string out =
      "<section>\n<h2>" + xmlText(test.ref.path() + " – " + test.title) + "</h2>\n<p>" +
      xmlText((now <= test.due ? "Due " : "Closed ") + dayLocal(test.due, zone, now) + " (" + zone.name + "), " +
              tellDistance(test.due, now) + ". Question set " + test.questionSet.substr(0, 6)) +
      ".</p>\n";
  std::vector<std::string> facts = {
      "received " + std::to_string(board.receivedCount()) + " of " + std::to_string(board.students.size()),
      (now <= test.acceptedUntil() ? "not yet " : "missing ") + std::to_string(board.missingCount()),
      "extensions " + std::to_string(board.extendedCount()),
      "mail problems " + std::to_string(board.mailTroubles.size())};
  if (board.scoredAt) {
    facts.push_back("mean " + board.statistics.mean);
    facts.push_back("median " + board.statistics.median);
  }
  out +=
      list(facts, " class=\"facts\"") + "<p>Next:</p>\n" + list(nextSteps(board, zone, now)) + mailSection(board);
  out += "<div class=\"wide\">\n" + htmlTable(studentTable(board, zone, now), "Students") + "</div>\n";
  if (!board.orphans.empty())
    out += "<p>Answers from students who are not on the roster:</p>\n" + list(board.orphans);
  std::vector<std::string> advice;
  for (const QuestionStatistics& question : board.statistics.questions) {
    if (std::string text = questionAdvice(question, test.ref); !text.empty()) advice.push_back(std::move(text));
  }
  if (!advice.empty()) out += "<p>Questions worth a look:</p>\n" + list(advice);
  for (const StatisticsPlot& plot : statisticsPlots(board, zone, now)) {
    out += withOwnIds(plot.element, plot.name, index) + "<details>\n<summary>Numbers</summary>\n" +
           htmlTable(plot.table, plot.title) + "</details>\n";
  }
  return out + "</section>\n";
}

}  // namespace

std::string boardPage(const Course& course, const std::vector<ClassBoard>& boards, const homework::Zone& zone,
                      Instant now) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
      xmlText(course.name) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" +
      xmlText(course.name) + "</h1>\n<p>As of " + xmlText(dayLocal(now, zone, now) + " (" + zone.name + ")") +
      ". Drafts stay on the students' devices and cannot be seen here.</p>\n";
  for (std::size_t i = 0; i < boards.size(); ++i) out += section(boards[i], i, zone, now);
  return out + "</body>\n</html>\n";
}

}  // namespace hearth::homework::client
