// The smallest function: answers with what it was given. ./dev and the benchmarks use it as well.
#include <hearth/function.h>

int main() {
  using namespace hearth::sdk;
  return run([](const Event& event, const Context&) { return Reply::success(event.payload); });
}
