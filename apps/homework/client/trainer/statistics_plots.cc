#include "homework/client/trainer/statistics_plots.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "homework/client/common/text.h"
#include "homework/client/trainer/short_time.h"
#include "homework/client/trainer/svg_plot.h"

namespace hearth::homework::client {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr hours kWeek{7 * 24};
constexpr minutes kSpan{4 * 60};

std::string percentOf(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

std::vector<Tick> shareTicks() { return {{0, "0 %"}, {0.25, "25 %"}, {0.5, "50 %"}, {0.75, "75 %"}, {1, "100 %"}}; }

StatisticsPlot finished(std::string name, std::string title, const SvgPlot& plot, Table table) {
  return {std::move(name), std::move(title), plot.element(), plot.document(), std::move(table)};
}

StatisticsPlot scorePlot(const ClassBoard& board) {
  const TestStatistics& statistics = board.statistics;
  std::size_t most = 1;
  for (const HistogramBar& bar : statistics.histogram) most = std::max(most, bar.count);
  std::vector<Tick> ticks;
  Table table{{"score", "students"}};
  for (const HistogramBar& bar : statistics.histogram) {
    const std::string label =
        bar.from == bar.to ? std::to_string(bar.from) : std::to_string(bar.from) + "-" + std::to_string(bar.to);
    ticks.push_back({(bar.from + bar.to) / 2.0, label});
    table.push_back({label, std::to_string(bar.count)});
  }
  const std::string title = "Scores of " + board.test.ref.path();
  const double from = statistics.histogram.empty() ? -0.5 : statistics.histogram.front().from - 0.5;
  const double to = statistics.histogram.empty() ? 0.5 : statistics.histogram.back().to + 0.5;
  SvgPlot plot("scores", title,
               plural(statistics.n, "score") + ", mean " + statistics.mean + ", median " + statistics.median +
                   ", standard deviation " + statistics.sd + ".",
               {"score", from, to, ticks}, {"students", 0, static_cast<double>(most), countTicks(most)});
  for (const HistogramBar& bar : statistics.histogram) {
    plot.bar(bar.from - 0.5, bar.to + 0.5, static_cast<double>(bar.count), Mark::kPlain,
             plural(bar.count, "student"));
  }
  return finished("scores", title, plot, std::move(table));
}

std::string flagsOf(const QuestionStatistics& question) {
  std::string out;
  for (const ItemFlag flag : question.flags) out += (out.empty() ? "" : ", ") + std::string(itemFlagName(flag));
  return out;
}

bool deservesALook(const QuestionStatistics& question) {
  return question.suspicious() || question.has(ItemFlag::kHard) || question.has(ItemFlag::kEasy);
}

StatisticsPlot facilityPlot(const ClassBoard& board) {
  const std::vector<QuestionStatistics>& questions = board.statistics.questions;
  Table table{{"question", "answered right", "95 % interval", "not answered", "flags"}};
  std::vector<Tick> ticks;
  const std::size_t every = std::max<std::size_t>(1, (questions.size() + 24) / 25);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const QuestionStatistics& question = questions[i];
    if (i % every == 0)
      ticks.push_back({static_cast<double>(i), "Q" + cleanedLine(question.questionId, Charset::kUtf8, 8)});
    table.push_back({question.questionId,
                     std::to_string(question.right) + " of " + std::to_string(question.n) + " (" +
                         percentOf(question.facility) + ")",
                     percentOf(question.low) + " to " + percentOf(question.high), std::to_string(question.omitted),
                     flagsOf(question)});
  }
  const std::string title = "How many got each question of " + board.test.ref.path() + " right";
  SvgPlot plot("facility", title,
               "The share of right answers to each of " + std::to_string(questions.size()) +
                   " questions, with its 95 % interval. A diamond marks a question that deserves a look.",
               {"question", -0.7, static_cast<double>(questions.size()) - 0.3, ticks},
               {"answered right", 0, 1, shareTicks()});
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const QuestionStatistics& question = questions[i];
    const auto x = static_cast<double>(i);
    plot.whisker(x, question.low, question.high);
    plot.point(x, question.facility, deservesALook(question) ? Mark::kNotable : Mark::kPlain, "",
               "Q" + question.questionId + ": " + percentOf(question.facility));
  }
  return finished("facility", title, plot, std::move(table));
}

StatisticsPlot discriminationPlot(const ClassBoard& board) {
  struct Place {
    const QuestionStatistics* question = nullptr;
    std::string labels;
    std::string told;
    Mark mark = Mark::kPlain;
  };
  std::map<std::pair<long, long>, Place> places;
  const std::string title = "Difficulty and discrimination of " + board.test.ref.path();
  SvgPlot plot(
      "discrimination", title,
      "Each question by the share of right answers and by its correlation with the rest of the test. Below "
      "the dashed line, who got it right did worse in the rest.",
      {"answered right", 0, 1, shareTicks()},
      {"discrimination", -1, 1, {{-1, "-1"}, {-0.5, "-0.5"}, {0, "0"}, {0.5, "0.5"}, {1, "1"}}});
  plot.level(0, "");
  Table table{{"question", "answered right", "discrimination"}};
  for (const QuestionStatistics& question : board.statistics.questions) {
    const std::string discrimination =
        question.discrimination ? fixed(*question.discrimination, 2) : std::string("not known");
    table.push_back({question.questionId, percentOf(question.facility), discrimination});
    if (!question.discrimination) continue;
    // Questions at one place share a mark; their labels would cover each other.
    Place& place = places[{std::lround(question.facility * 100), std::lround(*question.discrimination * 50)}];
    place.question = &question;
    place.labels += (place.labels.empty() ? "" : ", ") + cleanedLine(question.questionId, Charset::kUtf8, 8);
    place.told += (place.told.empty() ? "Q" : "; Q") + question.questionId + ": " + percentOf(question.facility) +
                  " right, " + discrimination;
    if (question.suspicious()) place.mark = Mark::kNotable;
  }
  for (const auto& [at, place] : places)
    plot.point(place.question->facility, *place.question->discrimination, place.mark, place.labels, place.told);
  return finished("discrimination", title, plot, std::move(table));
}

StatisticsPlot submissionPlot(const ClassBoard& board, const homework::Zone& zone, Instant now) {
  const std::vector<Span> spans = submissionSpans(board, kSpan);
  std::size_t most = 1;
  std::size_t last = 0;
  for (const Span& span : spans) most = std::max(most, span.count);
  for (const Instant at : board.submissions) last += at > board.test.due - hours(1) && at <= board.test.due ? 1 : 0;
  const auto hour = [&](Instant at) {
    return std::chrono::duration<double, std::ratio<3600>>(at - spans.front().from).count();
  };
  const auto named = [&](const Span& span) {
    return span.earlier ? "before " + dayLocal(span.from + kSpan, zone, now) : dayLocal(span.from, zone, now);
  };
  std::vector<Tick> ticks;
  Table table{{"from", "submissions"}};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i % 6 == 0) ticks.push_back({hour(spans[i].from), shortLocal(spans[i].from, zone, now)});
    if (spans[i].count > 0) table.push_back({named(spans[i]), std::to_string(spans[i].count)});
  }
  const double end = hour(spans.back().from) + std::chrono::duration<double, std::ratio<3600>>(kSpan).count();
  const std::string title = "When answers to " + board.test.ref.path() + " arrived";
  SvgPlot plot("submissions", title,
               plural(board.submissions.size(), "submission") + ", " + std::to_string(last) +
                   " of them in the last hour before the deadline. Each bar is " +
                   std::to_string(std::chrono::duration_cast<hours>(kSpan).count()) + " hours.",
               {"time (" + zone.name + ")", 0, end, ticks},
               {"submissions", 0, static_cast<double>(most), countTicks(most)});
  for (const Span& span : spans) {
    if (span.count == 0) continue;
    const double from = hour(span.from);
    plot.bar(from, from + std::chrono::duration<double, std::ratio<3600>>(kSpan).count(),
             static_cast<double>(span.count), Mark::kPlain, named(span) + ": " + std::to_string(span.count));
  }
  if (hour(board.test.due) <= end) plot.moment(hour(board.test.due), "deadline");
  return finished("submissions", title, plot, std::move(table));
}

}  // namespace

std::vector<Span> submissionSpans(const ClassBoard& board, minutes length) {
  std::vector<Span> spans;
  if (board.submissions.empty()) return spans;
  const auto [first, last] = std::minmax_element(board.submissions.begin(), board.submissions.end());
  // The spans end with the deadline; the first one holds the first submission of the week before it.
  const Instant due = board.test.due;
  const auto before =
      std::min<std::chrono::milliseconds>(kWeek, std::max(due - *first, hours(24) - std::chrono::milliseconds(0)));
  const auto after =
      std::max(std::chrono::milliseconds(0), std::min<std::chrono::milliseconds>(kWeek, *last - due));
  const auto spansBefore = (before + length - std::chrono::milliseconds(1)) / length;
  const auto spansAfter = (after + length - std::chrono::milliseconds(1)) / length;
  for (auto i = -spansBefore; i < spansAfter; ++i) spans.push_back({due + i * length, 0, false});
  for (const Instant at : board.submissions) {
    // A submission at the very end of a span belongs to it: the deadline itself is in time.
    const auto index = (at - spans.front().from - std::chrono::milliseconds(1)) / length;
    const auto bounded = std::clamp<std::int64_t>(index, 0, static_cast<std::int64_t>(spans.size()) - 1);
    ++spans[static_cast<std::size_t>(bounded)].count;
    if (at <= spans.front().from) spans.front().earlier = true;
  }
  return spans;
}

std::vector<StatisticsPlot> statisticsPlots(const ClassBoard& board, const homework::Zone& zone, Instant now) {
  std::vector<StatisticsPlot> plots;
  if (board.scoredAt && board.statistics.n > 0) plots.push_back(scorePlot(board));
  if (board.scoredAt && !board.statistics.questions.empty()) {
    plots.push_back(facilityPlot(board));
    plots.push_back(discriminationPlot(board));
  }
  if (!board.submissions.empty()) plots.push_back(submissionPlot(board, zone, now));
  return plots;
}

std::string htmlTable(const Table& table, const std::string& caption) {
  std::string out = "<table>\n<caption>" + xmlText(caption) + "</caption>\n";
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char* cell = i == 0 ? "th" : "td";
    out += i == 0 ? "<thead><tr>" : "<tr>";
    for (const std::string& text : table[i]) {
      const std::string scope = i == 0 ? " scope=\"col\"" : "";
      out += std::string("<") + cell + scope + ">" + xmlText(text) + "</" + cell + ">";
    }
    out += i == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string statisticsPage(const ClassBoard& board, const std::vector<StatisticsPlot>& plots) {
  const std::string title = "Statistics of " + board.test.ref.path();
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      xmlText(title) +
      "</title>\n<style>\nbody{font-family:sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}\n"
      "svg{max-width:100%;height:auto}\ntable{border-collapse:collapse;margin:.5rem 0 2rem}\n"
      "caption{text-align:left;font-weight:bold}\nth,td{border:1px solid #999;padding:.2rem "
      ".5rem;text-align:left}\n"
      "</style>\n</head>\n<body>\n<h1>" +
      xmlText(title) + "</h1>\n";
  for (const StatisticsPlot& plot : plots) {
    out += "<h2>" + xmlText(plot.title) + "</h2>\n" + plot.element + htmlTable(plot.table, plot.title);
  }
  return out + "</body>\n</html>\n";
}

}  // namespace hearth::homework::client
