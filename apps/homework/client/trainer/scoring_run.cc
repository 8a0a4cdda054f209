#include "homework/client/trainer/scoring_run.h"

#include <algorithm>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

Result<Json> invoke(Cloud& cloud, const std::string& function, const std::string& what, const JsonObject& event) {
  AwsCall call;
  call.service = "lambda";
  call.path = "/2015-03-31/functions/" + percentEncoded(function) + "/invocations";
  call.headers = {{"Content-Type", "application/json"}, {"X-Amz-Invocation-Type", "RequestResponse"}};
  call.body = writeJson(event);
  HOMEWORK_TRY(const AwsAnswer answer, cloud.require("run the function of " + what, call));
  const auto document = parseJson(answer.http.body);
  if (answer.http.findHeader("x-amz-function-error")) {
    const std::string log =
        cloud.access().endpoint.empty() ? "aws logs tail /aws/lambda/" + function : "hearth logs " + function;
    const std::string said =
        document ? cleanedLine(stringMember(*document, "errorMessage"), Charset::kUtf8, 1000) : "";
    return Failure{Exit::kRejected, "The function of " + what + " failed: " + said,
                   "Its log:  " + log + "  Running it again is safe."};
  }
  if (!document || !document->is_object()) {
    return Failure{Exit::kRejected, "The answer of the function of " + what + " is not understood.",
                   "Running it again is safe."};
  }
  return *document;
}

std::string serverTime(const Cloud& cloud) {
  return formatInstant(std::chrono::floor<std::chrono::seconds>(cloud.now()));
}

std::string scoreText(const Json& score) {
  const auto number = [&](const char* name) { return std::to_string(integerMember(score, name).value_or(0)); };
  return number("score") + " (" +
         plural(static_cast<std::size_t>(std::max<std::int64_t>(0, integerMember(score, "points").value_or(0))),
                "point") +
         ")";
}

std::string textOf(const Json& value) {
  const auto* text = value.if_string();
  return text == nullptr ? "" : cleanedLine({text->data(), text->size()}, Charset::kUtf8, 500);
}

// `student01 4 (5 of 6)`
std::string gradedText(const Json& student) {
  std::string text = cleanedLine(stringMember(student, "studentId"));
  if (const auto score = integerMember(student, "score")) text += " " + std::to_string(*score);
  const auto points = integerMember(student, "points");
  const auto most = integerMember(student, "maxPoints");
  if (points && most) text += " (" + std::to_string(*points) + " of " + std::to_string(*most) + ")";
  return text;
}

void addNamed(std::vector<std::string>& lines, const char* name, const std::string& items) {
  for (const std::string& line : wrapped(items.empty() ? "" : name + std::string(": ") + items, 78, "    "))
    lines.push_back(line);
}

}  // namespace

Result<Json> runScoring(Cloud& cloud, const Deployment& deployment, const ScoringRequest& request) {
  // Who runs it by hand reads here that there was nothing to do, and needs no mail about it.
  JsonObject event{{"now", request.now}, {"dryRun", request.dryRun}, {"quiet", true}, {"time", serverTime(cloud)}};
  if (!request.test.empty()) event["test"] = request.test;
  return invoke(cloud, deployment.scoreFunction, "scoring", event);
}

Result<Json> runRegrade(Cloud& cloud, const Deployment& deployment, const RegradeRequest& request) {
  return invoke(cloud, deployment.scoreFunction, "scoring",
                {{"regrade", true},
                 {"test", request.test},
                 {"reason", request.reason},
                 {"dryRun", request.dryRun},
                 {"time", serverTime(cloud)}});
}

Result<Json> runNotify(Cloud& cloud, const Deployment& deployment, const NotifyRequest& request) {
  const std::size_t name = deployment.notifyFunctionArn.rfind(':');
  if (name == std::string::npos) {
    return Failure{Exit::kUsage, "The stacks of " + deployment.name + " are from before there were reminders.",
                   "Bring them up to date with  trainer deploy"};
  }
  JsonObject event{
      {"kind", request.kind}, {"test", request.test}, {"again", request.again}, {"dryRun", request.dryRun}};
  if (request.onlyWaiting) event["students"] = JsonArray();
  if (!request.students.empty()) event["students"] = JsonArray(request.students.begin(), request.students.end());
  return invoke(cloud, deployment.notifyFunctionArn.substr(name + 1), "notices", event);
}

std::vector<std::string> mailCountLines(const Json& outcome) {
  std::vector<std::string> lines;
  if (const Json* mails = findMember(outcome, "mails")) {
    const auto count = [&](const char* name) { return std::to_string(integerMember(*mails, name).value_or(0)); };
    lines.push_back("mails: " + count("sent") + " sent, " + count("failed") + " failed, " + count("pending") +
                    " pending");
    if (integerMember(*mails, "failed").value_or(0) > 0) lines.push_back("See  trainer mail list --failed");
  }
  for (const Json& problem : arrayMember(outcome, "problems")) lines.push_back("PROBLEM: " + textOf(problem));
  return lines;
}

std::vector<std::string> scoringLines(const Json& outcome) {
  std::vector<std::string> lines;
  const bool dry = boolMember(outcome, "dryRun");
  for (const Json& board : arrayMember(outcome, "tests")) {
    std::size_t graded = 0;
    std::size_t missing = 0;
    std::string others;
    std::string gradedNames;
    std::string missingNames;
    for (const Json& student : arrayMember(board, "students")) {
      const std::string status = stringMember(student, "status");
      graded += status == "graded" ? 1 : 0;
      missing += status == "missing" ? 1 : 0;
      if (status == "graded") gradedNames += (gradedNames.empty() ? "" : ", ") + gradedText(student);
      if (status == "missing")
        missingNames += (missingNames.empty() ? "" : ", ") + cleanedLine(stringMember(student, "studentId"));
      if (status != "graded" && status != "missing") {
        others += ", " + cleanedLine(stringMember(student, "studentId")) + " " + cleanedLine(status);
      }
    }
    lines.push_back(cleanedLine(stringMember(board, "subject")) + "/" + cleanedLine(stringMember(board, "testId")) +
                    ": " + std::to_string(graded) + " graded, " + std::to_string(missing) + " missing" + others +
                    (boolMember(board, "closed") ? "" : " (still open)"));
    if (dry) addNamed(lines, "graded", gradedNames);
    addNamed(lines, "missing", missingNames);
  }
  if (lines.empty()) lines.push_back("There was nothing to score.");
  for (std::string& line : mailCountLines(outcome)) lines.push_back(std::move(line));
  if (dry) {
    lines.push_back(
        "This was a dry run: nothing was written, nothing was mailed. Everybody who is newly graded would "
        "get a mail, the trainer the digest.");
  }
  return lines;
}

std::vector<std::string> regradeLines(const Json& outcome, const Style& style) {
  std::vector<std::string> lines;
  const char* arrow = style.charset == Charset::kUtf8 && !style.accessible ? "  →  " : "  ->  ";
  for (const Json& change : arrayMember(outcome, "changes")) {
    const Json* from = findMember(change, "from");
    const Json* to = findMember(change, "to");
    if (from == nullptr || to == nullptr) continue;
    lines.push_back("  " + fitted(cleanedLine(stringMember(change, "studentId"), style.charset), 16) +
                    scoreText(*from) + arrow + scoreText(*to));
  }
  return lines;
}

}  // namespace hearth::homework::client
