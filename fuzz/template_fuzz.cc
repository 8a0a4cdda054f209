// Any bytes as a template: read, checked, its parameters defaulted, every expression evaluated. Nothing may crash,
// hang or grow without bound; every refusal is a ValidationError.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "stacks/dynamic_reference.h"
#include "stacks/intrinsics.h"
#include "stacks/parameters.h"
#include "stacks/plan.h"
#include "stacks/template.h"
#include "stacks/template_summary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearth::stacks;
  auto document = parseTemplate(std::string(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) {
    if (document.fault().code != "ValidationError") std::abort();
    return 0;
  }
  (void)summarize(*document);
  const auto values = resolveParameters(*document, {}, {});
  if (!values.ok()) return 0;
  PseudoParameters pseudo;
  pseudo.region = "us-east-1";
  auto scope = makeScope(*document, *values, pseudo);
  if (!scope.ok()) return 0;
  scope->import = [](const std::string& name) -> hearth::Result<hearth::Json> { return hearth::Json(name); };
  scope->plain = [](const DynamicReference& reference) -> hearth::Result<std::string> { return reference.key; };
  for (const auto& logicalId : activeResources(*document, *scope)) {
    const ResourceDeclaration& resource = *document->findResource(logicalId);
    const auto value = evaluate(resource.properties, *scope);
    std::set<std::string> misplaced;
    if (value.ok() && *value && (*value)->is_object())
      (void)checkSecretReferences(resource.type, (*value)->get_object(), misplaced);
  }
  (void)evaluateOutputs(*document, *scope);
  return 0;
}
