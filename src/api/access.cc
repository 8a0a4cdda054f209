#include "api/access.h"

#include <boost/json/value.hpp>

#include "base/json.h"

namespace hearth::api {
namespace {

std::optional<std::string> scalarOf(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::kString:
      return *static_cast<const std::string*>(value);
    case ShapeKind::kBoolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case ShapeKind::kInteger:
      return std::to_string(*static_cast<const std::int64_t*>(value));
    case ShapeKind::kDouble:
      return base::writeJson(Json(*static_cast<const double*>(value)));
    default:
      return std::nullopt;
  }
}

void appendTag(void* into, const std::string& key, const void* value) {
  (*static_cast<std::map<std::string, std::string>*>(into))[key] = *static_cast<const std::string*>(value);
}

}  // namespace

Access passRole(std::string role, std::string_view service, const std::optional<std::string>& resource) {
  Access pass{"iam:PassRole", std::move(role)};
  pass.addCondition("iam:PassedToService", std::string(service));
  pass.addCondition("iam:AssociatedResourceArn", resource);
  return pass;
}

Access readObject(const std::string& bucket, const std::string& key, const std::optional<std::string>& version) {
  const bool one = version && !version->empty();
  Access read{one ? "s3:GetObjectVersion" : "s3:GetObject", "arn:aws:s3:::" + bucket + "/" + key};
  if (one) read.addCondition("s3:VersionId", *version);
  read.byService = true;
  return read;
}

const void* InputView::find(std::string_view name, const Shape*& shape) const {
  const Member* member = shape_.findMember(name);
  if (!member) return nullptr;
  shape = member->shape;
  return member->find(input_);
}

std::optional<std::string> InputView::text(std::string_view member) const {
  const Shape* shape = nullptr;
  const void* value = find(member, shape);
  return value ? scalarOf(*shape, value) : std::nullopt;
}

std::optional<InputView> InputView::structure(std::string_view member) const {
  const Shape* shape = nullptr;
  const void* value = find(member, shape);
  if (!value || shape->kind != ShapeKind::kStructure) return std::nullopt;
  return InputView(*shape, value);
}

std::optional<std::string> InputView::text(std::string_view outer, std::string_view member) const {
  auto inner = structure(outer);
  return inner ? inner->text(member) : std::nullopt;
}

std::vector<std::string> InputView::texts(std::string_view member) const {
  std::vector<std::string> texts;
  const Shape* shape = nullptr;
  const void* value = find(member, shape);
  if (!value || shape->kind != ShapeKind::kList) return texts;
  for (std::size_t i = 0; i < shape->list->size(value); ++i)
    if (auto text = scalarOf(*shape->element, shape->list->at(value, i))) texts.push_back(*std::move(text));
  return texts;
}

std::vector<InputView> InputView::structures(std::string_view list) const {
  std::vector<InputView> items;
  const Shape* shape = nullptr;
  const void* value = find(list, shape);
  if (!value || shape->kind != ShapeKind::kList || shape->element->kind != ShapeKind::kStructure) return items;
  for (std::size_t i = 0; i < shape->list->size(value); ++i)
    items.emplace_back(*shape->element, shape->list->at(value, i));
  return items;
}

std::vector<std::string> InputView::textsOf(std::string_view list, std::string_view inner) const {
  std::vector<std::string> texts;
  for (const InputView& item : structures(list))
    if (auto text = item.text(inner)) texts.push_back(*std::move(text));
  return texts;
}

bool InputView::has(std::string_view member) const {
  const Shape* shape = nullptr;
  return find(member, shape) != nullptr;
}

std::map<std::string, std::string> InputView::tags() const {
  std::map<std::string, std::string> tags;
  for (std::string_view name : {"Tags", "tags"}) {
    const Shape* shape = nullptr;
    const void* value = find(name, shape);
    if (!value) continue;
    if (shape->kind == ShapeKind::kMap && shape->element->kind == ShapeKind::kString)
      shape->map->forEach(value, &tags, appendTag);
    if (shape->kind != ShapeKind::kList || shape->element->kind != ShapeKind::kStructure) continue;
    for (std::size_t i = 0; i < shape->list->size(value); ++i) {
      InputView tag(*shape->element, shape->list->at(value, i));
      auto key = tag.text("Key");
      if (!key) key = tag.text("key");
      auto text = tag.text("Value");
      if (!text) text = tag.text("value");
      if (key) tags[*key] = text.value_or("");
    }
  }
  return tags;
}

std::vector<std::string> InputView::tagKeys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : tags()) keys.push_back(key);
  // UntagLogGroup calls the keys "tags".
  for (std::string_view name : {"TagKeys", "tagKeys", "tags"})
    for (std::string& key : texts(name)) keys.push_back(std::move(key));
  return keys;
}

std::string expandResource(std::string_view resource, const Call& call, const InputView& input) {
  std::string expanded;
  while (true) {
    const std::size_t open = resource.find('{');
    expanded += resource.substr(0, open);
    if (open == std::string_view::npos) return expanded;
    const std::size_t close = resource.find('}', open);
    const std::string_view name = resource.substr(open + 1, close - open - 1);
    resource.remove_prefix(close + 1);
    if (name == "account")
      expanded += call.account;
    else if (name == "region")
      expanded += call.region;
    else
      expanded += input.text(name).value_or("*");
  }
}

Result<std::vector<Access>> accessesOf(const AccessRule& rule, const Call& call, const InputView& input) {
  std::vector<Access> accesses;
  accesses.push_back({std::string(rule.action), expandResource(rule.resource, call, input)});
  if (rule.refine) HEARTH_CHECK(rule.refine(call, input, accesses));
  return accesses;
}

}  // namespace hearth::api
