#include "services/scheduler/schedule_arn.h"

namespace hearth::services::scheduler {

namespace {

struct Arn {
  std::string_view region;
  std::string_view account;
  std::string_view resource;
};

std::optional<Arn> splitArn(std::string_view arn) {
  constexpr std::string_view kPrefix = "arn:aws:scheduler:";
  if (!arn.starts_with(kPrefix)) return std::nullopt;
  arn.remove_prefix(kPrefix.size());
  const auto first = arn.find(':');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const auto second = arn.find(':', first + 1);
  if (second == std::string_view::npos || second == first + 1) return std::nullopt;
  return Arn{arn.substr(0, first), arn.substr(first + 1, second - first - 1), arn.substr(second + 1)};
}

bool isName(std::string_view text) { return !text.empty() && text.find_first_of("/:") == std::string_view::npos; }

}  // namespace

std::optional<GroupName> parseGroupArn(std::string_view arn) {
  constexpr std::string_view kKind = "schedule-group/";
  const auto parts = splitArn(arn);
  if (!parts || !parts->resource.starts_with(kKind)) return std::nullopt;
  const auto name = parts->resource.substr(kKind.size());
  if (!isName(name)) return std::nullopt;
  return GroupName{std::string(parts->account), std::string(parts->region), std::string(name)};
}

std::optional<ScheduleName> parseScheduleArn(std::string_view arn) {
  constexpr std::string_view kKind = "schedule/";
  const auto parts = splitArn(arn);
  if (!parts || !parts->resource.starts_with(kKind)) return std::nullopt;
  const auto path = parts->resource.substr(kKind.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || !isName(path.substr(0, slash)) || !isName(path.substr(slash + 1)))
    return std::nullopt;
  return ScheduleName{std::string(parts->account), std::string(parts->region), std::string(path.substr(0, slash)),
                      std::string(path.substr(slash + 1))};
}

}  // namespace hearth::services::scheduler
