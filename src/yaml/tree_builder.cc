#include "yaml/tree_builder.h"

#include <utility>

namespace hearth::yaml {

Json applyShortTag(std::string_view tag, Json value) {
  if (tag.size() < 2 || tag.front() != '!') return value;
  const std::string_view name = tag.substr(1);
  if (name == "GetAtt" && value.is_string()) {
    const std::string_view text = value.get_string();
    const auto dot = text.find('.');
    if (dot != std::string_view::npos) {
      JsonArray parts;
      parts.emplace_back(text.substr(0, dot));
      parts.emplace_back(text.substr(dot + 1));
      value = std::move(parts);
    }
  }
  JsonObject call;
  if (name == "Ref" || name == "Condition") {
    call.emplace(name, std::move(value));
  } else {
    call.emplace("Fn::" + std::string(name), std::move(value));
  }
  return call;
}

void TreeBuilder::fail(std::string problem) {
  if (!problem_) problem_ = std::move(problem);
}

bool TreeBuilder::count() {
  if (problem_) return false;
  if (++values_ > kMaxValues) {
    fail("the document has more than " + std::to_string(kMaxValues) + " values");
    return false;
  }
  return true;
}

void TreeBuilder::beginMap(std::string_view tag) { open(JsonObject(), tag); }
void TreeBuilder::beginList(std::string_view tag) { open(JsonArray(), tag); }
void TreeBuilder::endMap() { close(); }
void TreeBuilder::endList() { close(); }

void TreeBuilder::open(Json container, std::string_view tag) {
  if (!count()) return;
  if (frames_.size() >= kMaxDepth) return fail("nesting is deeper than " + std::to_string(kMaxDepth) + " levels");
  frames_.push_back(Frame{std::move(container), std::string(tag), std::nullopt});
}

void TreeBuilder::close() {
  if (problem_ || frames_.empty()) return;
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  add(applyShortTag(frame.tag, std::move(frame.container)));
}

bool TreeBuilder::wantsKey() const {
  return !frames_.empty() && frames_.back().container.is_object() && !frames_.back().pendingKey;
}

void TreeBuilder::key(std::string_view name) {
  if (problem_) return;
  if (!wantsKey()) return fail("a key stands where a value is expected");
  Frame& frame = frames_.back();
  if (frame.container.get_object().contains(name)) return fail("duplicate key '" + std::string(name) + "'");
  frame.pendingKey = std::string(name);
}

void TreeBuilder::scalar(Json value, std::string_view tag) {
  if (!count()) return;
  add(applyShortTag(tag, std::move(value)));
}

void TreeBuilder::add(Json value) {
  if (frames_.empty()) {
    if (root_) return fail("there is more than one document");
    root_ = std::move(value);
    return;
  }
  Frame& frame = frames_.back();
  if (auto* list = frame.container.if_array()) {
    list->push_back(std::move(value));
    return;
  }
  if (!frame.pendingKey) return fail("a key is not a scalar");
  frame.container.get_object().emplace(*frame.pendingKey, std::move(value));
  frame.pendingKey.reset();
}

std::optional<Json> TreeBuilder::take() {
  if (problem_ || !frames_.empty()) return std::nullopt;
  return std::exchange(root_, std::nullopt);
}

}  // namespace hearth::yaml
