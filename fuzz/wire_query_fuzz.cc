// Query forms from strangers, as inputs of the operations of CloudFormation and SES.
// Input: a byte for the operation, the form.
#include <cstddef>
#include <cstdint>

#include "api/cloudformation.h"
#include "api/ses.h"
#include "typed_input.h"
#include "wire/codec.h"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto operations = fuzz::operationsOf({&api::cloudformation::kService, &api::ses::kService});
  if (size == 0) return 0;
  const api::Operation& operation = *operations[data[0] % operations.size()];
  api::AnyShape input = operation.makeInput();
  const std::string_view form(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto decoded = wire::decodeQuery(operation, form, input.data());
  if (!decoded.ok()) {
    fuzz::requireSayable(operation.service, decoded.fault());
    return 0;
  }
  fuzz::requireKeepable(operation, input.data());
  return 0;
}
