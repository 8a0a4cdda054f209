// The plots of a test, each with the table of the same numbers.
#pragma once

#include <string>
#include <vector>

#include "homework/client/trainer/class_board.h"

namespace hearth::homework::client {

using Table = std::vector<std::vector<std::string>>;  // the first row is the head

struct StatisticsPlot {
  std::string name;  // of its files: scores, facility, discrimination, submissions
  std::string title;
  std::string element;   // <svg ...>
  std::string document;  // the same as a file
  Table table;
};

// Scores and questions once the test was scored, submissions as soon as there are any.
std::vector<StatisticsPlot> statisticsPlots(const ClassBoard& board, const homework::Zone& zone, Instant now);

// How many submissions arrived in each span of the week before the end.
struct Span {
  Instant from{};
  std::size_t count = 0;
  bool earlier = false;  // it also counts what arrived before it
};
std::vector<Span> submissionSpans(const ClassBoard& board, std::chrono::minutes length);

// All plots with their tables as one page without scripts.
std::string statisticsPage(const ClassBoard& board, const std::vector<StatisticsPlot>& plots);

// `<table>` with the first row as head; cells escaped.
std::string htmlTable(const Table& table, const std::string& caption);

}  // namespace hearth::homework::client
