// WaitSignal: the URL of a wait condition's handle, and what comes to it. Pure rules.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "ports/answer_receiver.h"
#include "ports/resource_provider.h"

namespace hearth::services::cloudformation {

struct WaitSignal {
  std::string uniqueId;
  bool succeeded = false;
  std::string reason;
  std::string data;
};

// What a handle's URL says of itself.
struct HandleAddress {
  std::string subject;  // STACK-ARN/ID/LOGICAL-ID
  std::string id;       // of the handle
  std::string token;    // the secret
};

std::string handleUrl(const ports::ResourceRequest& request, const std::string& id, const std::string& token,
                      base::Time now);
// nullopt for what is no such URL.
std::optional<HandleAddress> findHandle(std::string_view url);
// The id in a subject; empty when there is none.
std::string handleIdIn(const std::string& subject);

// nullopt: it breaks the rules, and fails the conditions that wait for it.
std::optional<WaitSignal> readSignal(std::string_view body);

// What a condition waits for.
struct WaitOrder {
  std::int64_t count = 1;
  base::Duration timeout{};
};
// Of its properties. Fault: ValidationError.
Result<WaitOrder> waitOrderOf(const JsonObject& properties);

// How a condition stands that began to wait until `deadline`. `broken`: something came that is no signal.
ports::ResourceProgress waitProgress(const std::vector<WaitSignal>& signals, bool broken, std::int64_t count,
                                     base::Time deadline, base::Time now);

inline constexpr std::chrono::hours kHandleLifetime{24};

}  // namespace hearth::services::cloudformation
