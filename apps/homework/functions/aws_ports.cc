#include "homework/functions/aws_ports.h"

#include <thread>

namespace hearth::homework {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Instant SteadyRunClock::now() {
  return start_ + std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun_);
}

void SteadyRunClock::wait(milliseconds duration) { std::this_thread::sleep_for(duration); }

milliseconds SteadyRunClock::remaining() {
  if (deadline_ == steady_clock::time_point::max()) return std::chrono::hours(24);
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()));
}

}  // namespace hearth::homework
