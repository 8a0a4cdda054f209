// Template: a mapping template, parsed once and rendered any number of times.
//
// Templates come from whoever may deploy an API, and work on what strangers send: a render is bounded in steps,
// output, memory and depth, and ends with a fault past any of them. An undefined reference prints nothing, as on
// AWS (plain Velocity would print it as written), and #foreach stops after 1000 rounds, as on AWS.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/vtl_ast.h"
#include "gateway/vtl_value.h"

namespace hearth::gateway::vtl {

struct Limits {
  std::int64_t steps = 2'000'000;  // nodes evaluated, plus one for 64 bytes that they look at
  std::size_t outputBytes = 10 << 20;
  std::int64_t loopRounds = 1000;  // per #foreach; then it just ends
  int depth = 200;
};

// What a Heap for one request should be given.
inline constexpr std::size_t kHeapBytes = 64 << 20;

// Immutable, so thread-safe.
class Template final {
 public:
  // Faults: BadRequestException with line and column.
  static Result<Template> parse(std::string_view source);

  // Faults: MappingTemplateError 500 with line and column, or whatever an Object's method failed with. What
  // `variables` gives must live as long as `heap`.
  Result<std::string> render(Variables& variables, Heap& heap, const Limits& limits = {}) const;

  // The texts that are written as the only argument of this method: of $x.path('$.a') with "path".
  std::vector<std::string_view> literalArguments(std::string_view method) const;

  // True when there is nothing in it: the payload passes through.
  bool isEmpty() const { return tree_.root.children.empty(); }

 private:
  explicit Template(Tree tree) : tree_(std::move(tree)) {}
  Tree tree_;
};

}  // namespace hearth::gateway::vtl
