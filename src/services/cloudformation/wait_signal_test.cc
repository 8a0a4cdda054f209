#include "services/cloudformation/wait_signal.h"

#include <gtest/gtest.h>

namespace hearth::services::cloudformation {
namespace {

using Stage = ports::ResourceProgress::Stage;

ports::ResourceRequest request() {
  ports::ResourceRequest request;
  request.region = "eu-central-1";
  request.stackId = "arn:aws:cloudformation:eu-central-1:123456789012:stack/demo/1234";
  request.logicalId = "Handle";
  return request;
}

TEST(WaitSignal, aUrlSaysWhichHandleItIs) {
  const std::string url = handleUrl(request(), "the-id", "secret", base::fromMillis(1'700'000'000'000));
  EXPECT_TRUE(
      url.starts_with("https://cloudformation-waitcondition-eu-central-1.s3.eu-central-1.amazonaws.com/arn"))
      << url;
  const auto address = findHandle(url);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->subject, request().stackId + "/the-id/Handle");
  EXPECT_EQ(address->id, "the-id");
  EXPECT_EQ(address->token, "secret");
  for (const std::string& other :
       {std::string(), std::string("https://example.org/a/b/c?X-Amz-Signature=x"), url.substr(0, url.find('?')),
        url.substr(0, url.find('/', 9)) + "?a=b", std::string("https://cloudformation-waitcondition-x")})
    EXPECT_FALSE(findHandle(other)) << other;
  EXPECT_EQ(handleIdIn("/"), "");
  EXPECT_EQ(handleIdIn("a"), "");
  EXPECT_EQ(handleIdIn("a//b"), "");
}

TEST(WaitSignal, onlyWhatAwsDocumentsIsASignal) {
  const auto good = readSignal(R"({"Status": "SUCCESS", "UniqueId": "one", "Data": "done", "Reason": "r"})");
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->succeeded);
  EXPECT_EQ(good->uniqueId + good->data + good->reason, "onedoner");
  EXPECT_EQ(readSignal(R"({"Status": "SUCCESS", "UniqueId": "a", "Data": {"b": [1]}})")->data, R"({"b":[1]})");
  EXPECT_EQ(readSignal(R"({"Status": "SUCCESS", "UniqueId": "a", "Data": 7})")->data, "7");
  EXPECT_EQ(readSignal(R"({"Status": "SUCCESS", "UniqueId": "a", "Data": null})")->data, "");
  EXPECT_FALSE(readSignal(R"({"Status": "FAILURE", "UniqueId": "a"})")->succeeded);
  for (const std::string& body :
       {std::string(), std::string("SUCCESS"), std::string("[]"), std::string(R"({"Status": "SUCCESS"})"),
        std::string(R"({"Status": "SUCCESS", "UniqueId": ""})"),
        std::string(R"({"Status": "OK", "UniqueId": "a"})"), std::string(R"({"Status": "SUCCESS", "UniqueId": 1})"),
        R"({"Status": "SUCCESS", "UniqueId": ")" + std::string(300, 'u') + "\"}",
        R"({"Status": "SUCCESS", "UniqueId": "a", "Data": ")" + std::string(5000, 'd') + "\"}",
        std::string(5000, '[')})
    EXPECT_FALSE(readSignal(body)) << body.substr(0, 60);
}

TEST(WaitSignal, anOrderHasLimits) {
  const auto order = [](const char* text) { return waitOrderOf(base::parseJson(text)->as_object()); };
  EXPECT_EQ(order(R"({"Timeout": "30"})")->timeout, std::chrono::seconds(30));
  EXPECT_EQ(order(R"({"Timeout": "30"})")->count, 1);
  EXPECT_EQ(order(R"({"Timeout": 43200, "Count": 5})")->count, 5);
  for (const char* text : {"{}", R"({"Timeout": -1})", R"({"Timeout": 43201})", R"({"Timeout": 1, "Count": 0})",
                           R"({"Timeout": 1, "Count": 1000})"})
    EXPECT_EQ(order(text).fault().code, "ValidationError") << text;
}

TEST(WaitSignal, aConditionWaitsForItsCountUntilItsTime) {
  const base::Time deadline = base::fromMillis(1000);
  const base::Time before = base::fromMillis(999);
  const WaitSignal one{"one", true, "", "1"};
  const WaitSignal two{"two", true, "", "2"};
  const WaitSignal bad{"three", false, "no disk", ""};
  const auto going = waitProgress({one}, false, 2, deadline, before);
  EXPECT_EQ(going.stage, Stage::kGoing);
  EXPECT_EQ(going.askAgain, deadline);
  const auto done = waitProgress({one, two}, false, 2, deadline, deadline);
  EXPECT_EQ(done.stage, Stage::kDone);
  EXPECT_EQ(done.state.attributes.at("Data").as_string(), R"({"one":"1","two":"2"})");
  EXPECT_EQ(waitProgress({one}, false, 2, deadline, deadline).reason,
            "WaitCondition timed out. Received 1 conditions when expecting 2");
  EXPECT_EQ(waitProgress({one, bad, two}, false, 2, deadline, before).reason,
            "WaitCondition received failed message: 'no disk' for uniqueId: three");
  EXPECT_EQ(waitProgress({one}, true, 1, deadline, before).reason, "Unparsable WaitCondition data");
}

}  // namespace
}  // namespace hearth::services::cloudformation
