// The list of a student's tests: what the server says joined with the drafts on this computer, in the order of
// urgency.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/result.h"
#include "homework/client/common/terminal.h"
#include "homework/client/student/draft.h"

namespace hearth::homework::client {

// How far a draft has come.
struct Progress {
  std::size_t answered = 0;
  std::size_t questions = 0;
  bool sent = false;  // a receipt exists for exactly these answers
};

struct BoardRow {
  TestInfo info;
  std::optional<Progress> draft;

  // Something is left to be done: nothing was received, or the draft was changed since.
  bool isUrgent() const;
};

// Open tests first, then those that may be submitted again, then the rest; each by deadline.
std::vector<BoardRow> makeBoard(const TestList& list, const std::vector<Draft>& drafts);

// Rows that something can be done about; they come first on the board and are numbered from 1.
std::size_t countOpen(const std::vector<BoardRow>& board);

struct BoardHead {
  std::string studentId;
  std::string course;
};

// The lines of the board; a table where the width allows, else a block per test.
std::vector<std::string> boardLines(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone,
                                    Instant now, const Style& style);
// Everything about one test, a fact a line.
std::vector<std::string> testLines(const BoardRow& row, const Zone& zone, Instant now, const Style& style);
Json boardJson(const BoardHead& head, const std::vector<BoardRow>& board, const Zone& zone, Instant now);

// `draft 4 of 6`, `not started`, `5 of 6 points`, ...
std::string stateText(const BoardRow& row, const Zone& zone, Instant now, const Style& style);
// `due today 23:00, in 2 h 18 min`; of a test that can no longer be changed when it was received or closed.
std::string timeText(const TestInfo& info, const Zone& zone, Instant now, const Style& style);

// The row that `name` means: `subject/test`, or the test's id alone where only one subject has it. Failures: kUsage
// with the name that was perhaps meant, and the names to choose from.
Result<const BoardRow*> findRow(const std::vector<BoardRow>& board, const std::string& name, const Style& style);

}  // namespace hearth::homework::client
