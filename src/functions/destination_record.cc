#include "functions/destination_record.h"

#include <string_view>

#include "base/bytes.h"
#include "base/json.h"

namespace hearth::functions {
namespace {

std::string_view nameOf(EndedEvent::Condition condition) {
  switch (condition) {
    case EndedEvent::Condition::kSuccess:
      return "Success";
    case EndedEvent::Condition::kRetriesExhausted:
      return "RetriesExhausted";
    case EndedEvent::Condition::kEventAgeExceeded:
      return "EventAgeExceeded";
    case EndedEvent::Condition::kZeroReservedConcurrency:
      return "ZeroReservedConcurrency";
  }
  return "";
}

// The function as it was called: with the qualifier that was given, or $LATEST.
std::string arnOf(const EndedEvent& event) {
  const std::string& arn = event.invocation.functionArn;
  const std::string& plain = event.function->functionArn;
  if (arn.size() > plain.size() + 1 && arn.starts_with(plain) && arn[plain.size()] == ':') return arn;
  return plain + ":$LATEST";
}

void appendPayload(std::string& into, const std::string& payload) {
  constexpr std::size_t kDepth = 512;
  if (payload.empty())
    into += "null";
  else if (base::parseJson(payload, kDepth).ok())
    into += payload;
  else
    base::appendJsonString(into, base::toUtf8(payload));
}

}  // namespace

std::string makeDestinationRecord(const EndedEvent& event, base::Time now) {
  const JsonObject context{{"requestId", event.invocation.requestId},
                           {"functionArn", arnOf(event)},
                           {"condition", nameOf(event.condition)},
                           {"approximateInvokeCount", event.attempts}};
  std::string record = R"({"version":"1.0","timestamp":)";
  base::appendJsonString(record, base::formatIso8601(now, true));
  record += ",\"requestContext\":" + base::writeJson(context) + ",\"requestPayload\":";
  appendPayload(record, event.invocation.payload);
  if (event.outcome) {
    JsonObject response{{"statusCode", 200}, {"executedVersion", event.outcome->executedVersion}};
    if (event.outcome->functionError) response["functionError"] = *event.outcome->functionError;
    record += ",\"responseContext\":" + base::writeJson(response) + ",\"responsePayload\":";
    appendPayload(record, event.outcome->payload);
  }
  return record + "}";
}

}  // namespace hearth::functions
