// A request as functions see it: the members that the events of proxy integrations and of authorizers share.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#pragma once

#include <string>
#include <string_view>

#include "gateway/exchange.h"

namespace hearth::gateway {

// Writes the members of a JSON object, one after the other.
class ObjectWriter final {
 public:
  explicit ObjectWriter(std::string& into) : into_(into) { into_.push_back('{'); }
  void text(std::string_view name, std::string_view value);
  // null when empty.
  void textOrNull(std::string_view name, std::string_view value);
  void raw(std::string_view name, std::string_view json);
  // Where the value of a member goes.
  std::string& key(std::string_view name);
  void end() { into_.push_back('}'); }

 private:
  std::string& into_;
  bool first_ = true;
};

// The request's headers and those that the gateway adds on the way: the trace id and X-Forwarded-...
Pairs forwardedHeaders(const Exchange& exchange);

// "resource" to "requestContext".
void appendRequest(ObjectWriter& event, const Exchange& exchange);

}  // namespace hearth::gateway
