#include "gateway/route_tree.h"

#include <algorithm>
#include <array>

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxParts = 100;
constexpr std::array<std::string_view, 7> kAnyVerbs = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};

}  // namespace

struct RouteTree::Node {
  std::map<std::string, Node, std::less<>> literals;
  std::string parameterName;
  std::unique_ptr<Node> parameter;
  std::string proxyName;
  std::unique_ptr<Node> proxy;
  std::map<std::string, std::size_t, std::less<>> methods;

  const std::size_t* findMethod(std::string_view verb) const {
    if (const auto exact = methods.find(verb); exact != methods.end()) return &exact->second;
    const bool covered = std::find(kAnyVerbs.begin(), kAnyVerbs.end(), verb) != kAnyVerbs.end();
    const auto any = covered ? methods.find("ANY") : methods.end();
    return any == methods.end() ? nullptr : &any->second;
  }
};

RouteTree::RouteTree() : root_(std::make_unique<Node>()) {}
RouteTree::~RouteTree() = default;
RouteTree::RouteTree(RouteTree&&) noexcept = default;
RouteTree& RouteTree::operator=(RouteTree&&) noexcept = default;

Result<void> RouteTree::add(std::string_view path, const std::string& verb, std::size_t method) {
  const auto refuse = [&] { return Fault("BadRequestException", "Invalid resource path: " + std::string(path)); };
  if (path.empty() || path.front() != '/') return refuse();
  Node* node = root_.get();
  std::size_t parts = 0;
  for (std::string_view rest = path.substr(1); !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty() || ++parts > kMaxParts) return refuse();
    if (part.front() != '{') {
      node = &node->literals[std::string(part)];
      continue;
    }
    const bool greedy = part.ends_with("+}");
    const std::size_t frame = greedy ? 3 : 2;
    if (part.size() <= frame || part.back() != '}' || (greedy && !rest.empty())) return refuse();
    std::string& name = greedy ? node->proxyName : node->parameterName;
    std::unique_ptr<Node>& child = greedy ? node->proxy : node->parameter;
    const std::string_view wanted = part.substr(1, part.size() - frame);
    if (child != nullptr && name != wanted) return refuse();
    if (child == nullptr) {
      name = wanted;
      child = std::make_unique<Node>();
    }
    node = child.get();
  }
  if (!node->methods.emplace(verb, method).second) {
    return Fault("ConflictException", "Method already exists for this resource", 409);
  }
  return {};
}

bool RouteTree::find(std::string_view path, std::string_view verb, RouteMatch& match) const {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  match.parameters.clear();
  return find(*root_, path, verb, match);
}

// A node is looked at once at most, since it has its own depth: the work is bounded by the number of resources.
bool RouteTree::find(const Node& node, std::string_view rest, std::string_view verb, RouteMatch& match) {
  if (rest.empty()) {
    const std::size_t* method = node.findMethod(verb);
    if (method != nullptr) match.method = *method;
    return method != nullptr;
  }
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view part = rest.substr(0, end);
  const std::string_view behind = rest.substr(std::min(end + 1, rest.size()));
  // "a//b" has an empty part, which only {proxy+} takes.
  const bool ends = end == rest.size();
  if (!part.empty() && (ends || !behind.empty())) {
    const auto literal = node.literals.find(part);
    if (literal != node.literals.end() && find(literal->second, behind, verb, match)) return true;
    if (node.parameter != nullptr) {
      match.parameters.emplace_back(node.parameterName, part);
      if (find(*node.parameter, behind, verb, match)) return true;
      match.parameters.pop_back();
    }
  }
  if (node.proxy == nullptr) return false;
  const std::size_t* method = node.proxy->findMethod(verb);
  if (method == nullptr) return false;
  match.parameters.emplace_back(node.proxyName, rest);
  match.method = *method;
  return true;
}

}  // namespace hearth::gateway
