// JSONPath as mapping templates and parameter mappings use it (the dialect of the Jayway library):
//   $.a.b   $['a b']   $['a','b']   $[0]   $[-1]   $[0,2]   $[1:3]   $.*   $[*]   $..a   $..[0]
//   $[?(@.price < 10 && @.kind == 'book')]   $[?(@.isbn)]   $[?(@.name =~ /x.*/i)]   $.list.length()
// A path that can only lead to one place is definite and gives that value, or nothing; any other gives a list.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::gateway {

struct JsonPathStep;

// What a path found. `values` point into the document, or to `made`.
struct JsonPathMatch {
  bool definite = true;
  std::vector<const Json*> values;  // of a definite path: one or none
  std::unique_ptr<Json> made;       // the result of length()
  std::int64_t visits = 0;          // of values: what finding them cost
};

// Immutable, so thread-safe.
class JsonPath final {
 public:
  // Faults: InvalidPath 500 with the column. A path without the leading $ is read as if it had one.
  static Result<JsonPath> parse(std::string_view path);
  JsonPath(JsonPath&&) noexcept;
  JsonPath& operator=(JsonPath&&) noexcept;
  ~JsonPath();

  // Fault: InvalidPath 500 when the path visits more than a million values (recursive descent over and over).
  Result<JsonPathMatch> find(const Json& document) const;
  bool isDefinite() const;

 private:
  explicit JsonPath(std::vector<JsonPathStep> steps);
  std::vector<JsonPathStep> steps_;
};

// By their text.
using JsonPaths = std::map<std::string, JsonPath, std::less<>>;

}  // namespace hearth::gateway
