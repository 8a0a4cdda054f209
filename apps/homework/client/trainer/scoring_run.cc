#include "homework/client/trainer/scoring_run.h"

#include "homework/client/common/text.h"

namespace hearth::homework::client {

Result<Json> runScoring(Cloud& cloud, const Deployment& deployment, const ScoringRequest& request) {
  JsonObject event{{"now", request.now},
                   {"dryRun", request.dryRun},
                   {"time", formatInstant(std::chrono::floor<std::chrono::seconds>(cloud.now()))}};
  if (!request.test.empty()) event["test"] = request.test;
  AwsCall call;
  call.service = "lambda";
  call.path = "/2015-03-31/functions/" + percentEncoded(deployment.scoreFunction) + "/invocations";
  call.headers = {{"Content-Type", "application/json"}, {"X-Amz-Invocation-Type", "RequestResponse"}};
  call.body = writeJson(event);
  HOMEWORK_TRY(const AwsAnswer answer, cloud.require("run the scoring function", call));
  const auto document = parseJson(answer.http.body);
  if (answer.http.findHeader("x-amz-function-error")) {
    const std::string log = cloud.access().endpoint.empty()
                                ? "aws logs tail /aws/lambda/" + deployment.scoreFunction
                                : "hearth logs " + deployment.scoreFunction;
    const std::string said =
        document ? cleanedLine(stringMember(*document, "errorMessage"), Charset::kUtf8, 1000) : "";
    return Failure{Exit::kRejected, "The scoring function failed: " + said,
                   "Its log:  " + log + "  Running it again is safe."};
  }
  if (!document || !document->is_object()) {
    return Failure{Exit::kRejected, "The scoring function's answer is not understood.", ""};
  }
  return *document;
}

std::vector<std::string> scoringLines(const Json& outcome) {
  std::vector<std::string> lines;
  const bool dry = boolMember(outcome, "dryRun");
  for (const Json& board : arrayMember(outcome, "tests")) {
    std::size_t graded = 0;
    std::size_t missing = 0;
    std::string others;
    for (const Json& student : arrayMember(board, "students")) {
      const std::string status = stringMember(student, "status");
      graded += status == "graded" ? 1 : 0;
      missing += status == "missing" ? 1 : 0;
      if (status != "graded" && status != "missing") {
        others += ", " + cleanedLine(stringMember(student, "studentId")) + " " + cleanedLine(status);
      }
    }
    lines.push_back(cleanedLine(stringMember(board, "subject")) + "/" + cleanedLine(stringMember(board, "testId")) +
                    ": " + std::to_string(graded) + " graded, " + std::to_string(missing) + " missing" + others +
                    (boolMember(board, "closed") ? "" : " (still open)"));
  }
  if (lines.empty()) lines.push_back("There was nothing to score.");
  if (const Json* mails = findMember(outcome, "mails")) {
    const auto count = [&](const char* name) { return std::to_string(integerMember(*mails, name).value_or(0)); };
    lines.push_back("mails: " + count("sent") + " sent, " + count("failed") + " failed, " + count("pending") +
                    " pending");
    if (integerMember(*mails, "failed").value_or(0) > 0) lines.push_back("See  trainer mail list --failed");
  }
  for (const Json& problem : arrayMember(outcome, "problems")) {
    if (const auto* text = problem.if_string()) {
      lines.push_back("PROBLEM: " + cleanedLine({text->data(), text->size()}, Charset::kUtf8, 500));
    }
  }
  if (dry) lines.push_back("This was a dry run: nothing was written, nothing was mailed.");
  return lines;
}

}  // namespace hearth::homework::client
