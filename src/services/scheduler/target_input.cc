#include "services/scheduler/target_input.h"

#include <array>
#include <utility>

#include "base/hash.h"
#include "base/json.h"

namespace hearth::services::scheduler {

std::string Execution::id() const {
  constexpr std::size_t kDigits = 16;
  return base::sha256Hex(schedule.arn() + "@" + std::to_string(base::toMillis(scheduled))).substr(0, kDigits);
}

std::string makeTargetInput(const std::optional<std::string>& input, const Execution& execution,
                            base::Random& random) {
  const std::string time = base::formatIso8601(execution.scheduled);
  const std::string arn = execution.schedule.arn();
  if (!input) {
    // AWS writes the empty detail as text.
    return base::writeJson(JsonObject{{"version", "0"},
                                      {"id", base::randomUuid(random)},
                                      {"detail-type", "Scheduled Event"},
                                      {"source", "aws.scheduler"},
                                      {"account", execution.schedule.account},
                                      {"time", time},
                                      {"region", execution.schedule.region},
                                      {"resources", JsonArray{Json(arn)}},
                                      {"detail", "{}"}});
  }
  const std::array<std::pair<std::string_view, std::string>, 4> attributes{{
      {"<aws.scheduler.schedule-arn>", arn},
      {"<aws.scheduler.scheduled-time>", time},
      {"<aws.scheduler.execution-id>", execution.id()},
      {"<aws.scheduler.attempt-number>", std::to_string(execution.attempt)},
  }};
  std::string out;
  const std::string_view text = *input;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto sign = std::min(text.find('<', at), text.size());
    out += text.substr(at, sign - at);
    at = sign;
    if (at == text.size()) break;
    const std::size_t before = at;
    for (const auto& [name, value] : attributes) {
      if (!text.substr(at).starts_with(name)) continue;
      out += value;
      at += name.size();
      break;
    }
    if (at == before) out += text[at++];
  }
  return out;
}

}  // namespace hearth::services::scheduler
