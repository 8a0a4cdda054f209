#include "homework/functions/request.h"

#include "homework/domain/mime.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxEventBytes = 8 * 1024 * 1024;    // above API Gateway's and Lambda's own limits
constexpr std::int64_t kMaxEpochMs = 253'402'300'799'000;  // the end of 9999

const json::object* findObject(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  return member != nullptr ? member->if_object() : nullptr;
}

// Fills `parameters` from the body; a refusal when it is not a JSON object.
std::optional<Answered> readBody(const json::object& event, json::object& parameters) {
  std::string body(findString(event, "body").value_or(""));
  if (findBool(event, "isBase64Encoded").value_or(false)) {
    auto decoded = decodeBase64(body);
    if (!decoded) return refuse(400, "The request body is not base64");
    body = std::move(*decoded);
  }
  if (body.size() > kMaxBodyBytes) return refuse(413, "The request body is longer than 256 KiB");
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return std::nullopt;
  auto parsed = parseJson(body, kMaxBodyBytes, "the request body");
  if (!parsed) return refuse(400, "Could not parse request body into json");
  auto* object = parsed->if_object();
  if (object == nullptr) return refuse(400, "The request body is not a JSON object");
  parameters = std::move(*object);
  return std::nullopt;
}

// The gateway's time is that of the request's first byte, and a client may take its time with the rest. What took
// longer than any answer may take counts from when it is there: not from before the right answers were given out.
constexpr std::chrono::seconds kLongestDelivery{29};

}  // namespace

Answered refuse(int code, std::string_view message) { return {code, json::value(json::string_view(message)), {}}; }

Answered trouble(std::string_view message) { return refuse(503, message); }

ReadRequest readRequest(std::string_view event, Instant now) {
  ReadRequest out;
  out.request.time = now;
  auto parsed = parseJson(event, kMaxEventBytes, "the event");
  auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) {
    out.refusal = refuse(400, "The event is not a JSON object");
    return out;
  }
  const json::object* context = findObject(*object, "requestContext");
  if (context == nullptr) {
    out.request.parameters = std::move(*object);
    return out;
  }
  Request& request = out.request;
  request.origin = Origin::kApi;
  request.requestId = findString(*context, "requestId").value_or("");
  if (const auto ms = findInteger(*context, "requestTimeEpoch"); ms && *ms > 0 && *ms <= kMaxEpochMs) {
    request.time = Instant(std::chrono::milliseconds(*ms));
  }
  if (now - request.time > kLongestDelivery) request.time = now;
  if (const json::object* identity = findObject(*context, "identity")) {
    request.apiKeyId = findString(*identity, "apiKeyId").value_or("");
  }
  if (findString(*object, "httpMethod").value_or("") == "GET") {
    if (const json::object* query = findObject(*object, "queryStringParameters")) request.parameters = *query;
  } else {
    out.refusal = readBody(*object, request.parameters);
  }
  return out;
}

std::string writeAnswer(const Request& request, const Answered& answered) {
  json::object envelope{{"body", answered.body}, {"code", answered.code}};
  if (request.origin == Origin::kDirect) return json::serialize(envelope);
  for (const auto& [name, value] : answered.extra) envelope[name] = value;
  if (answered.code != 200 && !request.requestId.empty()) envelope["requestId"] = request.requestId;
  return json::serialize(json::object{{"statusCode", answered.code},
                                      {"headers", json::object{{"Content-Type", "application/json"},
                                                               {"Cache-Control", "no-store"},
                                                               {"X-Content-Type-Options", "nosniff"}}},
                                      {"isBase64Encoded", false},
                                      {"body", json::serialize(envelope)}});
}

}  // namespace hearth::homework
