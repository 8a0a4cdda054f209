// JSON bodies from strangers, as inputs of the operations of Lambda and CloudWatch Logs.
// Input: a byte for the operation, the body.
#include <cstddef>
#include <cstdint>

#include "api/lambda.h"
#include "api/logs.h"
#include "typed_input.h"
#include "wire/codec.h"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto operations = fuzz::operationsOf({&api::lambda::kService, &api::logs::kService});
  if (size == 0) return 0;
  const api::Operation& operation = *operations[data[0] % operations.size()];
  wire::Match match{.service = operation.service, .operation = &operation};
  match.protocol = operation.service->protocols.front();
  http::Request request;
  request.body = std::make_unique<base::StringStream>("");
  auto input =
      wire::decodeInput(match, request, std::string_view(reinterpret_cast<const char*>(data + 1), size - 1));
  if (!input.ok()) {
    fuzz::requireSayable(operation.service, input.fault());
    return 0;
  }
  fuzz::requireKeepable(operation, input->data());
  return 0;
}
