#include "homework/client/trainer/class_board_text.h"

#include <algorithm>

#include "homework/client/common/text.h"
#include "homework/client/trainer/short_time.h"
#include "homework/client/trainer/text_bars.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLabel = 13;   // columns of a group's name
constexpr std::size_t kNarrow = 60;  // below this a table does not fit
constexpr std::size_t kFlagged = 3;  // questions told on the board; `trainer stats` tells all
constexpr std::size_t kShownProblem = 120;

using Lines = std::vector<std::string>;

struct View {
  const ClassBoard& board;
  const homework::Zone& zone;
  Instant now;
  const Style& style;

  std::string at(Instant instant) const { return shortLocal(instant, zone, now); }
};

void append(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

// `received 22 of 30   not yet 8`: facts side by side, as many as fit on a line.
Lines factLines(const std::vector<std::string>& facts, const Style& style) {
  Lines lines;
  std::string line;
  for (const std::string& fact : facts) {
    if (!line.empty() && columns(line) + 3 + columns(fact) > style.width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "  " : "   ") + fact;
  }
  lines.push_back(line);
  return lines;
}

std::string who(const StudentState& state, const Style& style) {
  const std::string name = cleanedLine(state.student.name, style.charset, 30);
  return state.student.id + (name.empty() ? "" : " " + name);
}

std::string missingText(const View& view, const StudentState& state) {
  std::vector<std::string> notes;
  if (state.due) notes.push_back("extended to " + view.at(*state.due));
  if (state.remindedAt) notes.push_back("reminded " + view.at(*state.remindedAt));
  std::string text = who(state, view.style);
  for (std::size_t i = 0; i < notes.size(); ++i) text += (i == 0 ? " (" : ", ") + notes[i];
  return text + (notes.empty() ? "" : ")");
}

std::string receivedText(const View& view, const StudentState& state) {
  std::string text = who(state, view.style);
  if (state.receivedAt) text += " " + view.at(*state.receivedAt);
  if (state.attempts > 0) text += " attempt " + std::to_string(state.attempts);
  if (state.due) text += " (extended to " + view.at(*state.due) + ")";
  if (state.late) text += ", late";
  if (state.status == "invalid") text += ", INVALID: " + cleanedLine(state.reason, view.style.charset, 80);
  return text;
}

// Items that belong together, behind a name; below it where the terminal is narrow.
void addGroup(Lines& lines, const std::string& name, const std::vector<std::string>& items, const Style& style) {
  if (items.empty()) return;
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : std::string(style.separator())) + item;
  if (style.width < kNarrow) {
    lines.push_back("  " + name);
    append(lines, wrapped(text, style.width, "    "));
    return;
  }
  const std::string indent(kLabel + 2, ' ');
  Lines block = wrapped(text, style.width, indent);
  block.front().replace(0, indent.size(), "  " + fitted(name, kLabel));
  append(lines, block);
}

std::string troubleText(const MailTrouble& trouble, const Style& style) {
  const std::string who =
      trouble.studentId.empty() ? cleanedLine(trouble.to, style.charset, 60) : trouble.studentId;
  std::string text = who + " " + cleanedLine(trouble.kind, style.charset, 20);
  if (trouble.state == "pending") {
    text += " waits to be sent";
  } else {
    text += " not sent: " + cleanedLine(trouble.problem, style.charset, kShownProblem);
  }
  return text + std::string(style.charset == Charset::kUtf8 && !style.accessible ? "  →  " : "  ->  ") +
         mailAdvice(trouble);
}

std::string pointsText(const StudentState& state) {
  if (!state.points || !state.maxPoints) return "";
  return std::to_string(*state.points) + " of " + std::to_string(*state.maxPoints);
}

std::string resultText(const StudentState& state) {
  if (state.score) return std::to_string(*state.score);
  if (state.received && state.status == "missing") return "not yet";  // it arrived after that run
  return state.excused ? "excused" : state.status.empty() ? "-" : state.status;
}

Lines scoreTable(const View& view) {
  Lines lines;
  const bool narrow = view.style.width < kNarrow;
  const bool grades = std::any_of(
      view.board.students.begin(), view.board.students.end(),
      [](const StudentState& s) { return !s.grade.empty() && s.score && s.grade != std::to_string(*s.score); });
  if (!narrow) {
    lines.push_back(view.style.bold("  " + fitted("student", 30) + fitted("score", 9) + fitted("points", 10) +
                                    (grades ? fitted("grade", 8) : "") + "arrived"));
  }
  for (const StudentState& state : view.board.students) {
    if (state.status.empty()) continue;
    std::string arrived = !state.received ? "" : state.late ? "late" : "on time";
    if (!state.receipt.empty()) arrived += " " + state.receipt;
    if (narrow) {
      std::string text = who(state, view.style) + ": " + (state.score ? "score " : "") + resultText(state);
      if (const std::string points = pointsText(state); !points.empty()) text += ", points " + points;
      if (grades && !state.grade.empty()) text += ", grade " + cleanedLine(state.grade, view.style.charset, 8);
      if (!arrived.empty()) text += ", " + arrived;
      append(lines, wrapped(text, view.style.width, "  "));
    } else {
      std::string row = "  " + fitted(who(state, view.style), 29) + " " + fitted(resultText(state), 9) +
                        fitted(pointsText(state), 10) +
                        (grades ? fitted(cleanedLine(state.grade, view.style.charset, 8), 8) : "") + arrived;
      row.erase(row.find_last_not_of(' ') + 1);
      lines.push_back(std::move(row));
    }
  }
  return lines;
}

Lines scoreLines(const View& view) {
  const TestStatistics& statistics = view.board.statistics;
  Lines lines{""};
  append(lines, factLines({"scores " + std::to_string(statistics.n), "mean " + statistics.mean,
                           "median " + statistics.median, "sd " + statistics.sd},
                          view.style));
  std::vector<TextBar> bars;
  for (const HistogramBar& bar : statistics.histogram) {
    const std::string label =
        bar.from == bar.to ? std::to_string(bar.from) : std::to_string(bar.from) + "-" + std::to_string(bar.to);
    bars.push_back({label, static_cast<double>(bar.count), std::to_string(bar.count)});
  }
  append(lines, barLines(bars, 4, view.style));
  lines.emplace_back();
  append(lines, scoreTable(view));
  std::size_t told = 0;
  for (const QuestionStatistics& question : statistics.questions) {
    const std::string advice = questionAdvice(question, view.board.test.ref);
    if (advice.empty() || told == kFlagged) continue;
    if (told++ == 0) lines.emplace_back();
    append(lines, wrapped(cleanedLine(advice, view.style.charset, 400), view.style.width, "  "));
  }
  return lines;
}

std::string headline(const View& view) {
  const PublishedTest& test = view.board.test;
  const std::string dot(view.style.separator());
  return test.ref.path() + dot + cleanedLine(test.title, view.style.charset, 60) + dot +
         (view.now <= test.due ? "due " : "closed ") + dayLocal(test.due, view.zone, view.now) + ", " +
         tellDistance(test.due, view.now) + dot + "set " + test.questionSet.substr(0, 6);
}

}  // namespace

std::string mailAdvice(const MailTrouble& trouble) {
  if (trouble.state == "pending") return "trainer score";
  const std::string whose = trouble.studentId.empty() ? trouble.id.substr(0, 7) : trouble.studentId;
  const std::string resend = "trainer mail resend " + whose;
  if (trouble.studentId.empty()) return resend;
  return "mend the address in students.csv, trainer publish, " + resend;
}

std::string questionAdvice(const QuestionStatistics& question, const TestRef& test) {
  std::vector<std::string> facts;
  if (question.has(ItemFlag::kWrongOption)) facts.push_back("the better half prefers a wrong answer");
  if (question.has(ItemFlag::kNegative)) facts.push_back("who got it right did worse in the rest");
  if (question.has(ItemFlag::kHard)) facts.push_back("fewer than 20 % got it right");
  if (question.has(ItemFlag::kEasy)) facts.push_back("more than 95 % got it right");
  if (facts.empty()) return "";
  std::string text = "Q" + question.questionId + ": ";
  for (std::size_t i = 0; i < facts.size(); ++i) text += (i == 0 ? "" : ", ") + facts[i];
  if (question.suspicious()) {
    text += ". Check its key; when it is wrong: mend it, trainer publish, trainer regrade " + test.path() +
            " --reason \"Q" + question.questionId + " key fixed\"";
  }
  return text;
}

std::vector<std::string> nextSteps(const ClassBoard& board, const homework::Zone& zone, Instant now) {
  const PublishedTest& test = board.test;
  const auto at = [&](Instant instant) { return shortLocal(instant, zone, now); };
  std::vector<std::string> steps;
  const bool reminded = std::any_of(board.students.begin(), board.students.end(),
                                    [](const StudentState& state) { return state.remindedAt.has_value(); });
  if (now <= test.due) {
    if (test.remindAt && *test.remindAt > now)
      steps.push_back("reminder " + at(*test.remindAt));
    else if (reminded)
      steps.push_back("reminder sent");
    steps.push_back("close " + at(test.due));
  }
  const Instant run = test.onTimeUntil() + std::chrono::seconds(1);
  if (!board.scoredAt || *board.scoredAt < run)
    steps.push_back(run >= now ? "score run and mails " + at(run) : "score run:  trainer score " + test.ref.path());
  for (const StudentState& state : board.students) {
    if (state.due && *state.due > now && *state.due > test.due && !state.score)
      steps.push_back(state.student.id + " may answer until " + at(*state.due));
  }
  if (board.scoredAt && *board.scoredAt >= run) {
    steps.push_back("trainer stats " + test.ref.path());
    steps.push_back("trainer grades export");
  }
  return steps;
}

std::vector<std::string> classBoardLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style) {
  const View view{board, zone, now, style};
  Lines lines;
  for (const std::string& line : wrapped(headline(view), style.width)) lines.push_back(style.bold(line));
  std::vector<std::string> missing;
  std::vector<std::string> received;
  std::vector<std::string> excused;
  std::vector<std::string> mail;
  for (const StudentState& state : board.students) {
    const bool inTable = board.scoredAt && state.score;  // the table tells it
    if (state.received && !inTable) received.push_back(receivedText(view, state));
    if (state.received) continue;
    if (state.excused)
      excused.push_back(who(state, style));
    else
      missing.push_back(missingText(view, state));
  }
  for (const MailTrouble& trouble : board.mailTroubles) mail.push_back(troubleText(trouble, style));
  const bool open = now <= board.test.acceptedUntil();
  lines.emplace_back();
  append(lines, factLines({"received " + std::to_string(board.receivedCount()) + " of " +
                               std::to_string(board.students.size()),
                           "drafts not visible", (open ? "not yet " : "missing ") + std::to_string(missing.size()),
                           "extensions " + std::to_string(board.extendedCount()),
                           "mail problems " + std::to_string(board.mailTroubles.size())},
                          style));
  lines.emplace_back();
  addGroup(lines, open ? "not yet" : "missing", missing, style);
  addGroup(lines, "excused", excused, style);
  addGroup(lines, "received", received, style);
  for (const std::string& item : mail) addGroup(lines, "mail", {item}, style);
  addGroup(lines, "not on roster", board.orphans, style);
  if (board.scoredAt) append(lines, scoreLines(view));
  lines.emplace_back();
  std::string next = "next: ";
  const std::vector<std::string> steps = nextSteps(board, zone, now);
  for (std::size_t i = 0; i < steps.size(); ++i) next += (i == 0 ? "" : std::string(style.separator())) + steps[i];
  append(lines, wrapped(next, style.width, "  "));
  if (board.scoredAt) {
    append(lines, wrapped("last score run " + dayLocal(*board.scoredAt, zone, now) + (board.final ? ", final" : ""),
                          style.width, "  "));
  }
  return lines;
}

}  // namespace hearth::homework::client
