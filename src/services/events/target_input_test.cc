#include "services/events/target_input.h"

#include <gtest/gtest.h>

#include "services/events/event_path.h"

namespace hearth::services::events {
namespace {

using api::events::Target;

ScheduledEvent event() {
  return {.rule = {"111122223333", "eu-central-1", "weekly"},
          .id = "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
          .time = base::parseIso8601("2019-04-08T21:00:00Z").value(),
          .ingested = base::parseIso8601("2019-04-08T21:00:02Z").value()};
}

Target target() { return {.id = "one", .arn = "arn:aws:lambda:eu-central-1:111122223333:function:score"}; }

Target transformed(std::map<std::string, std::string> paths, std::string text) {
  Target result = target();
  result.inputTransformer.emplace();
  result.inputTransformer->inputPathsMap = std::move(paths);
  result.inputTransformer->inputTemplate = std::move(text);
  return result;
}

// What the target gets, or the fault's message behind "! ".
std::string made(const Target& target) {
  const auto allowed = checkTargetInput(target);
  if (!allowed.ok()) return "!! " + allowed.fault().message;
  const auto input = makeTargetInput(target, event());
  return input.ok() ? *input : "! " + input.fault().message;
}

TEST(TargetInput, TheScheduledEvent) {
  EXPECT_EQ(
      made(target()),
      R"({"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event",)"
      R"("source":"aws.events","account":"111122223333","time":"2019-04-08T21:00:00Z","region":"eu-central-1",)"
      R"("resources":["arn:aws:events:eu-central-1:111122223333:rule/weekly"],"detail":{}})");
}

TEST(TargetInput, InputStandsAsItIsGiven) {
  Target given = target();
  given.input = "{ \"course\" : \"os\" }";
  EXPECT_EQ(made(given), "{ \"course\" : \"os\" }");
  given.input = "score everything";
  EXPECT_TRUE(made(given).starts_with("!! JSON syntax error in input for target one : ")) << made(given);
}

TEST(TargetInput, InputPathPicksFromTheEvent) {
  Target given = target();
  for (const auto& [path, expected] : std::map<std::string, std::string>{
           {"$.time", "\"2019-04-08T21:00:00Z\""},
           {"$.detail-type", "\"Scheduled Event\""},
           {"$.resources[0]", "\"arn:aws:events:eu-central-1:111122223333:rule/weekly\""},
           {"$.detail", "{}"},
           {"$.detail.week", "! the event has nothing at $.detail.week"},
           {"$.resources[1]", "! the event has nothing at $.resources[1]"},
           {"time", "!! Invalid InputPath for target one : the JSON path time does not begin with $."},
           {"$..time", "!! Invalid InputPath for target one : the JSON path $..time has an empty name."},
           {"$.a[x]",
            "!! Invalid InputPath for target one : the JSON path $.a[x] has brackets around what is no "
            "index."},
           {"$.*",
            "!! Invalid InputPath for target one : the JSON path $.* has a wildcard, which is not "
            "supported."}}) {
    given.inputPath = path;
    EXPECT_EQ(made(given), expected) << path;
  }
  given.inputPath = "$";
  EXPECT_EQ(made(given), made(target()));
}

TEST(TargetInput, TemplatesOfText) {
  const std::map<std::string, std::string> paths{
      {"when", "$.time"}, {"from", "$.resources"}, {"no", "$.detail.no"}};
  EXPECT_EQ(made(transformed(paths, "\"at <when>, by <from>, <no>.\"")),
            "\"at 2019-04-08T21:00:00Z, by [arn:aws:events:eu-central-1:111122223333:rule/weekly], .\"");
  EXPECT_EQ(made(transformed(paths, R"("a \"<when>\" b")")), R"("a \"2019-04-08T21:00:00Z\" b")");
  // Signs that are no placeholder, also unfinished ones.
  EXPECT_EQ(made(transformed(paths, R"("1 < 2 <> <a b> <")")), R"("1 < 2 <> <a b> <")");
}

TEST(TargetInput, TemplatesOfObjects) {
  const std::map<std::string, std::string> paths{
      {"when", "$.time"}, {"from", "$.resources"}, {"no", "$.detail.no"}};
  EXPECT_EQ(made(transformed(paths, R"({"time": <when>, "week": "w <when>", "by": <from>, "no": <no>})")),
            R"({"time": "2019-04-08T21:00:00Z", "week": "w 2019-04-08T21:00:00Z", )"
            R"("by": ["arn:aws:events:eu-central-1:111122223333:rule/weekly"], "no": ""})");
  EXPECT_EQ(made(transformed(paths, R"({"by": "<from>"})")),
            "! the value of <from> is no text, and stands between quotation marks");
  EXPECT_TRUE(made(transformed(paths, "at <when>")).starts_with("! what the input template gives is no JSON"));
}

TEST(TargetInput, PredefinedVariables) {
  EXPECT_EQ(
      made(transformed({}, R"("<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>")")),
      R"("weekly arn:aws:events:eu-central-1:111122223333:rule/weekly 2019-04-08T21:00:02Z")");
  EXPECT_EQ(made(transformed({}, "<aws.events.event.json>")), made(target()));
  EXPECT_EQ(made(transformed({}, R"({"event": <aws.events.event>})")),
            R"({"event": {"id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","account":"111122223333",)"
            R"("detailType":"Scheduled Event","time":"2019-04-08T21:00:00Z","source":"aws.events",)"
            R"("region":"eu-central-1","resources":["arn:aws:events:eu-central-1:111122223333:rule/weekly"],)"
            R"("version":"0"}})");
}

TEST(TargetInput, RefusedTransformers) {
  EXPECT_EQ(made(transformed({}, "\"<week>\"")),
            "!! InputTemplate for target one contains invalid placeholder week.");
  EXPECT_EQ(made(transformed({{"AWS1", "$.time"}}, "\"x\"")),
            "!! InputPathsMap for target one has the reserved key AWS1.");
  EXPECT_TRUE(made(transformed({{"a b", "$.time"}}, "\"x\"")).starts_with("!! 1 validation error detected"));
  EXPECT_TRUE(made(transformed({{"a", "time"}}, "\"x\"")).starts_with("!! Invalid InputPathsMap for target one"));
  std::map<std::string, std::string> many;
  for (int i = 0; i < 101; ++i) many["k" + std::to_string(i)] = "$";
  EXPECT_EQ(made(transformed(many, "\"x\"")), "!! InputPathsMap for target one has more than 100 entries.");
  Target both = transformed({}, "\"x\"");
  both.inputPath = "$";
  EXPECT_EQ(made(both), "!! Only one of Input, InputPath, or InputTransformer must be provided for target one.");
}

}  // namespace
}  // namespace hearth::services::events
