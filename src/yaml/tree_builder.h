// TreeBuilder: what the JSON and the YAML reader feed with their events, and what makes one document of them.
//
// It holds the limits that both share (depth, number of values, no key twice), and turns YAML's short tags into
// the long form: `!Sub x` becomes {"Fn::Sub": "x"}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hearth::yaml {

// Not thread-safe; one document each. After the first problem every further event is ignored.
class TreeBuilder final {
 public:
  static constexpr std::size_t kMaxDepth = 64;
  static constexpr std::size_t kMaxValues = 200'000;

  // `tag` is "" or a YAML short tag with its exclamation mark ("!Ref").
  void beginMap(std::string_view tag);
  void endMap();
  void beginList(std::string_view tag);
  void endList();
  // The key of the next value. Only directly inside of a map.
  void key(std::string_view name);
  void scalar(Json value, std::string_view tag);

  // True where the next event is a key of a map.
  bool wantsKey() const;
  // What is wrong with the document, in words for people; nullopt while nothing is.
  const std::optional<std::string>& problem() const { return problem_; }
  void fail(std::string problem);
  // The finished document; nullopt when there was no value, or a problem.
  std::optional<Json> take();

 private:
  struct Frame {
    Json container;
    std::string tag;
    std::optional<std::string> pendingKey;
  };
  void open(Json container, std::string_view tag);
  void close();
  void add(Json value);
  bool count();

  std::vector<Frame> frames_;
  std::optional<Json> root_;
  std::optional<std::string> problem_;
  std::size_t values_ = 0;
};

// {"Fn::Sub": value} for "!Sub", {"Ref": value} for "!Ref"; `!GetAtt A.B` becomes {"Fn::GetAtt": ["A", "B"]}.
Json applyShortTag(std::string_view tag, Json value);

}  // namespace hearth::yaml
