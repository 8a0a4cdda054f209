// ScheduleName and GroupName: which schedule or schedule group is meant, and their ARNs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::services::scheduler {

struct GroupName {
  std::string account;
  std::string region;
  std::string name;

  // arn:aws:scheduler:REGION:ACCOUNT:schedule-group/NAME
  std::string arn() const { return "arn:aws:scheduler:" + region + ":" + account + ":schedule-group/" + name; }
};

struct ScheduleName {
  std::string account;
  std::string region;
  std::string group;
  std::string name;

  // arn:aws:scheduler:REGION:ACCOUNT:schedule/GROUP/NAME
  std::string arn() const {
    return "arn:aws:scheduler:" + region + ":" + account + ":schedule/" + group + "/" + name;
  }
};

// nullopt for anything that is not such an ARN.
std::optional<GroupName> parseGroupArn(std::string_view arn);
std::optional<ScheduleName> parseScheduleArn(std::string_view arn);

}  // namespace hearth::services::scheduler
