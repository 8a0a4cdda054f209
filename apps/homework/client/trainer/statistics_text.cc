#include "homework/client/trainer/statistics_text.h"

#include <cmath>

#include "homework/client/common/text.h"
#include "homework/client/trainer/class_board_text.h"
#include "homework/client/trainer/short_time.h"
#include "homework/client/trainer/statistics_plots.h"
#include "homework/client/trainer/text_bars.h"

namespace hearth::homework::client {
namespace {

using Lines = std::vector<std::string>;

constexpr std::chrono::minutes kDay{24 * 60};

void append(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

std::string percentOf(double share) { return std::to_string(std::lround(share * 100)) + " %"; }

std::string summary(const TestStatistics& statistics) {
  std::string text = plural(statistics.n, "score") + ", mean " + statistics.mean + ", median " + statistics.median +
                     ", standard deviation " + statistics.sd;
  if (statistics.alpha) {
    text += ", Cronbach's alpha " + fixed(*statistics.alpha, 2);
    if (statistics.sem) text += ", standard error of measurement " + fixed(*statistics.sem, 1) + " points";
  } else if (statistics.n > 0) {
    text += ". Too few students or questions to tell how reliable the test is (" +
            std::to_string(kMinStudentsForAlpha) + " and " + std::to_string(kMinQuestionsForAlpha) + " are needed)";
  }
  return text + ".";
}

std::string optionText(const OptionCount& option) {
  return option.id + (option.right ? "*" : "") + " " + std::to_string(option.all) + " (" +
         std::to_string(option.upper) + "/" + std::to_string(option.lower) + ")";
}

Lines questionLines(const TestStatistics& statistics, const Style& style) {
  Lines lines;
  for (const QuestionStatistics& question : statistics.questions) {
    const std::string id = "Q" + cleanedLine(question.questionId, style.charset, 12);
    std::string text = std::to_string(question.right) + " of " + std::to_string(question.n) + " right, " +
                       percentOf(question.facility) + " (" + percentOf(question.low) + " to " +
                       percentOf(question.high) + ")";
    if (question.discrimination) text += ", discrimination " + fixed(*question.discrimination, 2);
    if (question.omitted > 0) text += ", " + std::to_string(question.omitted) + " left open";
    append(lines, barLines({{id, question.facility, percentOf(question.facility)}, {"", 1, ""}}, 2, style));
    lines.pop_back();  // the bar of everybody, which gave the others their scale
    append(lines, wrapped(text, style.width, "      "));
    std::string options;
    for (const OptionCount& option : question.options)
      options += (options.empty() ? "" : std::string(style.separator())) +
                 cleanedLine(optionText(option), style.charset, 60);
    append(lines, wrapped(options, style.width, "      "));
  }
  if (!lines.empty())
    append(lines, wrapped("Options: how many chose it (of the better half / of the other half); * is the key's.",
                          style.width, "  "));
  return lines;
}

Lines adviceLines(const ClassBoard& board, const Style& style) {
  Lines lines;
  for (const QuestionStatistics& question : board.statistics.questions) {
    std::string advice = questionAdvice(question, board.test.ref);
    if (question.has(ItemFlag::kUnusedDistractor)) {
      std::string unused;
      for (const OptionCount& option : question.options)
        if (!option.right && option.all == 0) unused += (unused.empty() ? "" : ", ") + option.id;
      const std::string said = "nobody chose " + unused;
      advice = advice.empty() ? "Q" + question.questionId + ": " + said : advice + " (" + said + ")";
    }
    if (advice.empty()) continue;
    append(lines, wrapped(cleanedLine(advice, style.charset, 500), style.width, "  "));
  }
  return lines;
}

Lines arrivalLines(const ClassBoard& board, const homework::Zone& zone, Instant now, const Style& style) {
  std::vector<TextBar> bars;
  for (const Span& span : submissionSpans(board, kDay))
    bars.push_back({span.earlier ? "before " + shortLocal(span.from + kDay, zone, now)
                                 : "from " + shortLocal(span.from, zone, now),
                    static_cast<double>(span.count), std::to_string(span.count)});
  return barLines(bars, 2, style);
}

}  // namespace

std::vector<std::string> statisticsLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style) {
  const TestStatistics& statistics = board.statistics;
  Lines lines;
  const std::string head = "Statistics" + std::string(style.separator()) + board.test.ref.path() +
                           std::string(style.separator()) + cleanedLine(board.test.title, style.charset, 60);
  for (const std::string& line : wrapped(head, style.width)) lines.push_back(style.bold(line));
  const auto section = [&](const char* name, const Lines& content) {
    if (content.empty()) return;
    lines.emplace_back();
    lines.push_back(style.bold(name));
    append(lines, content);
  };
  if (board.scoredAt) {
    append(lines, wrapped(summary(statistics), style.width));
    std::vector<TextBar> bars;
    for (const HistogramBar& bar : statistics.histogram) {
      const std::string label =
          bar.from == bar.to ? std::to_string(bar.from) : std::to_string(bar.from) + "-" + std::to_string(bar.to);
      bars.push_back({label, static_cast<double>(bar.count), std::to_string(bar.count)});
    }
    section("Scores", barLines(bars, 2, style));
    section("Questions", questionLines(statistics, style));
    section("Worth a look", adviceLines(board, style));
  } else {
    append(lines,
           wrapped("Not scored yet. To see how it stands:  trainer score " + board.test.ref.path() + " --now",
                   style.width));
  }
  section("Submissions, by day", arrivalLines(board, zone, now, style));
  return lines;
}

}  // namespace hearth::homework::client
