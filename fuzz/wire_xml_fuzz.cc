// XML bodies from strangers, as inputs of S3's operations. What was read and is written again reads the same.
// Input: a byte for the operation, the document.
#include <cstddef>
#include <cstdint>

#include "api/s3.h"
#include "typed_input.h"
#include "wire/codec.h"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto operations = [] {
    std::vector<const api::Operation*> withXml;
    for (const api::Operation* operation : fuzz::operationsOf({&api::s3::kService})) {
      const api::Member* payload = wire::payloadOf(*operation->input);
      if (payload && payload->shape->kind == api::ShapeKind::kStructure) withXml.push_back(operation);
    }
    return withXml;
  }();
  if (size == 0) return 0;
  const api::Operation& operation = *operations[data[0] % operations.size()];
  const api::Member& payload = *wire::payloadOf(*operation.input);

  api::AnyShape input = operation.makeInput();
  void* body = payload.emplace(input.data());
  const std::string_view xml(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto decoded = wire::decodeXml(*payload.shape, xml, body);
  if (!decoded.ok()) {
    fuzz::requireSayable(operation.service, decoded.fault());
    return 0;
  }
  fuzz::requireKeepable(operation, input.data());

  std::string written;
  wire::appendXml(written, payload.wireName, *payload.shape, body);
  api::AnyShape again = operation.makeInput();
  void* secondBody = payload.emplace(again.data());
  fuzz::require(wire::decodeXml(*payload.shape, written, secondBody).ok());
  fuzz::require(fuzz::textOf(*payload.shape, secondBody) == fuzz::textOf(*payload.shape, body));
  return 0;
}
