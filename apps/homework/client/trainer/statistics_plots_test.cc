#include "homework/client/trainer/statistics_plots.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "homework/client/trainer/statistics_text.h"
#include "homework/client/trainer/svg_plot.h"

namespace hearth::homework::client {
namespace {

Instant at(const char* text) { return *parseInstant(text); }

ClassBoard scoredBoard() {
  ClassBoard board;
  board.test.ref = {"os", "test01"};
  board.test.title = "Kernels";
  board.test.due = at("2019-04-08T21:00:00Z");
  board.submissions = {at("2019-04-06T10:00:00Z"), at("2019-04-08T20:30:00Z"), at("2019-04-08T21:00:00Z")};
  addReport(board,
            *parseJson(R"({"at": "2019-04-08T21:01:02Z", "students": [], "statistics": {"n": 12, "mean": "3.4",
      "median": "3.5", "sd": "1.1", "histogram": [{"from": 0, "to": 0, "count": 1}, {"from": 1, "to": 1, "count": 11}],
      "sheets": 12, "alpha": "0.71", "sem": "0.9",
      "questions": [{"questionId": "<1>", "n": 12, "right": 9, "omitted": 1, "facility": "0.75", "low": "0.47",
                     "high": "0.91", "discrimination": "-0.20", "flags": ["negative"],
                     "options": [{"id": "a", "right": true, "upper": 4, "lower": 5, "all": 9},
                                 {"id": "b", "right": false, "upper": 2, "lower": 0, "all": 2}]},
                    {"questionId": "2", "n": 12, "right": 12, "facility": "1.00", "low": "0.76", "high": "1.00"}]}})"));
  return board;
}

TEST(StatisticsPlots, AreValidAccessibleAndWithoutScripts) {
  const auto plots = statisticsPlots(scoredBoard(), {}, at("2019-04-09T00:00:00Z"));
  ASSERT_EQ(plots.size(), 4u);
  for (const StatisticsPlot& plot : plots) {
    pugi::xml_document document;
    const auto parsed = document.load_string(plot.document.c_str(), pugi::parse_full);
    ASSERT_TRUE(parsed) << plot.name << ": " << parsed.description();
    const pugi::xml_node svg = document.child("svg");
    EXPECT_STREQ(svg.attribute("role").value(), "img");
    EXPECT_EQ(svg.attribute("aria-labelledby").value(), plot.name + "-title " + plot.name + "-desc");
    EXPECT_STREQ(svg.first_child().name(), "title");
    EXPECT_STRNE(svg.child_value("title"), "");
    EXPECT_STRNE(svg.child_value("desc"), "");
    for (const char* forbidden : {"<script", "onload", "href", "style=", "url("})
      EXPECT_EQ(plot.document.find(forbidden), std::string::npos) << forbidden;
    EXPECT_GE(plot.table.size(), 2u);
  }
}

TEST(StatisticsPlots, MarkWhatIsNotableByShapeToo) {
  const auto plots = statisticsPlots(scoredBoard(), {}, at("2019-04-09T00:00:00Z"));
  const std::string& scatter = plots[2].element;
  EXPECT_NE(scatter.find("<path"), std::string::npos);  // the diamond of Q1; Q2 has no discrimination
  EXPECT_EQ(scatter.find("<circle"), std::string::npos);
  EXPECT_NE(scatter.find("Q&lt;1&gt;"), std::string::npos);
}

TEST(StatisticsPlots, LabelQuestionsAtOnePlaceTogether) {
  ClassBoard board = scoredBoard();
  board.statistics.questions[1] = board.statistics.questions[0];
  board.statistics.questions[1].questionId = "2";
  const std::string scatter = statisticsPlots(board, {}, at("2019-04-09T00:00:00Z"))[2].element;
  EXPECT_NE(scatter.find(">&lt;1&gt;, 2</text>"), std::string::npos) << scatter;
}

TEST(StatisticsPlots, BeginWithTheSubmissions) {
  ClassBoard board;
  EXPECT_TRUE(statisticsPlots(board, {}, at("2019-04-09T00:00:00Z")).empty());
  board.test.due = at("2019-04-08T21:00:00Z");
  board.submissions = {at("2019-04-08T20:00:00Z")};
  ASSERT_EQ(statisticsPlots(board, {}, at("2019-04-08T20:30:00Z")).size(), 1u);
}

TEST(SubmissionSpans, EndWithTheDeadlineWhichIsInTime) {
  ClassBoard board;
  board.test.due = at("2019-04-08T21:00:00Z");
  board.submissions = {at("2019-03-01T00:00:00Z"), at("2019-04-08T20:00:00Z"), at("2019-04-08T21:00:00Z"),
                       at("2019-04-08T21:00:01Z")};
  const auto spans = submissionSpans(board, std::chrono::minutes(60));
  ASSERT_EQ(spans.size(), 7u * 24 + 1);
  EXPECT_EQ(spans.front().count, 1u);  // from before the week
  EXPECT_TRUE(spans.front().earlier);
  EXPECT_FALSE(spans[166].earlier);
  EXPECT_EQ(spans[166].count, 1u);
  EXPECT_EQ(spans[167].count, 1u);
  EXPECT_EQ(spans[167].from, at("2019-04-08T20:00:00Z"));
  EXPECT_EQ(spans[168].count, 1u);
}

TEST(SubmissionSpans, SayWhatIsFromBeforeThem) {
  ClassBoard board;
  board.test.due = at("2019-04-08T21:00:00Z");
  board.submissions = {at("2019-03-01T00:00:00Z"), at("2019-04-08T20:00:00Z")};
  const auto text = [&] {
    std::string out;
    for (const std::string& line : statisticsLines(board, {}, at("2019-04-09T00:00:00Z"), {})) out += line + "\n";
    return out + statisticsPlots(board, {}, at("2019-04-09T00:00:00Z"))[0].element;
  };
  EXPECT_NE(text().find("  before "), std::string::npos) << text();
  EXPECT_NE(text().find("<title>before "), std::string::npos) << text();
  EXPECT_NE(text().find("2 submissions"), std::string::npos) << text();
  board.submissions.erase(board.submissions.begin());
  EXPECT_EQ(text().find("before 2"), std::string::npos) << text();
  EXPECT_NE(text().find("1 submission,"), std::string::npos) << text();
}

TEST(StatisticsText, TellsEverythingWithinTheWidth) {
  for (const std::size_t width : {40u, 80u}) {
    Style style;
    style.width = width;
    style.charset = Charset::kAscii;
    std::string text;
    for (const std::string& line : statisticsLines(scoredBoard(), {}, at("2019-04-09T00:00:00Z"), style)) {
      EXPECT_LE(columns(line), width) << line;
      text += (text.empty() || text.back() == ' ' ? "" : " ") +
              line.substr(std::min(line.size(), line.find_first_not_of(' ')));
    }
    for (const char* fact : {"12 scores, mean 3.4, median 3.5", "alpha 0.71", "9 of 12 right, 75 % (47 % to 91 %)",
                             "discrimination -0.20", "a* 9 (4/5)", "who got it right did worse"})
      EXPECT_NE(text.find(fact), std::string::npos) << fact << "\n" << text;
  }
}

TEST(XmlText, HoldsAnything) {
  EXPECT_EQ(xmlText("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(xmlText(std::string("\x00\x1b", 2)), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(xmlText("\xFF"), "\xEF\xBF\xBD");
}

TEST(CountTicks, AreFewAndWhole) {
  for (const std::size_t most : {0u, 1u, 7u, 8u, 30u, 300u, 12'345u}) {
    EXPECT_LE(countTicks(most).size(), 8u) << most;
    EXPECT_EQ(countTicks(most).front().label, "0");
  }
}

}  // namespace
}  // namespace hearth::homework::client
