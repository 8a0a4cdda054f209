// The API with every type of question, with extensions, limits, receipts and results.
#include <gtest/gtest.h>

#include <random>

#include "homework/domain/board.h"
#include "homework/domain/receipt.h"
#include "homework/functions/api_fixture.h"
#include "homework/functions/score_run.h"

namespace hearth::homework {
namespace {

constexpr std::string_view kQuestions = R"([
  {"questionId":"1","question":"One?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]},
  {"questionId":"2","type":"multiple","question":"Some?","answers":[{"answerId":"a","answerBody":"A"},
    {"answerId":"b","answerBody":"B"},{"answerId":"c","answerBody":"C"}]},
  {"questionId":"3","type":"truefalse","question":"True?"},
  {"questionId":"4","type":"text","question":"Name?"},
  {"questionId":"5","type":"number","question":"Pi?"}])";
constexpr std::string_view kKey = R"([
  {"questionId":"1","answer":"a","feedback":"Because."},{"questionId":"2","answer":"a,c"},
  {"questionId":"3","answer":"true"},{"questionId":"4","answer":"init"},
  {"questionId":"5","answer":"3.14","tolerance":"0.01"}])";

const Instant kDueOfExtended = kDue + 48h;

class ApiContent : public ApiFunctions {
 protected:
  ApiContent() {
    course_.publishSet("os", "t1", kQuestions, kKey);
    signing_ = *makeSigningKey(std::string(32, 's'));
    course_.store.set("signing/receipt-key.json", signingKeyJson(signing_));
    course_.store.set("published/receipt-keys.json", receiptKeysJson(keys()));
  }

  std::vector<ReceiptKey> keys() const { return {*publicKeyOf(signing_, kOpens)}; }
  PublishedTest& test() { return course_.catalogue.tests.back(); }

  static json::object submission(const json::value& testResult) {
    return {{"subjectName", "os"}, {"testId", "t1"}, {"testResult", testResult}};
  }
  static json::array allRight() {
    return json::parse(R"([{"questionId":"5","answer":"3,14"},{"questionId":"1","answer":"A"},
                           {"questionId":"2","answer":"c, a"},{"questionId":"3","answer":"TRUE"},
                           {"questionId":"4","answer":" Init "}])")
        .as_array();
  }
  ApiResult question(const std::string& key = "key-student01") {
    return get({{"subjectName", "os"}, {"testId", "t1"}}, key);
  }
  ApiResult result(const std::string& key = "key-student01") {
    return send(getResult,
                {{"httpMethod", "GET"}, {"queryStringParameters", {{"subjectName", "os"}, {"testId", "t1"}}}}, key);
  }
  json::object listed(const std::string& key = "key-student01") {
    const ApiResult all = list(key);
    for (const json::value& each : all.envelope.at("tests").as_array()) {
      if (each.at("subject").as_string() == "os") return each.as_object();
    }
    return {};
  }
  void extend(const std::string& student, std::optional<Instant> due, bool excused = false) {
    Extensions extensions;
    extensions.set({{"os", "t1"}, student, due, excused, "secret reason"});
    course_.store.set("published/extensions.json", extensionsJson(extensions));
  }
  void score(Instant at) {
    ScoreRequest request;
    request.time = at;
    request.scheduled = true;
    MemoryMailer mailer;
    ManualClock clock(at);
    ASSERT_TRUE(
        runScoring(request, {"h@example.com", "t@example.com", "run", 1}, course_.store, mailer, clock).ok());
  }

  SigningKey signing_;
};

TEST_F(ApiContent, EveryTypeIsAskedForAndAnswered) {
  const ApiResult asked = question();
  ASSERT_EQ(asked.status, 200);
  EXPECT_EQ(json::serialize(asked.envelope).find("3.14"), std::string::npos);
  EXPECT_TRUE(asked.envelope.at("submission").is_null());
  EXPECT_FALSE(asked.envelope.at("test").at("partial").as_bool());
  const ApiResult sent = submit(submission(allRight()));
  ASSERT_EQ(sent.status, 200) << sent.message();
  EXPECT_EQ(course_.store.body("os/t1/student01/testResult.json"),
            storedAnswers({{"1", "a"}, {"2", "a,c"}, {"3", "true"}, {"4", "Init"}, {"5", "3,14"}}));
  // Another device sees it.
  const json::value seen = question().envelope.at("submission");
  EXPECT_EQ(seen.at("answers").as_array().size(), 5U);
  EXPECT_EQ(seen.at("receipt"), sent.envelope.at("receipt"));
  EXPECT_TRUE(question("key-student02").envelope.at("submission").is_null());
}

TEST_F(ApiContent, WhatIsNoAnswerIsRefusedByTheQuestionsName) {
  for (const auto& [id, answer] :
       {std::pair{"1", "c"}, {"2", "a,a"}, {"2", "d"}, {"3", "maybe"}, {"4", ""}, {"4", "a\nb"}, {"5", "three"}}) {
    const ApiResult refused = submit(submission(json::array{{{"questionId", id}, {"answer", answer}}}));
    EXPECT_EQ(refused.status, 422);
    EXPECT_NE(refused.message().find("question " + std::string(id)), std::string::npos) << refused.message();
  }
  EXPECT_TRUE(course_.store.keys("os/t1/student01/").empty());
}

// ------------------------------------------------------------------------------------------------------- receipts

TEST_F(ApiContent, ReceiptsAreSignedAndPublicKeysTold) {
  const ApiResult sent = submit(submission(allRight()));
  const std::string text(sent.envelope.at("receipt").at("text").as_string());
  const auto verified = verifyReceipt(text, keys());
  ASSERT_TRUE(verified.ok()) << verified.problem().message << text;
  EXPECT_EQ(verified->code, std::string_view(sent.envelope.at("receipt").at("code").as_string()));
  EXPECT_EQ(verified->studentId, "student01");
  const json::value told = list().envelope.at("receiptKeys");
  EXPECT_EQ(told.at(0).at("keyId").as_string(), signing_.keyId);
  EXPECT_EQ(json::serialize(list().envelope).find("privateKey"), std::string::npos);
  // The same again, whatever the key has become: the receipt that there is.
  time_ += 1h;
  course_.store.set("signing/receipt-key.json", signingKeyJson(*makeSigningKey(std::string(32, 'n'))));
  EXPECT_EQ(submit(submission(allRight())).envelope.at("receipt"), sent.envelope.at("receipt"));
}

// Killed at every write and repeated, a moment later and after the deadline: one attempt, one receipt, and it
// holds.
TEST_F(ApiContent, KilledAtEveryWriteASubmissionKeepsItsReceipt) {
  for (const std::chrono::seconds later : {std::chrono::seconds(1s), std::chrono::seconds(48h)}) {
    for (int at = 1; at <= 2; ++at) {
      for (const auto when : {KillPlan::When::kBefore, KillPlan::When::kAfter}) {
        for (const std::string& key : course_.store.keys("os/t1/student01/")) course_.store.erase(key);
        time_ = kDue - 1h;
        KillPlan plan;
        course_.store.plan = &plan;
        plan.arm(at, when);
        EXPECT_THROW(submit(submission(allRight())), Killed);
        course_.store.plan = nullptr;
        const bool stored = !course_.store.keys("os/t1/student01/attempts/").empty();
        time_ += later;
        const ApiResult again = submit(submission(allRight()));
        // After the deadline only what was stored before it counts.
        const bool accepted = stored || later < 1h;
        ASSERT_EQ(again.status, accepted ? 200 : 410) << at;
        EXPECT_EQ(course_.store.keys("os/t1/student01/attempts/").size(), accepted ? 1U : 0U);
        if (!accepted) continue;
        const auto verified =
            verifyReceipt(std::string(again.envelope.at("receipt").at("text").as_string()), keys());
        ASSERT_TRUE(verified.ok());
        EXPECT_EQ(verified->receivedAt, stored ? kDue - 1h : time_);
        EXPECT_EQ(course_.store.body("os/t1/student01/testResult.json"), storedAnswers(verified->answers));
      }
    }
  }
}

TEST_F(ApiContent, WithoutAKeyAnswersAreTakenAllTheSame) {
  for (const char* broken : {"", "{}", "[", R"({"keyId":"x","privateKey":"AAAA"})"}) {
    time_ += 1min;
    if (*broken == '\0') {
      course_.store.erase("signing/receipt-key.json");
    } else {
      course_.store.set("signing/receipt-key.json", broken);
    }
    const ApiResult sent = submit(submission(json::array{
        {{"questionId", "4"}, {"answer", "answer " + std::to_string(time_.time_since_epoch().count())}}}));
    ASSERT_EQ(sent.status, 200);
    EXPECT_EQ(sent.envelope.at("receipt").at("text").as_string().find("signature"), json::string::npos);
  }
}

TEST_F(ApiContent, OnlySubmittingReadsTheSigningKey) {
  ASSERT_EQ(submit(submission(allRight())).status, 200);
  course_.store.trouble = [](std::string_view key) -> std::optional<sdk::Error> {
    if (!key.starts_with("signing/") && !key.starts_with("keys/") && !key.starts_with("outbox/") &&
        !key.starts_with("scoring/")) {
      return std::nullopt;
    }
    ADD_FAILURE() << key;
    return sdk::Error{"AccessDenied", "", 403, false};
  };
  EXPECT_EQ(list().status, 200);
  EXPECT_EQ(question().status, 200);
  EXPECT_EQ(result().status, 404);
}

TEST_F(ApiContent, ACopyByMailIsAskedForAndNeverInTheWay) {
  submit(submission(allRight()));
  EXPECT_TRUE(invoker_.invocations.empty());  // the course does not want it
  course_.store.set("course.json", R"({"name":"OS","receiptMail":true})");
  ASSERT_EQ(submit(submission(json::array{{{"questionId", "1"}, {"answer", "b"}}})).status, 200);
  ASSERT_EQ(invoker_.invocations.size(), 1U);
  EXPECT_EQ(invoker_.invocations[0].function, "notify");
  const json::value payload = json::parse(invoker_.invocations[0].payload);
  EXPECT_EQ(payload.at("kind").as_string(), "receipt");
  EXPECT_EQ(payload.at("students").at(0).as_string(), "student01");
  invoker_.refusal = sdk::Error{"TooManyRequestsException", "", 429, true};
  time_ += 1min;
  EXPECT_EQ(submit(submission(allRight())).status, 200);
}

// ----------------------------------------------------------------------------------------- limits and extensions

TEST_F(ApiContent, AttemptsMayBeLimited) {
  test().attempts = 2;
  course_.writeCatalogue();
  EXPECT_EQ(listed().at("attemptsLeft").as_int64(), 2);
  EXPECT_EQ(submit(submission(json::array{{{"questionId", "1"}, {"answer", "a"}}})).status, 200);
  EXPECT_EQ(listed().at("attemptsLeft").as_int64(), 1);
  EXPECT_EQ(listed().at("status").as_string(), "received");
  time_ += 1min;
  EXPECT_EQ(submit(submission(json::array{{{"questionId", "1"}, {"answer", "b"}}})).status, 200);
  time_ += 1min;
  EXPECT_EQ(submit(submission(json::array{{{"questionId", "1"}, {"answer", "b"}}})).status, 200);  // the same again
  const ApiResult third = submit(submission(json::array{{{"questionId", "1"}, {"answer", "a"}}}));
  EXPECT_EQ(third.status, 409);
  EXPECT_EQ(third.message(), "This test may be submitted 2 times, and it was; the last answers count");
  EXPECT_EQ(listed().at("attemptsLeft").as_int64(), 0);
  EXPECT_EQ(listed().at("status").as_string(), "done");
  EXPECT_TRUE(listed("key-student02").at("attemptsLeft").as_int64() == 2);
}

json::array oneAnswer(const char* letter) { return {{{"questionId", "1"}, {"answer", letter}}}; }

// Requests that overlap: each believes to be the first.
TEST_F(ApiContent, RequestsAtOnceTakeNoMoreThanTheLimit) {
  const std::string attempts = "os/t1/student01/attempts/2";
  for (const int limit : {1, 2}) {
    for (const std::string& key : course_.store.keys("os/t1/student01/")) course_.store.erase(key);
    test().attempts = limit;
    course_.writeCatalogue();
    time_ = kMidWeek;
    bool raced = false;
    course_.store.beforePut = [&](std::string_view) {
      if (raced) return;
      raced = true;
      time_ += 1s;
      EXPECT_EQ(submit(submission(oneAnswer("b"))).status, 200);
    };
    const ApiResult slower = submit(submission(oneAnswer("a")));
    course_.store.beforePut = nullptr;
    ASSERT_TRUE(raced);
    EXPECT_EQ(slower.status, limit == 1 ? 409 : 200);
    if (limit == 1) {
      EXPECT_EQ(slower.message(), "This test may be submitted once, and your answers have been received");
    }
    EXPECT_EQ(course_.store.keys(attempts).size(), static_cast<std::size_t>(limit));
    EXPECT_EQ(course_.store.body("os/t1/student01/testResult.json"), storedAnswers({{"1", "b"}}));
    EXPECT_EQ(listed().at("attemptsLeft").as_int64(), 0);
    EXPECT_EQ(submit(submission(oneAnswer("b"))).status, 200);  // what was taken is confirmed
    time_ += 1min;
    EXPECT_EQ(submit(submission(json::array{{{"questionId", "3"}, {"answer", "true"}}})).status, 409);
    EXPECT_EQ(course_.store.keys(attempts).size(), static_cast<std::size_t>(limit));
  }
}

// Two requests with the same answers are one attempt.
TEST_F(ApiContent, TwinsTakeOnePlace) {
  test().attempts = 2;
  course_.writeCatalogue();
  std::optional<ApiResult> twin;
  course_.store.beforePut = [&](std::string_view) {
    if (twin) return;
    twin.emplace();
    time_ += 1s;
    twin = submit(submission(oneAnswer("a")));
  };
  const ApiResult sent = submit(submission(oneAnswer("a")));
  course_.store.beforePut = nullptr;
  EXPECT_EQ(sent.envelope.at("receipt"), twin->envelope.at("receipt"));
  EXPECT_EQ(listed().at("attemptsLeft").as_int64(), 1);
}

// Killed at every write: the attempt counts once at most, and who comes again with it gets its receipt.
TEST_F(ApiContent, AKilledRequestLosesNoPlace) {
  test().attempts = 1;
  course_.writeCatalogue();
  for (int at = 1; at <= 3; ++at) {
    for (const auto when : {KillPlan::When::kBefore, KillPlan::When::kAfter}) {
      for (const bool same : {true, false}) {
        for (const std::string& key : course_.store.keys("os/t1/student01/")) course_.store.erase(key);
        time_ = kDue - 1h;
        KillPlan plan;
        course_.store.plan = &plan;
        plan.arm(at, when);
        EXPECT_THROW(submit(submission(oneAnswer("a"))), Killed);
        course_.store.plan = nullptr;
        const bool taken = !course_.store.keys("os/t1/student01/").empty();
        EXPECT_EQ(taken, at > 1 || when == KillPlan::When::kAfter);
        const bool named = !course_.store.keys("os/t1/student01/attempts/2").empty();
        time_ += 1min;
        const ApiResult again = submit(submission(oneAnswer(same ? "a" : "b")));
        EXPECT_EQ(again.status, same || !taken ? 200 : 409) << at;
        EXPECT_EQ(course_.store.keys("os/t1/student01/attempts/2").size(), 1U);
        // An attempt that has its name is scored without testResult.json, too.
        const bool pointed = course_.store.find("os/t1/student01/testResult.json") != nullptr;
        EXPECT_TRUE(pointed || (named && !same)) << at;
        if (pointed) {
          EXPECT_EQ(course_.store.body("os/t1/student01/testResult.json"),
                    storedAnswers({{"1", same || taken ? "a" : "b"}}));
        }
        if (taken && same) {
          time_ = kDue + 48h;
          EXPECT_EQ(submit(submission(oneAnswer("a"))).envelope.at("receipt"), again.envelope.at("receipt"));
        }
      }
    }
  }
}

TEST_F(ApiContent, AnExtensionIsThatStudentsOnly) {
  extend("student01", kDueOfExtended);
  EXPECT_EQ(listed().at("due").as_string(), formatInstant(kDueOfExtended));
  EXPECT_TRUE(listed().at("extended").as_bool());
  EXPECT_FALSE(listed("key-student02").contains("extended"));
  EXPECT_EQ(json::serialize(list().envelope).find("secret reason"), std::string::npos);
  time_ = kDue + 24h;
  EXPECT_EQ(listed().at("status").as_string(), "open");
  EXPECT_EQ(listed("key-student02").at("status").as_string(), "closed");
  EXPECT_EQ(question().status, 200);
  EXPECT_EQ(question("key-student02").status, 410);
  EXPECT_EQ(submit(submission(allRight()), "key-student02").status, 410);
  const ApiResult sent = submit(submission(allRight()));
  EXPECT_EQ(sent.status, 200);
  EXPECT_FALSE(sent.envelope.at("receipt").at("late").as_bool());
  EXPECT_EQ(sent.envelope.at("receipt").at("due").as_string(), formatInstant(kDueOfExtended));
  time_ = kDueOfExtended + 61s;
  EXPECT_EQ(submit(submission(json::array{{{"questionId", "1"}, {"answer", "b"}}})).status, 410);
}

TEST_F(ApiContent, WhoIsExcusedIsNotAskedButMay) {
  extend("student01", std::nullopt, true);
  EXPECT_TRUE(listed().at("excused").as_bool());
  EXPECT_EQ(json::serialize(list().envelope.at("body")).find("t1"), std::string::npos);
  EXPECT_EQ(submit(submission(allRight())).status, 200);
}

TEST_F(ApiContent, ABrokenListOfExtensionsIsTrouble) {
  course_.store.set("published/extensions.json", "{");
  EXPECT_EQ(list().status, 503);
  EXPECT_EQ(question().status, 503);
  EXPECT_EQ(submit(submission(allRight())).status, 503);
  EXPECT_EQ(result().status, 503);
}

TEST_F(ApiContent, ShufflingIsTheStudentsOwn) {
  const auto order = [&](const std::string& key) {
    std::string out;
    const ApiResult asked = question(key);
    for (const json::value& each : asked.envelope.at("body").as_array()) {
      out += std::string(each.at("questionId").as_string());
    }
    return out;
  };
  EXPECT_EQ(order("key-student01"), "12345");
  test().shuffle = true;
  course_.writeCatalogue();
  course_.setRoster(12);
  std::set<std::string> orders;
  for (int i = 1; i <= 12; ++i) {
    const std::string key = "key-" + SampleCourse::studentId(i);
    EXPECT_EQ(order(key), order(key));
    orders.insert(order(key));
  }
  EXPECT_GT(orders.size(), 6U);
}

// -------------------------------------------------------------------------------------------------------- results

TEST_F(ApiContent, ResultsComeAfterTheScoreAndAnswersAfterTheClose) {
  course_.setRoster(6);
  for (int i = 1; i <= 5; ++i) {
    ASSERT_EQ(submit(submission(allRight()), "key-" + SampleCourse::studentId(i)).status, 200);
  }
  const ApiResult early = result();
  EXPECT_EQ(early.status, 404);
  EXPECT_NE(early.message().find("Mon 8 Apr 2019 23:00 Europe/Warsaw"), std::string::npos) << early.message();
  extend("student06", kDueOfExtended);
  score(kDue);
  time_ = kDue + 1h;
  json::object body = result().envelope.at("body").as_object();
  EXPECT_EQ(body.at("points").as_int64(), 5);
  EXPECT_EQ(body.at("grade").as_string(), "5");
  EXPECT_FALSE(body.at("released").as_bool());  // student06 may still submit
  EXPECT_EQ(body.at("releasedAt").as_string(), formatInstant(kDueOfExtended + 60s));
  EXPECT_TRUE(body.at("questions").as_array().empty());
  EXPECT_EQ(json::serialize(body).find("Because"), std::string::npos);

  time_ = kDueOfExtended + 61s;
  body = result().envelope.at("body").as_object();
  EXPECT_TRUE(body.at("released").as_bool());
  ASSERT_EQ(body.at("questions").as_array().size(), 5U);
  const json::value& second = body.at("questions").at(1);
  EXPECT_EQ(second.at("given").as_string(), "a,c");
  EXPECT_EQ(second.at("givenText").as_string(), "A; C");
  EXPECT_EQ(second.at("correctText").as_string(), "A; C");
  EXPECT_TRUE(second.at("right").as_bool());
  EXPECT_EQ(body.at("questions").at(0).at("feedback").as_string(), "Because.");
  EXPECT_EQ(body.at("class").at("n").as_int64(), 5);
  EXPECT_EQ(body.at("class").at("mean").as_string(), "5.0");
  EXPECT_EQ(result("key-student06").status, 404);
  EXPECT_EQ(result("key-nobody").status, 401);
}

TEST_F(ApiContent, AFewSayNothingAboutTheClass) {
  ASSERT_EQ(submit(submission(allRight())).status, 200);
  score(kDue);
  time_ = kDue + 1h;
  EXPECT_FALSE(result().envelope.at("body").as_object().contains("class"));
}

TEST_F(ApiContent, AScoreOfOtherHandsHasNoQuestions) {
  course_.store.set("os/t1/student01/score.json", "{\n    \"score\": 3\n}");
  time_ = kDue + 1h;
  const json::object body = result().envelope.at("body").as_object();
  EXPECT_EQ(body.at("score").as_int64(), 3);
  EXPECT_TRUE(body.at("questions").as_array().empty());
}

TEST_F(ApiContent, AResultOfAnotherVersionIsNotShown) {
  ASSERT_EQ(submit(submission(allRight())).status, 200);
  score(kDue);
  time_ = kDue + 1h;
  auto record = parseResult(course_.store.body("os/t1/student01/result.json"));
  ASSERT_TRUE(record.ok());
  record->version = 2;
  course_.store.set("os/t1/student01/result.json", resultJson(*record));
  EXPECT_TRUE(result().envelope.at("body").at("questions").as_array().empty());
}

// -------------------------------------------------------------------------------------- what strangers may send

// Check 6: whatever is sent, it is an answer below 500, and the run that follows grades everybody else.
TEST_F(ApiContent, TheCorpusOfSubmissionsNeverBreaksAnything) {
  const std::vector<std::string> corpus = {
      R"([])",
      R"({})",
      R"(null)",
      R"("x")",
      R"([[]])",
      R"([{}])",
      R"([null])",
      R"([1e999])",
      R"([{"questionId":"1"}])",
      R"([{"questionId":"1","answer":null}])",
      R"([{"questionId":1,"answer":"a"}])",
      R"([{"questionId":"1","answer":["a"]}])",
      R"([{"questionId":"1","answer":"a","extra":{"x":[1]}}])",
      R"([{"questionId":"1","answer":"a"},{"questionId":"1","answer":"b"}])",
      R"([{"questionId":"zz","answer":"a"}])",
      R"([{"questionId":"../../keys","answer":"a"}])",
      "[{\"questionId\":\"4\",\"answer\":\"\\u0000\"}]",
      R"([{"questionId":"4","answer":"\ud83d\ude00 \u05e9\u05dc\u05d5\u05dd \"quoted\" \\ $(x) `ls` <b>"}])",
      R"([{"questionId":"4","answer":"\u202egnp.exe"}])",
      R"([{"questionId":"4","answer":"\ud800"}])",
      R"([{"questionId":"5","answer":"1e99"}])",
      R"([{"questionId":"5","answer":"-0"}])",
      R"([{"questionId":"2","answer":",,,,"}])",
      R"([{"questionId":"2","answer":"a,b,c,a"}])",
      "[{\"questionId\":\"4\",\"answer\":\"" + std::string(1 << 20, 'x') + "\"}]",
      "[{\"questionId\":\"4\",\"answer\":\"" + std::string(1 << 17, 'x') + "\"}]",
      "[" + std::string(100'000, '['),
      "[{\"questionId\":\"4\",\"answer\":\"\xff\xfe\"}]"};
  course_.setRoster(static_cast<int>(corpus.size()) + 1);
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    const std::string body = R"({"subjectName":"os","testId":"t1","testResult":)" + corpus[i] + "}";
    json::object event{{"httpMethod", "POST"}, {"isBase64Encoded", true}, {"body", base64(body)}};
    const int status =
        send(submitTest, std::move(event), "key-" + SampleCourse::studentId(static_cast<int>(i) + 1)).status;
    EXPECT_LT(status, 500) << corpus[i].substr(0, 80);
    EXPECT_GE(status, 200);
    // What the article's own function would have stored.
    course_.store.time = kDue - 1h;
    course_.store.set("os/t1/" + SampleCourse::studentId(static_cast<int>(i) + 1) + "/testResult.json", corpus[i]);
  }
  const std::string last = SampleCourse::studentId(static_cast<int>(corpus.size()) + 1);
  ASSERT_EQ(submit(submission(allRight()), "key-" + last).status, 200);
  score(kDue);
  EXPECT_EQ(parseScore(course_.store.body("os/t1/" + last + "/score.json"))->points, 5);
}

TEST_F(ApiContent, RandomBytesAreAnAnswerToo) {
  std::minstd_rand random(11);
  const std::string valid = json::serialize(submission(allRight()));
  for (int i = 0; i < 500; ++i) {
    std::string body = valid;
    for (int k = 0; k < 4; ++k) body[random() % body.size()] = static_cast<char>(random() % 256);
    const int status =
        send(submitTest, {{"httpMethod", "POST"}, {"isBase64Encoded", true}, {"body", base64(body)}}).status;
    EXPECT_LT(status, 500);
  }
}

// Everything about a student can be found by the retention rule.
TEST_F(ApiContent, WhatIsPersonalIsTagged) {
  ASSERT_EQ(submit(submission(allRight())).status, 200);
  score(kDue + 1h);
  for (const std::string prefix : {"os/t1/student01/", "outbox/", "scoring/"}) {
    for (const std::string& key : course_.store.keys(prefix)) {
      if (key == "scoring/lease.json") continue;
      EXPECT_EQ(course_.store.find(key)->tags.count("retention"), 1U) << key;
    }
  }
  EXPECT_GE(course_.store.keys("os/t1/student01/").size(), 4U);
}

}  // namespace
}  // namespace hearth::homework
