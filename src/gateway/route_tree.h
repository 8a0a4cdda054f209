// RouteTree: finds the method of an API that a request is for.
//
// A literal part of a path is preferred to {param}, and that to {proxy+}; a resource without the request's method
// does not count, so that a less exact one may answer (as on AWS). Several slashes at the beginning count as one, a
// slash at the end is ignored. Parts are compared and given out as they were sent, without percent-decoding.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hearth::gateway {

struct RouteMatch {
  std::size_t method = 0;                                                 // the index given to add()
  std::vector<std::pair<std::string_view, std::string_view>> parameters;  // name, value: views of tree and path
};

// Immutable once all routes are added, and then thread-safe.
class RouteTree final {
 public:
  RouteTree();
  ~RouteTree();
  RouteTree(RouteTree&&) noexcept;
  RouteTree& operator=(RouteTree&&) noexcept;

  // Makes `method` the answer for path ("/v1/{id}") and verb ("GET", "ANY"). Faults: BadRequestException for a path
  // that is none, ConflictException when the route is taken.
  Result<void> add(std::string_view path, const std::string& verb, std::size_t method);

  // Whether there is a route, and which.
  bool find(std::string_view path, std::string_view verb, RouteMatch& match) const;

 private:
  struct Node;
  static bool find(const Node& node, std::string_view rest, std::string_view verb, RouteMatch& match);
  std::unique_ptr<Node> root_;
};

}  // namespace hearth::gateway
