#include "homework/client/student/board.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

int urgency(const TestInfo& info) {
  if (info.status == "open") return 0;
  return info.status == "received" ? 1 : 2;
}

// Sorts; a test without a deadline comes behind those that have one, a closed one before older closed ones.
auto sortKey(const BoardRow& row) {
  const Instant due = row.info.due.value_or(Instant::max());
  const auto time = due.time_since_epoch().count();
  return std::tuple(urgency(row.info), urgency(row.info) == 2 ? -time : time, row.info.subject, row.info.testId);
}

using Cells = std::array<std::string, 5>;

std::vector<Cells> tableOf(const std::vector<BoardRow>& board, const Zone& zone, Instant now, const Style& style) {
  std::vector<Cells> table;
  std::size_t number = 0;
  for (const BoardRow& row : board) {
    ++number;
    table.push_back({row.info.mayBeSubmitted() ? std::to_string(number) : "",
                     row.info.subject + " / " + row.info.testId, cleanedLine(row.info.title, style.charset, 40),
                     dueText(row.info, zone, now), stateText(row, zone, now)});
  }
  return table;
}

std::vector<std::string> asTable(const std::vector<Cells>& table, std::size_t width) {
  std::array<std::size_t, 5> widths{};
  for (const Cells& cells : table) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], columns(cells[i]));
  }
  std::size_t total = 2;
  for (const std::size_t w : widths) total += w + 2;
  if (total > width + 2) return {};
  std::vector<std::string> lines;
  for (const Cells& cells : table) {
    std::string line = "  ";
    for (std::size_t i = 0; i < cells.size(); ++i) line += fitted(cells[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> asBlocks(const std::vector<Cells>& table, std::size_t width) {
  std::vector<std::string> lines;
  for (const Cells& cells : table) {
    lines.push_back("  " + fitted(cells[0], 3) + cells[1]);
    for (std::size_t i = 2; i < cells.size(); ++i) {
      for (std::string& line : wrapped(cells[i], width, "     ")) {
        if (!line.empty()) lines.push_back(std::move(line));
      }
    }
  }
  return lines;
}

}  // namespace

std::vector<BoardRow> makeBoard(const TestList& list, const std::vector<Draft>& drafts) {
  std::vector<BoardRow> board;
  for (const TestInfo& info : list.tests) {
    BoardRow row{info, std::nullopt};
    for (const Draft& draft : drafts) {
      if (draft.subject == info.subject && draft.testId == info.testId) {
        row.draft = Progress{draft.chosen().size(), draft.questions.size(), !draft.receipt.empty()};
      }
    }
    board.push_back(std::move(row));
  }
  std::sort(board.begin(), board.end(),
            [](const BoardRow& a, const BoardRow& b) { return sortKey(a) < sortKey(b); });
  return board;
}

std::size_t countOpen(const std::vector<BoardRow>& board) {
  return static_cast<std::size_t>(
      std::count_if(board.begin(), board.end(), [](const BoardRow& row) { return row.info.mayBeSubmitted(); }));
}

std::string dueText(const TestInfo& info, const Zone& zone, Instant now) {
  if (!info.due) return {};
  const std::string when = zone.tell(*info.due, now);
  if (*info.due >= now) return "due " + when + (info.mayBeSubmitted() ? ", " + tellDistance(*info.due, now) : "");
  return (info.mayBeSubmitted() ? "was due " : "closed ") + when;
}

std::string stateText(const BoardRow& row, const Zone& zone, Instant now) {
  const TestInfo& info = row.info;
  std::string text;
  if (info.receivedAt) text = "received " + zone.tell(*info.receivedAt, now);
  if (text.empty() && (info.status == "received" || info.status == "done" || info.status == "scored"))
    text = "received";
  if (!info.score.empty()) text += (text.empty() ? "" : ", ") + info.score;
  if (row.draft && !row.draft->sent && row.draft->answered > 0) {
    text += (text.empty() ? "draft " : ", changed draft ") + std::to_string(row.draft->answered) + " of " +
            std::to_string(row.draft->questions);
  }
  if (!text.empty()) return text;
  return info.status == "closed" ? "nothing received" : "not started";
}

std::vector<std::string> boardLines(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone,
                                    Instant now, const Style& style) {
  const std::string dot(style.separator());
  std::string title = "Homework for " + head.studentId;
  if (!head.course.empty()) title += dot + cleanedLine(head.course, style.charset, 60);
  title += dot + "course time " + zone.name() + dot + "now " +
           zone.tellExactly(now).substr(0, zone.tellExactly(now).size() - 3);
  std::vector<std::string> lines;
  for (const std::string& line : wrapped(title, style.width)) lines.push_back(style.bold(line));
  lines.push_back("");
  if (board.empty()) lines.push_back("  There are no tests for you now.");
  const std::vector<Cells> table = tableOf(board, zone, now, style);
  std::vector<std::string> rows = asTable(table, style.width);
  if (rows.empty()) rows = asBlocks(table, style.width);
  lines.insert(lines.end(), rows.begin(), rows.end());
  return lines;
}

Json boardJson(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone, Instant now) {
  const auto instant = [](const std::optional<Instant>& value) {
    return value ? Json(formatInstant(*value)) : Json();
  };
  JsonArray tests;
  for (const BoardRow& row : board) {
    JsonObject test{{"subject", row.info.subject},
                    {"testId", row.info.testId},
                    {"title", row.info.title},
                    {"status", row.info.status},
                    {"opens", instant(row.info.opens)},
                    {"due", instant(row.info.due)},
                    {"receivedAt", instant(row.info.receivedAt)},
                    {"score", row.info.score.empty() ? Json() : Json(row.info.score)},
                    {"draft", nullptr}};
    if (row.draft) {
      test["draft"] = JsonObject{
          {"answered", row.draft->answered}, {"questions", row.draft->questions}, {"sent", row.draft->sent}};
    }
    tests.push_back(std::move(test));
  }
  return JsonObject{{"studentId", head.studentId},
                    {"course", head.course},
                    {"timeZone", zone.name()},
                    {"now", formatInstant(now)},
                    {"tests", std::move(tests)}};
}

Result<const BoardRow*> findRow(const std::vector<BoardRow>& board, const std::string& name) {
  const BoardRow* found = nullptr;
  std::string names;
  std::size_t hits = 0;
  for (const BoardRow& row : board) {
    if (row.info.name() == name) return &row;
    if (row.info.testId == name) {
      found = &row;
      ++hits;
    }
    names += (names.empty() ? "" : ", ") + row.info.name();
  }
  if (hits == 1) return found;
  return Failure{
      Exit::kUsage,
      (hits > 1 ? "More than one test is called " : "There is no test called ") + cleanedLine(name) + ".",
      names.empty() ? "There are no tests for you now." : "Your tests: " + names};
}

}  // namespace hearth::homework::client
