// Sends a draft until a receipt is there, or until there is no hope or no sense in trying further.
#pragma once

#include <functional>
#include <string>

#include "homework/client/common/terminal.h"
#include "homework/client/student/api.h"
#include "homework/client/student/draft.h"

namespace hearth::homework::client {

struct Sent {
  Result<Receipt> receipt;
  std::size_t tries = 1;
  bool mayHaveArrived = false;  // there is no receipt, but some try left this computer
};

// Three tries, with pauses that grow; only failures of the network are tried again, and only before the deadline. A
// repetition is safe: the server answers the same answers with the same receipt. `onRetry` hears why and how long
// the pause is.
Sent sendDraft(Api& api, const Draft& draft, Dialogue& dialogue, const ServerClock& clock,
               const std::function<void(const Failure&, std::chrono::milliseconds)>& onRetry);

}  // namespace hearth::homework::client
