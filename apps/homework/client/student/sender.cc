#include "homework/client/student/sender.h"

#include <array>

namespace hearth::homework::client {
namespace {

using std::chrono::milliseconds;

// Before the second and the third try.
constexpr std::array<milliseconds, 2> kWaits = {milliseconds(500), milliseconds(2000)};

}  // namespace

Sent sendDraft(Api& api, const Draft& draft, Dialogue& dialogue, const ServerClock& clock,
               const std::function<void(const Failure&, milliseconds)>& onRetry) {
  bool mayHaveArrived = false;
  for (std::size_t tries = 1;; ++tries) {
    auto receipt = api.submit(draft.subject, draft.testId, draft.questionSet, draft.chosen());
    if (receipt.ok()) return {std::move(receipt), tries, false};
    const Failure& failure = receipt.failure();
    mayHaveArrived = mayHaveArrived || failure.sent;
    const bool inTime = !draft.due || !clock.known() || *draft.due > clock.now();
    if (failure.exit != Exit::kNetwork || tries > kWaits.size() || !inTime) {
      return {std::move(receipt), tries, mayHaveArrived};
    }
    onRetry(failure, kWaits[tries - 1]);
    if (!dialogue.pause(kWaits[tries - 1])) {
      return {Failure{Exit::kInterrupted, "", ""}, tries, mayHaveArrived};
    }
  }
}

}  // namespace hearth::homework::client
