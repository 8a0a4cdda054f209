// The board, scoring, grades and statistics; reminders, extensions and regrades are in class_desk_changes.cc.
#include "homework/client/trainer/class_desk.h"

#include <filesystem>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/board_page.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/class_board_text.h"
#include "homework/client/trainer/csv.h"
#include "homework/client/trainer/short_time.h"
#include "homework/client/trainer/statistics_plots.h"
#include "homework/client/trainer/statistics_text.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kPageKey = "scoring/board.html";
constexpr std::chrono::minutes kPageValidity{60};

std::string csvOf(const Table& table) {
  std::string out;
  for (const auto& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csvCell(row[i]);
    out += "\r\n";
  }
  return out;
}

}  // namespace

Result<PublishedCourse> ClassDesk::published() {
  HOMEWORK_CHECK(desk_.openDeployment());
  return readPublishedCourse(desk_.cloud(), desk_.deployment());
}

Result<std::vector<ClassBoard>> ClassDesk::boards(const PublishedCourse& published, const std::string& test) {
  HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(published.catalogue, test));
  std::vector<ClassBoard> boards;
  for (const PublishedTest& wanted : tests) {
    HOMEWORK_TRY(ClassBoard board, readClassBoard(desk_.cloud(), desk_.deployment(), published, wanted));
    boards.push_back(std::move(board));
  }
  return boards;
}

Status ClassDesk::status(const StatusOptions& options) {
  HOMEWORK_TRY(const PublishedCourse course, published());
  std::vector<ClassBoard> all;
  // A program is told of a course without tests, too.
  if (!desk_.json() || !options.test.empty() || !course.catalogue.tests.empty()) {
    HOMEWORK_TRY(all, boards(course, options.test));
  }
  if (options.page || options.upload) return writePage(options, course, all);
  if (desk_.json()) {
    JsonArray list;
    for (const ClassBoard& board : all) list.push_back(classBoardJson(board));
    desk_.print(JsonObject{
        {"course", course.course.name}, {"now", formatInstant(desk_.now())}, {"tests", std::move(list)}});
    return Done{};
  }
  for (const ClassBoard& board : all) {
    desk_.print(classBoardLines(board, course.catalogue.zone, desk_.now(), desk_.terminal().style()));
    desk_.terminal().say("");
  }
  return Done{};
}

Status ClassDesk::writePage(const StatusOptions& options, const PublishedCourse& published,
                            const std::vector<ClassBoard>& boards) {
  const std::string page = boardPage(published.course, boards, published.catalogue.zone, desk_.now());
  JsonObject said;
  if (options.page) {
    replaceFile(options.out, page);
    said["file"] = std::filesystem::absolute(options.out).string();
    desk_.terminal().note("Written to " + options.out + ". It names students: keep it to yourself.");
  }
  if (options.upload) {
    const Deployment& deployment = desk_.deployment();
    HOMEWORK_CHECK(putObject(desk_.cloud(), deployment.dataBucket, kPageKey, page,
                             {"text/html; charset=utf-8", "retention=course", "no-store", {}}));
    const std::string url = desk_.cloud().presignedObject(deployment.dataBucket, kPageKey, kPageValidity);
    said["url"] = url;
    said["validMinutes"] = kPageValidity.count();
    if (!desk_.json()) desk_.terminal().say(url);
    desk_.terminal().note("Whoever has this address can read the board for " +
                          std::to_string(kPageValidity.count()) + " minutes.");
  }
  if (desk_.json()) desk_.print(said);
  return Done{};
}

Status ClassDesk::score(const ScoringRequest& request) {
  HOMEWORK_CHECK(desk_.openDeployment());
  ScoringRequest resolved = request;
  if (!request.test.empty()) {
    HOMEWORK_TRY(const PublishedCourse course, published());
    HOMEWORK_TRY(const PublishedTest test, findTest(course.catalogue, request.test));
    resolved.test = test.ref.path();
    const Instant now = desk_.now();
    if (!request.now && !request.dryRun && now < test.onTimeUntil()) {
      return Failure{
          Exit::kUsage,
          test.ref.path() + " is open until " + dayLocal(test.due, course.catalogue.zone, now) +
              (now < test.due ? ", " + tellDistance(test.due, now) : "") + "; it is scored then by itself.",
          "To score what is there already:  " + commandFor(desk_.name(), "score " + request.test + " --now") +
              " . Whoever has a score cannot submit again."};
    }
  }
  desk_.terminal().note("Scoring on " + desk_.cloud().access().described() + " ...");
  HOMEWORK_TRY(const Json outcome, runScoring(desk_.cloud(), desk_.deployment(), resolved));
  if (desk_.json()) {
    desk_.print(outcome);
  } else {
    desk_.print(scoringLines(outcome));
  }
  if (!arrayMember(outcome, "problems").empty()) {
    return Failure{Exit::kRejected, "Not everything could be scored.",
                   "Running it again is safe:  trainer score . What stands in the way:  trainer status",
                   desk_.json()};
  }
  return Done{};
}

Status ClassDesk::exportGrades(const GradesOptions& options) {
  if (options.separator.size() != 1 || std::string_view(",;\t").find(options.separator) == std::string_view::npos) {
    return Failure{Exit::kUsage, "A separator is  ,  or  ;  or a tab.",
                   "Spreadsheets of many countries want  trainer grades export --locale ';'"};
  }
  HOMEWORK_TRY(const PublishedCourse course, published());
  HOMEWORK_TRY(const std::vector<ClassBoard> all, boards(course, ""));
  if (desk_.json() && options.out.empty()) {
    desk_.print(gradesJson(all));
    return Done{};
  }
  const std::string csv = gradesCsv(all, {options.separator.front(), options.byteOrderMark});
  if (options.out.empty()) {
    desk_.terminal().send(csv);
    return Done{};
  }
  replaceFile(options.out, csv);
  if (desk_.json()) desk_.print(JsonObject{{"file", std::filesystem::absolute(options.out).string()}});
  desk_.terminal().note("Written to " + options.out + ".");
  return Done{};
}

Status ClassDesk::stats(const StatsOptions& options) {
  HOMEWORK_TRY(const PublishedCourse course, published());
  HOMEWORK_TRY(const PublishedTest test, findTest(course.catalogue, options.test));
  HOMEWORK_TRY(const ClassBoard board, readClassBoard(desk_.cloud(), desk_.deployment(), course, test));
  const homework::Zone& zone = course.catalogue.zone;
  JsonArray files;
  if (!options.svg.empty()) {
    const std::filesystem::path folder = options.svg;
    const std::vector<StatisticsPlot> plots = statisticsPlots(board, zone, desk_.now());
    for (const StatisticsPlot& plot : plots) {
      replaceFile(folder / (plot.name + ".svg"), plot.document);
      replaceFile(folder / (plot.name + ".csv"), csvOf(plot.table));
      files.push_back(Json((folder / (plot.name + ".svg")).string()));
    }
    replaceFile(folder / "index.html", statisticsPage(board, plots));
    files.push_back(Json((folder / "index.html").string()));
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"test", test.ref.path()},
                           {"scoredAt", board.scoredAt ? Json(formatInstant(*board.scoredAt)) : Json()},
                           {"submissions", board.submissions.size()},
                           {"statistics", statisticsJson(board.statistics)},
                           {"files", std::move(files)}});
    return Done{};
  }
  desk_.print(statisticsLines(board, zone, desk_.now(), desk_.terminal().style()));
  if (!files.empty())
    desk_.terminal().note("The plots with their tables: " +
                          (std::filesystem::path(options.svg) / "index.html").string());
  return Done{};
}

}  // namespace hearth::homework::client
