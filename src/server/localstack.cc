#include "server/localstack.h"

#include <algorithm>

#include "base/json.h"
#include "server/admin.h"

namespace hearth::server {
namespace {

constexpr std::string_view kPrefix = "/_localstack/";

http::Response json(int status, const Json& document) {
  return http::Response::text(status, "application/json", base::writeJson(document) + "\n");
}

http::Response refuse(int status, std::string message) {
  return json(status, JsonObject{{"message", std::move(message)}});
}

bool hasOperations(const api::Service& service) {
  return std::ranges::any_of(service.routes, [](const api::Route& route) { return route.listed != nullptr; });
}

}  // namespace

bool isLocalStackPath(const http::Request& request) {
  return request.path.starts_with(kPrefix) && request.origin.listener == kPublicListener;
}

http::Response answerLocalStack(const http::Request& request, std::span<const api::Service* const> services) {
  if (request.path != "/_localstack/health") return refuse(404, "There is nothing at " + request.path + ".");
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response response = refuse(405, "The health can be read, nothing else.");
    response.headers.set("Allow", "GET, HEAD");
    return response;
  }
  JsonObject states;
  for (const api::Service* service : services)
    if (hasOperations(*service)) states[service->id] = "running";
  return json(200, JsonObject{{"services", std::move(states)}, {"edition", "hearth"}, {"version", HEARTH_VERSION}});
}

}  // namespace hearth::server
