#include "functions/destination_record.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace hearth::functions {
namespace {

constexpr char kArn[] = "arn:aws:lambda:eu-central-1:123456789012:function:score";

EndedEvent makeEvent() {
  auto function = std::make_shared<FunctionSpec>();
  function->functionArn = kArn;
  EndedEvent event;
  event.function = std::move(function);
  event.invocation.functionArn = kArn;
  event.invocation.requestId = "e4b46cbf-b738-4880-8880-a18cdf61200e";
  event.invocation.payload = R"({"test":[1,2.50]})";
  event.condition = EndedEvent::Condition::kRetriesExhausted;
  event.attempts = 3;
  event.outcome.emplace();
  event.outcome->payload = R"({"errorMessage":"no \u00fc"})";
  event.outcome->functionError = "Unhandled";
  return event;
}

std::string recordOf(const EndedEvent& event) {
  return makeDestinationRecord(event, base::fromMillis(1'573'755'365'568));
}

TEST(DestinationRecord, HasAwssMembersInTheirOrder) {
  EXPECT_EQ(recordOf(makeEvent()),
            R"({"version":"1.0","timestamp":"2019-11-14T18:16:05.568Z","requestContext":)"
            R"({"requestId":"e4b46cbf-b738-4880-8880-a18cdf61200e",)"
            R"("functionArn":"arn:aws:lambda:eu-central-1:123456789012:function:score:$LATEST",)"
            R"("condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"test":[1,2.50]},)"
            R"("responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},)"
            R"("responsePayload":{"errorMessage":"no \u00fc"}})");
}

TEST(DestinationRecord, OfASuccessHasNoError) {
  EndedEvent event = makeEvent();
  event.condition = EndedEvent::Condition::kSuccess;
  event.attempts = 1;
  event.invocation.functionArn = std::string(kArn) + ":live";
  event.outcome->functionError.reset();
  event.outcome->executedVersion = "7";
  event.outcome->payload = "";
  const auto record = base::parseJson(recordOf(event)).value();
  EXPECT_EQ(record.at("requestContext").at("condition").as_string(), "Success");
  EXPECT_EQ(record.at("requestContext").at("functionArn").as_string(), std::string(kArn) + ":live");
  EXPECT_EQ(record.at("responseContext").at("executedVersion").as_string(), "7");
  EXPECT_FALSE(record.at("responseContext").as_object().contains("functionError"));
  EXPECT_TRUE(record.at("responsePayload").is_null());
}

TEST(DestinationRecord, WithoutAResponseSaysNothingOfIt) {
  for (const auto condition :
       {EndedEvent::Condition::kEventAgeExceeded, EndedEvent::Condition::kZeroReservedConcurrency}) {
    EndedEvent event = makeEvent();
    event.condition = condition;
    event.attempts = 0;
    event.outcome.reset();
    const auto record = base::parseJson(recordOf(event)).value();
    EXPECT_EQ(record.at("requestContext").at("approximateInvokeCount").as_int64(), 0);
    EXPECT_FALSE(record.as_object().contains("responseContext"));
    EXPECT_FALSE(record.as_object().contains("responsePayload"));
  }
}

TEST(DestinationRecord, IsJsonWhateverThePayloadsAre) {
  for (const std::string payload : {"not json", "{\"a\":", "\xff\xfe", "{}]", "\""}) {
    EndedEvent event = makeEvent();
    event.invocation.payload = payload;
    event.outcome->payload = payload;
    const auto record = base::parseJson(recordOf(event));
    ASSERT_TRUE(record.ok()) << payload;
    EXPECT_TRUE(record->at("requestPayload").is_string()) << payload;
  }
}

}  // namespace
}  // namespace hearth::functions
