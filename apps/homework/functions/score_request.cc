#include "homework/functions/score_request.h"

#include "homework/domain/json_text.h"
#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxEvent = 256 * 1024;
constexpr std::size_t kMaxReason = 200;

Outcome<bool> flag(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  if (member == nullptr || member->is_null()) return false;
  if (!member->is_bool()) return Problem{"the event's " + std::string(name) + " is not true or false"};
  return member->get_bool();
}

}  // namespace

Outcome<ScoreRequest> parseScoreRequest(std::string_view event, Instant fallback) {
  auto parsed = parseJson(event, kMaxEvent, "the event");
  if (!parsed) return parsed.problem();
  const auto* object = parsed->if_object();
  if (object == nullptr) return Problem{"the event is not an object"};
  ScoreRequest request;
  request.time = fallback;
  if (const json::value* time = findMember(*object, "time"); time != nullptr && !time->is_null()) {
    const auto instant = parseInstant(findString(*object, "time").value_or(""));
    if (!instant) return Problem{"the event's time is not an RFC 3339 time"};
    request.time = *instant;
  }
  for (auto [name, target] : {std::pair{"scheduled", &request.scheduled},
                              {"now", &request.now},
                              {"dryRun", &request.dryRun},
                              {"quiet", &request.quiet},
                              {"regrade", &request.regrade}}) {
    auto value = flag(*object, name);
    if (!value) return value.problem();
    *target = *value;
  }
  if (const json::value* test = findMember(*object, "test"); test != nullptr && !test->is_null()) {
    request.only = parseTestRef(findString(*object, "test").value_or(""));
    if (!request.only) return Problem{"the event's test is not subject/testId"};
  }
  request.reason = joinBlanks(findString(*object, "reason").value_or(""));
  if (request.reason.size() > kMaxReason || !isPlainLine(request.reason)) {
    return Problem{"the event's reason is not a line of at most 200 bytes"};
  }
  if (request.regrade && !request.only) return Problem{"a regrade is of one test: the event names none"};
  if (request.regrade && !request.dryRun && request.reason.empty()) return Problem{"a regrade needs a reason"};
  if (request.now || request.dryRun || request.regrade) {
    request.scheduled = false;
  } else if (!request.only) {
    request.scheduled = true;
  }
  return request;
}

}  // namespace hearth::homework
