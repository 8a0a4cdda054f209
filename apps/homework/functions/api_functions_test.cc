#include "homework/functions/api_fixture.h"

namespace hearth::homework {
namespace {

const std::string kResult = "operating-systems/test01/student01/testResult.json";
const std::string kAttempts = "operating-systems/test01/student01/attempts/";

// ------------------------------------------------------------------- what the original answered, by its own
// vectors

class Golden : public ApiFunctions {
 protected:
  const json::array vectors_ = goldenVectors();
  const json::object& vector(std::string_view name) const { return goldenVector(vectors_, name); }
};

TEST_F(Golden, Tests) {
  EXPECT_EQ(direct(listTests, vector("tests: one outstanding").at("event")),
            vector("tests: one outstanding").at("result"));
  EXPECT_EQ(direct(listTests, vector("tests: unknown student").at("event")),
            vector("tests: unknown student").at("result"));
  course_.store.set(kResult, "[]");
  EXPECT_EQ(direct(listTests, vector("tests: nothing outstanding").at("event")),
            vector("tests: nothing outstanding").at("result"));
}

// B29: the vector has the second subject twice.
TEST_F(Golden, TestsOfTwoSubjects) {
  course_.publish("operating-systems", "test02");
  course_.publish("networks", "test01");
  json::object expected = vector("tests: two subjects").at("result").as_object();
  ASSERT_EQ(expected.at("body").as_array().size(), 3U);
  expected.at("body").as_array().pop_back();
  EXPECT_EQ(direct(listTests, vector("tests: two subjects").at("event")), json::value(expected));
}

TEST_F(Golden, Questions) {
  EXPECT_EQ(direct(getTest, vector("test: ok").at("event")), vector("test: ok").at("result"));
}

// B05: the vector ends in a NameError, after two and a half minutes.
TEST_F(Golden, QuestionsOfAnUnknownTest) {
  const json::value answer = direct(getTest, vector("test: missing").at("event"));
  EXPECT_EQ(answer.at("code").as_int64(), 404);
  EXPECT_EQ(answer.at("body").as_string(), "Error while trying to pull questions. Please contact with teacher!");
}

TEST_F(Golden, Upload) {
  const json::object& upload = vector("upload: ok");
  EXPECT_EQ(direct(submitTest, upload.at("event")), upload.at("result"));
  for (const auto& [key, text] : upload.at("puts").as_object()) {
    EXPECT_EQ(course_.store.body(std::string(key)), std::string(text.as_string())) << key;
  }
}

TEST_F(Golden, UploadWithoutAParameter) {
  const auto before = course_.store.keys();
  for (const char* name : {"upload: missing parameters", "upload: empty testResult"}) {
    EXPECT_EQ(direct(submitTest, vector(name).at("event")), vector(name).at("result"));
  }
  EXPECT_EQ(course_.store.keys(), before);
}

// B10, B11: the vector stores "not a list" under zzz/evil/x/y/.
TEST_F(Golden, UploadOfAStrangerStoresNothing) {
  const auto before = course_.store.keys();
  EXPECT_EQ(direct(submitTest, vector("upload: unknown student").at("event")).at("code").as_int64(), 400);
  EXPECT_EQ(course_.store.keys(), before);
}

// ------------------------------------------------------------------------------------------------- who is asking

// B08, B11: the key says who the student is, on every route.
TEST_F(ApiFunctions, AKeyThatIsNotKnownIsRefusedEverywhere) {
  for (const char* key : {"", "key-nobody", "student01"}) {
    EXPECT_EQ(list(key).status, 401) << key;
    EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "test01"}}, key).status, 401) << key;
    EXPECT_EQ(submit(answers("a"), key).status, 401) << key;
  }
  EXPECT_TRUE(course_.store.keys("operating-systems/").empty());
}

TEST_F(ApiFunctions, SomebodyElsesIdIsForbidden) {
  json::object body = answers("a");
  body["studentId"] = "student02";
  EXPECT_EQ(submit(body).status, 403);
  EXPECT_EQ(list("key-student01", {{"studentId", "student02"}}).status, 403);
  for (const json::value& odd : {json::value(1), json::value(""), json::value(json::array{"student01"})}) {
    body["studentId"] = odd;
    EXPECT_EQ(submit(body).status, 403);
  }
  EXPECT_TRUE(course_.store.keys("operating-systems/").empty());
  body["studentId"] = "student01";
  EXPECT_EQ(submit(body).status, 200);
}

TEST_F(ApiFunctions, AStudentWhoLeftTheRosterIsForbidden) {
  course_.store.set("studentsList.json", R"([{"student_id":"student02","email":"x@example.com"}])");
  EXPECT_EQ(list().status, 403);
  EXPECT_EQ(list().message(), "Requested student does not exists");
  EXPECT_EQ(submit(answers("a")).status, 403);
}

// --------------------------------------------------------------------------------------------------- reading
// bodies

// B12, B13, B14: one way to read a body, whatever it is called, and quotes are only characters.
TEST_F(ApiFunctions, TheContentTypeDoesNotMatter) {
  for (const char* type : {"application/json", "application/x-www-form-urlencoded", "text/plain", ""}) {
    json::object event{{"httpMethod", "POST"}, {"body", R"({"studentId":"student01"})"}};
    if (*type != '\0') event["headers"] = {{"Content-Type", type}};
    EXPECT_EQ(send(listTests, event).status, 200) << type;
  }
  const ApiResult encoded =
      send(listTests,
           {{"httpMethod", "POST"}, {"isBase64Encoded", true}, {"body", base64(R"({"studentId":"student01"})")}});
  EXPECT_EQ(encoded.status, 200);
}

TEST_F(ApiFunctions, BodiesThatAreNotJsonObjects) {
  const auto status = [&](const json::value& body) {
    return send(submitTest, {{"httpMethod", "POST"}, {"body", body}}).status;
  };
  EXPECT_EQ(status("{"), 400);
  EXPECT_EQ(status("studentId=student01"), 400);
  EXPECT_EQ(status("[]"), 400);
  EXPECT_EQ(status("\"x\""), 400);
  EXPECT_EQ(status(json::string(100'000, '[')), 400);
  EXPECT_EQ(status(nullptr), 400);
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status(json::string(kMaxBodyBytes + 1, ' ')), 413);
  EXPECT_EQ(send(submitTest, {{"httpMethod", "POST"}, {"isBase64Encoded", true}, {"body", "%%%"}}).status, 400);
  EXPECT_EQ(
      send(submitTest, {{"httpMethod", "POST"}, {"isBase64Encoded", true}, {"body", base64("{\"a\":\"\xff\"}")}})
          .status,
      400);
  EXPECT_TRUE(course_.store.keys("operating-systems/").empty());
}

TEST_F(ApiFunctions, ErrorsCarryTheRequestIdAndNothingInternal) {
  course_.store.trouble = [](std::string_view key) -> std::optional<sdk::Error> {
    if (key != "published/catalogue.json") return std::nullopt;
    return sdk::Error{"InternalError", "disk 7 of host 10.1.1.1", 500, true};
  };
  for (const ApiResult& result :
       {list(), get({{"subjectName", "operating-systems"}, {"testId", "test01"}}), submit(answers("a"))}) {
    EXPECT_EQ(result.status, 503);
    EXPECT_EQ(result.envelope.at("requestId").as_string(), "r-1");
    EXPECT_EQ(json::serialize(result.envelope).find("disk"), std::string::npos);
  }
}

TEST_F(ApiFunctions, AnEventThatIsNonsenseIsAnAnswerToo) {
  for (const char* event : {"", "null", "[]", "{", "\"x\""}) {
    const json::value answer = json::parse(serveApi(listTests, event, time_, ports()));
    EXPECT_EQ(answer.at("code").as_int64(), 400) << event;
  }
}

// ---------------------------------------------------------------------------------------------------------
// list-tests

TEST_F(ApiFunctions, ListTellsHowTheStudentStandsWithEachTest) {
  const ApiResult result = list();
  ASSERT_EQ(result.status, 200);
  EXPECT_EQ(json::serialize(result.envelope.at("body")),
            R"([{"subject":"operating-systems","testIds":["test01"]}])");
  EXPECT_EQ(result.envelope.at("studentId").as_string(), "student01");
  EXPECT_EQ(result.envelope.at("serverTime").as_string(), formatInstant(time_));
  const json::object& test = result.envelope.at("tests").at(0).as_object();
  EXPECT_EQ(test.at("status").as_string(), "open");
  EXPECT_EQ(test.at("dueText").as_string(), "Mon 8 Apr 2019 23:00");
  EXPECT_TRUE(test.at("receivedAt").is_null());

  ASSERT_EQ(submit(answers("a")).status, 200);
  const auto status = [&] { return list().envelope.at("tests").at(0).at("status").as_string(); };
  EXPECT_EQ(status(), "received");
  EXPECT_EQ(list().envelope.at("tests").at(0).at("receivedAt").as_string(), formatInstant(time_));
  EXPECT_TRUE(list().envelope.at("body").as_array().empty());
  EXPECT_EQ(list("key-student02").envelope.at("body").as_array().size(), 1U);
  time_ = kDue + 1h;
  EXPECT_EQ(status(), "done");
  EXPECT_EQ(list("key-student02").envelope.at("tests").at(0).at("status").as_string(), "closed");
  EXPECT_TRUE(list("key-student02").envelope.at("body").as_array().empty());
  course_.store.set("operating-systems/test01/student01/score.json", R"({"score":4,"points":5,"maxPoints":6})");
  EXPECT_EQ(status(), "scored");
  EXPECT_EQ(list().envelope.at("tests").at(0).at("score").at("points").as_int64(), 5);
}

// B10: only the catalogue decides what a test is.
TEST_F(ApiFunctions, StrayKeysAreNotTests) {
  course_.store.set("zzz/evil/x/testResult.json", "[]");
  course_.store.set("operating-systems/test99/questions.json", "[]");
  EXPECT_EQ(list().envelope.at("tests").as_array().size(), 1U);
}

// B26, B28, B02: fifty tests are one entry of their subject; a key that only begins like a result is none.
TEST_F(ApiFunctions, FiftyTestsAreListedOnce) {
  for (int i = 10; i < 59; ++i) course_.publish("operating-systems", "test" + std::to_string(i));
  course_.store.set("operating-systems/test01/student01/testResult.json.bak", "[]");
  const ApiResult result = list();
  ASSERT_EQ(result.envelope.at("body").as_array().size(), 1U);
  EXPECT_EQ(result.envelope.at("body").at(0).at("testIds").as_array().size(), 50U);
}

// B25, B27: no listing at all, and one look per test.
TEST_F(ApiFunctions, ListingCostsAFewReads) {
  course_.catalogue.tests.clear();
  course_.writeCatalogue();
  EXPECT_TRUE(list().envelope.at("body").as_array().empty());
  EXPECT_EQ(course_.store.calls["list"], 0);
  EXPECT_EQ(course_.store.calls["get"], 6);
  EXPECT_EQ(course_.store.calls["head"], 0);
}

TEST_F(ApiFunctions, ATestThatHasNotOpenedIsNotThere) {
  time_ = kOpens - 1ms;
  EXPECT_TRUE(list().envelope.at("tests").as_array().empty());
  EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "test01"}}).status, 404);
  EXPECT_EQ(submit(answers("a")).status, 404);
}

// -----------------------------------------------------------------------------------------------------------
// get-test

TEST_F(ApiFunctions, QuestionsComeWithTheirSetAndDeadline) {
  const ApiResult result = get({{"subjectName", "operating-systems"}, {"testId", "test01"}});
  ASSERT_EQ(result.status, 200);
  EXPECT_EQ(result.envelope.at("body").as_array().size(), 6U);
  EXPECT_EQ(result.envelope.at("test").at("questionSet").as_string(), course_.catalogue.tests[0].questionSet);
}

TEST_F(ApiFunctions, WrongNamesAreRefusedQuickly) {
  EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "nope"}}).status, 404);
  EXPECT_EQ(get({{"subjectName", "nope"}, {"testId", "test01"}}).status, 404);
  EXPECT_EQ(get({{"subjectName", "../x"}, {"testId", "test01"}}).status, 400);
  EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "a/b"}}).status, 400);
  EXPECT_EQ(get({{"subjectName", "keys"}, {"testId", "operating-systems"}}).status, 400);
  EXPECT_EQ(get({{"subjectName", "operating-systems"}}).status, 400);
  EXPECT_EQ(get(nullptr).status, 400);
  time_ = kDue + 61s;
  const ApiResult closed = get({{"subjectName", "operating-systems"}, {"testId", "test01"}});
  EXPECT_EQ(closed.status, 410);
  EXPECT_EQ(closed.message(), "This test closed Mon 8 Apr 2019 23:00 Europe/Warsaw");
}

// B15, B16: the key is never asked for, and a set that is not what its name says is not handed out.
TEST_F(ApiFunctions, TheAnswerKeyIsOutOfReach) {
  course_.store.trouble = [](std::string_view key) -> std::optional<sdk::Error> {
    if (!key.starts_with("keys/")) return std::nullopt;
    ADD_FAILURE() << key;
    return sdk::Error{"AccessDenied", "", 403, false};
  };
  EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "test01"}}).status, 200);
  EXPECT_EQ(submit(answers("a")).status, 200);
  EXPECT_EQ(list().status, 200);
  course_.store.set("published/questions/" + course_.catalogue.tests[0].questionSet + ".json", kSampleKey);
  EXPECT_EQ(get({{"subjectName", "operating-systems"}, {"testId", "test01"}}).status, 503);
}

// --------------------------------------------------------------------------------------------------------
// submit-test

TEST_F(ApiFunctions, ASubmissionIsAnAttemptAResultAndAReceipt) {
  const ApiResult result = submit(answers("a"));
  ASSERT_EQ(result.status, 200);
  EXPECT_EQ(result.message(), "Successfully uploaded test result");
  const json::object& receipt = result.envelope.at("receipt").as_object();
  EXPECT_EQ(receipt.at("receivedAt").as_string(), formatInstant(time_));
  EXPECT_EQ(receipt.at("answered").as_int64(), 2);
  EXPECT_EQ(receipt.at("questions").as_int64(), 6);
  const auto attempts = course_.store.keys(kAttempts);
  ASSERT_EQ(attempts.size(), 1U);
  const auto attempt = parseAttempt(course_.store.body(attempts[0]));
  EXPECT_EQ(std::string_view(receipt.at("code").as_string()), receiptCode(*attempt));
  EXPECT_EQ(attempt->questionSet, course_.catalogue.tests[0].questionSet);
  const auto* stored = course_.store.find(kResult);
  ASSERT_NE(stored, nullptr);
  EXPECT_EQ(stored->body, storedAnswers(attempt->answers));
  EXPECT_EQ(stored->metadata.at("attempt"), attempt->name());
  EXPECT_EQ(stored->metadata.at("question-set"), attempt->questionSet);
}

// B09: attempts stay, the newest counts, the same again changes nothing.
TEST_F(ApiFunctions, ResubmittingKeepsEveryAttemptAndTheLastCounts) {
  const auto code = [](const ApiResult& result) { return result.envelope.at("receipt").at("code").as_string(); };
  const auto first = code(submit(answers("a")));
  time_ += 1min;
  const auto puts = course_.store.calls["put"];
  EXPECT_EQ(code(submit(answers("A"))), first);  // the same answers in another spelling
  EXPECT_EQ(course_.store.calls["put"], puts);
  const auto second = code(submit(answers("b")));
  EXPECT_NE(second, first);
  time_ += 1min;
  EXPECT_NE(code(submit(answers("a"))), first);  // an answer taken back is an attempt of its own
  EXPECT_EQ(course_.store.keys(kAttempts).size(), 3U);
  EXPECT_EQ(course_.store.find(kResult)->body.find("\"b\""), std::string::npos);
}

// A client that lost the reply asks again, perhaps after the deadline, perhaps after the scoring.
TEST_F(ApiFunctions, ALostReplyIsTheSameReceiptWheneverItIsAskedFor) {
  const auto receipt = submit(answers("a")).envelope.at("receipt");
  time_ = kDue + 1h;
  course_.store.set("operating-systems/test01/student01/score.json", R"({"score":4})");
  const ApiResult again = submit(answers("a"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.envelope.at("receipt"), receipt);
  EXPECT_EQ(submit(answers("b")).status, 410);
}

// Who opens a request in time and sends its body after the close has had time to read the right answers.
TEST_F(ApiFunctions, ARequestThatWasHeldBackCountsFromItsArrival) {
  time_ = kDue;
  delivery_ = std::chrono::seconds(20);
  EXPECT_EQ(submit(answers("b")).status, 200);
  delivery_ = std::chrono::seconds(95);
  EXPECT_EQ(submit(answers("a")).status, 410);
  time_ = kDue - std::chrono::hours(1);
  EXPECT_EQ(submit(answers("a")).status, 200);
}

TEST_F(ApiFunctions, ClosedMeansClosed) {
  time_ = kDue + 60s;
  EXPECT_EQ(submit(answers("a")).status, 200);
  time_ += 1ms;
  const ApiResult late = submit(answers("b"));
  EXPECT_EQ(late.status, 410);
  EXPECT_EQ(late.message(), "This test closed Mon 8 Apr 2019 23:00 Europe/Warsaw (1 min ago)");
  EXPECT_EQ(course_.store.keys(kAttempts).size(), 1U);
  // What the caller claims about the time does not matter.
  json::object body = answers("b");
  body["time"] = body["receivedAt"] = "2019-04-08T20:00:00Z";
  EXPECT_EQ(submit(body).status, 410);
}

TEST_F(ApiFunctions, LateIsAcceptedAndMarkedWhereTheTestSaysSo) {
  course_.catalogue.tests[0].late = Late::kFlag;
  course_.catalogue.tests[0].lateUntil = kDue + 24h;
  course_.writeCatalogue();
  ASSERT_EQ(submit(answers("a"), "key-student02").status, 200);
  time_ = kDue + 1h;
  const ApiResult late = submit(answers("a"));
  EXPECT_EQ(late.status, 200);
  EXPECT_TRUE(late.envelope.at("receipt").at("late").as_bool());
  const ApiResult replaced = submit(answers("b"), "key-student02");
  EXPECT_EQ(replaced.status, 410);
  EXPECT_NE(replaced.message().find("arrived in time and count"), std::string::npos);
}

TEST_F(ApiFunctions, AfterTheScoreNothingChanges) {
  ASSERT_EQ(submit(answers("a")).status, 200);
  course_.store.set("operating-systems/test01/student01/score.json", R"({"score":4})");
  EXPECT_EQ(submit(answers("b")).status, 409);
  EXPECT_EQ(course_.store.keys(kAttempts).size(), 1U);
}

TEST_F(ApiFunctions, QuestionsThatChangedAreNotAnsweredBlindly) {
  json::object body = answers("a");
  body["questionSet"] = std::string(64, '0');
  EXPECT_EQ(submit(body).status, 409);
  EXPECT_TRUE(course_.store.keys(kAttempts).empty());
  body["questionSet"] = course_.catalogue.tests[0].questionSet;
  EXPECT_EQ(submit(body).status, 200);
  // New questions, the same letters: a new attempt, not the old receipt.
  std::string questions = sampleQuestions();
  questions.insert(1, " ");
  course_.store.set("published/questions/" + sha256Hex(questions) + ".json", questions);
  course_.catalogue.tests[0].questionSet = sha256Hex(questions);
  course_.writeCatalogue();
  time_ += 1min;
  EXPECT_EQ(submit(answers("a")).status, 200);
  EXPECT_EQ(course_.store.keys(kAttempts).size(), 2U);
  EXPECT_EQ(course_.store.find(kResult)->metadata.at("question-set"), sha256Hex(questions));
}

// B01, at the door: nothing that does not fit is stored, and nothing is a server error.
TEST_F(ApiFunctions, ContentThatDoesNotFitIsRefused) {
  const auto status = [&](const json::value& testResult) {
    json::object body = answers("a");
    body["testResult"] = testResult;
    return submit(body).status;
  };
  EXPECT_EQ(status("not a list"), 422);
  EXPECT_EQ(status(json::parse("[1]")), 422);
  EXPECT_EQ(status(json::parse("[null]")), 422);
  EXPECT_EQ(status(json::parse(R"([{"questionId":"1"}])")), 422);
  EXPECT_EQ(status(json::parse(R"([{"questionId":"7","answer":"a"}])")), 422);
  EXPECT_EQ(status(json::parse(R"([{"questionId":"1","answer":"\u0000"}])")), 422);
  EXPECT_EQ(status(json::parse(R"([{"questionId":"1","answer":"\"}],\"x\":[{"}])")), 422);
  EXPECT_EQ(status(json::parse(R"([{"questionId":"1","answer":"a"},{"questionId":"1","answer":"b"}])")), 422);
  EXPECT_EQ(status(json::array{}), 400);
  EXPECT_EQ(status(nullptr), 400);
  EXPECT_EQ(status(false), 400);
  EXPECT_EQ(status(0), 400);
  EXPECT_EQ(status(""), 400);
  EXPECT_TRUE(course_.store.keys("operating-systems/").empty());
}

TEST_F(ApiFunctions, NamesThatWouldLeaveTheirPlaceAreRefused) {
  const auto before = course_.store.keys();
  for (const auto& [subject, id] : {std::pair{"..", "test01"},
                                    {"operating-systems/test01", "x"},
                                    {"zzz", "evil"},
                                    {"operating-systems", "test01/student02"},
                                    {"keys", "test01"},
                                    {"a\nb", "test01"}}) {
    json::object body = answers("a");
    body["subjectName"] = subject;
    body["testId"] = id;
    const int status = submit(body).status;
    EXPECT_TRUE(status == 400 || status == 404) << subject << " " << id;
  }
  json::object body = answers("a");
  body["subjectName"] = json::array{"operating-systems"};
  EXPECT_EQ(submit(body).status, 400);
  EXPECT_EQ(course_.store.keys(), before);
}

TEST_F(ApiFunctions, TwoHundredAttemptsAreEnough) {
  for (int i = 0; i < 200; ++i) {
    time_ += 1s;
    ASSERT_EQ(submit(answers(i % 2 == 0 ? "a" : "b")).status, 200) << i;
  }
  time_ += 1s;
  EXPECT_EQ(submit(answers("a")).status, 429);
  EXPECT_EQ(submit(answers("b")).status, 200);  // what is stored already is confirmed
}

// Two requests of one student at once: the newer attempt is the effective one whatever order their writes take.
TEST_F(ApiFunctions, ARaceEndsWithTheNewestAttempt) {
  bool raced = false;
  course_.store.beforePut = [&](std::string_view key) {
    if (key != kResult || raced) return;
    raced = true;
    time_ += 1s;
    EXPECT_EQ(submit(answers("b")).status, 200);
  };
  EXPECT_EQ(submit(answers("a")).status, 200);
  EXPECT_TRUE(raced);
  const auto attempts = course_.store.keys(kAttempts);
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(kAttempts + course_.store.find(kResult)->metadata.at("attempt") + ".json", attempts[1]);
}

// A retried request is killed at every step; the next try gets the receipt, and there is one attempt.
TEST_F(ApiFunctions, KilledAtEveryWriteASubmissionEndsTheSame) {
  for (int at = 1; at <= 2; ++at) {
    for (const auto when : {KillPlan::When::kBefore, KillPlan::When::kAfter}) {
      course_.store.erase(kResult);
      for (const std::string& key : course_.store.keys(kAttempts)) course_.store.erase(key);
      KillPlan plan;
      course_.store.plan = &plan;
      plan.arm(at, when);
      EXPECT_THROW(submit(answers("a")), Killed);
      course_.store.plan = nullptr;
      EXPECT_EQ(submit(answers("a")).status, 200);
      EXPECT_EQ(course_.store.keys(kAttempts).size(), 1U) << at;
      EXPECT_EQ(course_.store.find(kResult)->body, storedAnswers({{"1", "a"}, {"2", "c"}}));
    }
  }
}

TEST_F(ApiFunctions, StoreTroubleIsSaidInTheOriginalsWords) {
  course_.store.trouble = [](std::string_view key) -> std::optional<sdk::Error> {
    if (key.find("/attempts/") == std::string_view::npos) return std::nullopt;
    return sdk::Error{"SlowDown", "", 503, true};
  };
  const ApiResult result = submit(answers("a"));
  EXPECT_EQ(result.status, 503);
  EXPECT_EQ(result.message(), "Issue occoured while uploading file. Please contact with trainer");
}

}  // namespace
}  // namespace hearth::homework
