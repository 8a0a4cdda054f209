#include "homework/client/student/board.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "homework/client/common/closest.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

int urgency(const TestInfo& info) {
  if (!info.mayBeSubmitted()) return 2;
  return info.status == "open" ? 0 : 1;
}

// Sorts; a test without a deadline comes behind those that have one, a closed one before older closed ones.
auto sortKey(const BoardRow& row) {
  const Instant due = row.info.due.value_or(Instant::max());
  const auto time = due.time_since_epoch().count();
  return std::tuple(urgency(row.info), urgency(row.info) == 2 ? -time : time, row.info.subject, row.info.testId);
}

// Number, name, title, time, state.
using Cells = std::array<std::string, 5>;

std::vector<Cells> cellsOf(const std::vector<BoardRow>& board, const Zone& zone, Instant now, const Style& style) {
  std::vector<Cells> table;
  std::size_t number = 0;
  for (const BoardRow& row : board) {
    ++number;
    table.push_back({row.info.mayBeSubmitted() ? std::to_string(number) : "",
                     row.info.subject + " / " + row.info.testId, cleanedLine(row.info.title, style.charset, 60),
                     timeText(row.info, zone, now, style), stateText(row, zone, now, style)});
  }
  return table;
}

std::vector<std::string> asTable(const std::vector<Cells>& table, std::size_t width) {
  constexpr std::array<std::size_t, 5> kGaps = {2, 3, 3, 3, 0};  // behind the columns
  std::array<std::size_t, 5> widths{};
  for (const Cells& cells : table) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], columns(cells[i]));
  }
  std::size_t total = 2;
  for (std::size_t i = 0; i < widths.size(); ++i) total += widths[i] + kGaps[i];
  if (total > width) return {};
  std::vector<std::string> lines;
  for (const Cells& cells : table) {
    std::string line = "  ";
    for (std::size_t i = 0; i < cells.size(); ++i) line += fitted(cells[i], widths[i] + kGaps[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

// Two cells on one line where they fit, else each wrapped on its own.
void addPair(std::vector<std::string>& lines, const std::string& first, const std::string& second,
             std::string_view between, const Style& style) {
  constexpr std::string_view kIndent = "     ";
  const std::string both = first + (first.empty() || second.empty() ? "" : std::string(between)) + second;
  if (kIndent.size() + columns(both) <= style.width) {
    if (!both.empty()) lines.push_back(std::string(kIndent) + both);
    return;
  }
  for (const std::string& cell : {first, second}) {
    for (std::string& line : wrapped(cell, style.width, kIndent)) {
      if (!line.empty()) lines.push_back(std::move(line));
    }
  }
}

std::vector<std::string> asBlocks(const std::vector<Cells>& table, const Style& style) {
  std::vector<std::string> lines;
  for (const Cells& cells : table) {
    std::vector<std::string> head;
    addPair(head, cells[1], cells[2], "   ", style);
    head[0].replace(2, 3, fitted(cells[0], 3));
    lines.insert(lines.end(), head.begin(), head.end());
    addPair(lines, cells[3], cells[4], style.separator(), style);
  }
  return lines;
}

std::string attemptsText(const TestInfo& info, const Style& style) {
  if (!info.attemptsLeft || !(info.status == "open" || info.status == "received")) return {};
  return style.tell(Text::kTermAttemptsLeft, {{"n", *info.attemptsLeft}});
}

Json scoreJson(const std::optional<Score>& score) {
  if (!score) return nullptr;
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
  return JsonObject{{"score", number(score->score)},   {"scale", number(score->scale)},
                    {"points", number(score->points)}, {"maxPoints", number(score->maxPoints)},
                    {"percent", score->percent},       {"grade", score->grade}};
}

Json rowJson(const BoardRow& row) {
  const auto instant = [](const std::optional<Instant>& value) {
    return value ? Json(formatInstant(*value)) : Json();
  };
  const TestInfo& info = row.info;
  JsonObject test{{"subject", info.subject},
                  {"testId", info.testId},
                  {"title", info.title},
                  {"status", info.status},
                  {"opens", instant(info.opens)},
                  {"due", instant(info.due)},
                  {"extended", info.extended},
                  {"attempts", info.attempts},
                  {"attemptsLeft", info.attemptsLeft ? Json(*info.attemptsLeft) : Json()},
                  {"receivedAt", instant(info.receivedAt)},
                  {"score", scoreJson(info.score)},
                  {"draft", nullptr}};
  if (row.draft) {
    test["draft"] = JsonObject{
        {"answered", row.draft->answered}, {"questions", row.draft->questions}, {"sent", row.draft->sent}};
  }
  return test;
}

}  // namespace

bool BoardRow::isUrgent() const {
  if (!info.mayBeSubmitted()) return false;
  return info.status == "open" || (draft && draft->answered > 0 && !draft->sent);
}

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

std::string timeText(const TestInfo& info, const Zone& zone, Instant now, const Style& style) {
  const auto tell = [&](Text key, Instant instant) {
    return style.tell(key, {{"time", zone.tell(instant, now, style.lang)}});
  };
  const bool over = info.status == "done" || info.status == "scored";
  if (over && info.receivedAt) return tell(Text::kTermReceived, *info.receivedAt);
  if (over) return style.tell(Text::kTermReceivedSome);
  if (!info.due) return {};
  if (info.status == "closed") return tell(Text::kTermClosed, *info.due);
  std::string text = tell(*info.due >= now ? Text::kTermDue : Text::kTermWasDue, *info.due);
  if (*info.due >= now)
    text += ", " + style.tell(Text::kTermIn, {{"time", tellDuration(*info.due - now, style.lang)}});
  if (info.extended) text += " (" + style.tell(Text::kTermExtended) + ")";
  return text;
}

std::string stateText(const BoardRow& row, const Zone& zone, Instant now, const Style& style) {
  const TestInfo& info = row.info;
  if (info.score) return scoreText(*info.score, style);
  if (info.status == "scored" || info.status == "done") return style.tell(Text::kTermNotScored);
  if (info.status == "closed") return style.tell(Text::kTermNothingReceived);
  std::string text;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : ", ") + more;
  };
  if (info.receivedAt) {
    add(style.tell(Text::kTermReceived, {{"time", zone.tell(*info.receivedAt, now, style.lang)}}));
  } else if (info.status == "received") {
    add(style.tell(Text::kTermReceivedSome));
  }
  if (row.draft && !row.draft->sent && row.draft->answered > 0) {
    add(style.tell(text.empty() ? Text::kTermDraft : Text::kTermChangedDraft,
                   {{"n", static_cast<std::int64_t>(row.draft->answered)},
                    {"max", static_cast<std::int64_t>(row.draft->questions)}}));
  }
  if (text.empty()) add(style.tell(Text::kTermNotStarted));
  add(attemptsText(info, style));
  return text;
}

std::vector<std::string> boardLines(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone,
                                    Instant now, const Style& style) {
  const std::string dot(style.separator());
  const std::string title = style.tell(Text::kTermBoardHead, {{"student", head.studentId}}) + dot +
                            style.tell(Text::kTermCourseTime, {{"zone", zone.name()}}) + dot +
                            style.tell(Text::kTermNow, {{"time", zone.tellMinute(now, style.lang)}});
  std::vector<std::string> lines;
  for (const std::string& line : wrapped(title, style.width)) lines.push_back(style.bold(line));
  lines.emplace_back();
  if (board.empty()) lines.push_back("  " + style.tell(Text::kTermNoTests));
  const std::vector<Cells> table = cellsOf(board, zone, now, style);
  std::vector<std::string> rows = asTable(table, style.screen);
  if (rows.empty()) rows = asBlocks(table, style);
  lines.insert(lines.end(), rows.begin(), rows.end());
  return lines;
}

std::vector<std::string> testLines(const BoardRow& row, const Zone& zone, Instant now, const Style& style) {
  const TestInfo& info = row.info;
  std::vector<std::string> lines;
  std::string title = info.name();
  if (!info.title.empty()) title += std::string(style.separator()) + cleanedLine(info.title, style.charset);
  for (const std::string& line : wrapped(title, style.width)) lines.push_back(style.bold(line));
  const auto fact = [&](Text label, const std::string& value) {
    if (value.empty()) return;
    std::vector<std::string> wrappedLines = wrapped(value, style.width, std::string(14, ' '));
    wrappedLines[0].replace(0, 14, "  " + fitted(style.tell(label), 12));
    lines.insert(lines.end(), wrappedLines.begin(), wrappedLines.end());
  };
  if (info.due) {
    std::string due = zone.tell(*info.due, now, style.lang) + " (" + zone.name() + "), " +
                      tellDistance(*info.due, now, style.lang);
    if (info.extended) due += ", " + style.tell(Text::kTermExtended);
    fact(Text::kTermLabelDue, style.charset == Charset::kAscii ? asciiText(due) : due);
  }
  if (info.receivedAt) {
    const std::string when = zone.tell(*info.receivedAt, now, style.lang);
    fact(Text::kTermLabelReceived, style.charset == Charset::kAscii ? asciiText(when) : when);
  } else if (info.status == "open" || info.status == "closed") {
    fact(Text::kTermLabelReceived, style.tell(Text::kTermNothingReceived));
  }
  if (row.draft && row.draft->answered > 0) {
    fact(Text::kTermLabelDraft, style.tell(row.draft->sent ? Text::kTermDraftSent : Text::kTermDraftState,
                                           {{"n", static_cast<std::int64_t>(row.draft->answered)},
                                            {"max", static_cast<std::int64_t>(row.draft->questions)}}));
  }
  fact(Text::kTermLabelAttempts, attemptsText(info, style));
  if (info.score) fact(Text::kTermLabelScore, scoreText(*info.score, style));
  return lines;
}

Json boardJson(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone, Instant now) {
  JsonArray tests;
  for (const BoardRow& row : board) tests.push_back(rowJson(row));
  return JsonObject{{"studentId", head.studentId},
                    {"course", head.course},
                    {"timeZone", zone.name()},
                    {"now", formatInstant(now)},
                    {"tests", std::move(tests)}};
}

Result<const BoardRow*> findRow(const std::vector<BoardRow>& board, const std::string& name, const Style& style) {
  const BoardRow* found = nullptr;
  std::string names;
  std::vector<std::string> words;
  std::size_t hits = 0;
  for (const BoardRow& row : board) {
    if (row.info.name() == name) return &row;
    if (row.info.testId == name) {
      found = &row;
      ++hits;
    }
    words.push_back(row.info.name());
    words.push_back(row.info.testId);
    names += (names.empty() ? "" : ", ") + row.info.name();
  }
  if (hits == 1) return found;
  Failure failure{
      Exit::kUsage,
      style.tell(hits > 1 ? Text::kTermManyTests : Text::kTermNoSuchTest,
                 {{"name", cleanedLine(name, style.charset)}}),
      names.empty() ? style.tell(Text::kTermNoTests) : style.tell(Text::kTermYourTests, {{"names", names}})};
  if (const auto meant = hits == 0 ? closestWord(name, words) : std::nullopt) {
    failure.what += " " + style.tell(Text::kTermDidYouMean, {{"name", *meant}});
  }
  return failure;
}

}  // namespace hearth::homework::client
