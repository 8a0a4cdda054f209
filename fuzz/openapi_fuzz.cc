// Any bytes as an OpenAPI document: read into the definition of an API, with every way to take the base path, and
// written as YAML. Nothing may crash, hang or grow without bound; every refusal is one of two.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/apigateway/openapi_reader.h"
#include "yaml/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearth::services::apigateway;
  const auto document = OpenApiDocument::parse({reinterpret_cast<const char*>(data), size});
  if (!document.ok()) {
    if (document.fault().code != "BadRequestException") std::abort();
    return 0;
  }
  for (const BasePath basePath : {BasePath::kIgnore, BasePath::kPrepend, BasePath::kSplit}) {
    const auto definition = readOpenApi(*document, {.apiId = "a1b2c3d4e5", .basePath = basePath});
    if (!definition.ok() && definition.fault().code != "BadRequestException" &&
        definition.fault().code != "LimitExceededException")
      std::abort();
  }
  if (!hearth::yaml::readDocument(hearth::yaml::writeYaml(document->root())).ok()) std::abort();
  return 0;
}
