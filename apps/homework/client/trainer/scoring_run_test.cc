#include "homework/client/trainer/scoring_run.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

std::string text(const char* outcome) {
  std::string out;
  for (const std::string& line : scoringLines(*parseJson(outcome))) out += line + "\n";
  return out;
}

TEST(ScoringLines, CountPerTestAndNameTheUnusual) {
  EXPECT_EQ(text(R"({"dryRun": false, "mails": {"sent": 2, "failed": 1, "pending": 0}, "tests": [
              {"subject": "os", "testId": "test01", "closed": true, "students": [
                {"studentId": "s1", "status": "graded"}, {"studentId": "s2", "status": "missing"},
                {"studentId": "s3", "status": "invalid"}]}], "problems": []})"),
            "os/test01: 1 graded, 1 missing, s3 invalid\n    missing: s2\n"
            "mails: 2 sent, 1 failed, 0 pending\n"
            "See  trainer mail list --failed\n");
}

TEST(ScoringLines, SayWhatDidNotHappen) {
  EXPECT_EQ(text(R"({"dryRun": true, "tests": []})"),
            "There was nothing to score.\nThis was a dry run: nothing was written, nothing was mailed. Everybody "
            "who is newly graded "
            "would get a mail, the trainer the digest.\n");
  EXPECT_EQ(text(R"({"tests": [], "problems": ["os/test02: keys/x: NoSuchKey\u001b"]})"),
            "There was nothing to score.\nPROBLEM: os/test02: keys/x: NoSuchKey\n");
}

TEST(RegradeLines, AreFromOldToNew) {
  Style ascii;
  ascii.charset = Charset::kAscii;
  const auto lines = regradeLines(*parseJson(R"({"changes": [{"studentId": "s1", "from": {"score": 3, "points": 4},
                                               "to": {"score": 4, "points": 5}}, {"studentId": "s2"}]})"),
                                  ascii);
  EXPECT_EQ(lines, (std::vector<std::string>{"  s1              3 (4 points)  ->  4 (5 points)"}));
}

}  // namespace
}  // namespace hearth::homework::client
