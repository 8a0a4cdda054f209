// The smallest function behind a Lambda proxy integration: always the same answer.
#include <hearth/function.h>

int main() {
  using namespace hearth::sdk;
  return run([](const Event&, const Context&) { return Reply::success(R"({"statusCode":200,"body":"{}"})"); });
}
