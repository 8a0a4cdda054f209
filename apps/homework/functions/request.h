// One request to list-tests, get-test or submit-test, and its answer.
//
// Through the API the event is that of API Gateway's proxy integration; then the caller is whoever the API key
// says. An event without `requestContext` is the original's own form, sent by somebody who may invoke the function,
// and names its student itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "homework/domain/json_text.h"
#include "homework/domain/times.h"

namespace hearth::homework {

inline constexpr std::size_t kMaxBodyBytes = 256 * 1024;

enum class Origin : unsigned char { kApi, kDirect };

struct Request {
  Origin origin = Origin::kDirect;
  std::string apiKeyId;     // empty without a key
  std::string requestId;    // of the gateway
  Instant time{};           // when the gateway received it
  json::object parameters;  // the body's members, or the query string's

  // A parameter by name when it is a text.
  std::optional<std::string_view> text(std::string_view name) const { return findString(parameters, name); }
};

// An answer before it is put into the form that its request asks for.
struct Answered {
  int code = 200;
  json::value body;
  json::object extra;  // further members, for answers through the API only
};

// An error: a sentence for the student.
Answered refuse(int code, std::string_view message);
// The store or the published content is in trouble; nothing of it is told.
Answered trouble(std::string_view message = "The homework service is not available. Please try again in a minute");

struct ReadRequest {
  Request request;
  std::optional<Answered> refusal;  // the request could not be read
};

// `now` is the function's own time, for an event that carries none, or one that is too old to be an honest
// request's. The body is JSON whatever its Content-Type says, and may be base64 if the gateway says so.
ReadRequest readRequest(std::string_view event, Instant now);

// The text of the function's result: the proxy response, or {"body", "code"} as it was.
std::string writeAnswer(const Request& request, const Answered& answered);

}  // namespace hearth::homework
