// Exchange: one request on its way through the gateway, with all that templates, mappings and events want to know
// about it. Lives in the frame of the coroutine that handles the request; nothing of it is shared.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "gateway/caller.h"
#include "gateway/stage.h"
#include "http/message.h"
#include "http/peer_watch.h"

namespace hearth::gateway {

// Names and values in order; a name may come more than once.
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Exchange {
  std::shared_ptr<const Stage> stage;
  const Method* method = nullptr;  // once it is routed
  std::string verb;
  std::string path;         // in the stage, as sent: "/v1/tests"
  std::string contextPath;  // with the stage: "/api/v1/tests"
  Pairs pathParameters;     // not decoded
  Pairs query;              // decoded
  Pairs headers;            // without the ones of the connection (Connection, Content-Length ...)
  std::string body;

  std::string requestId;          // a UUID
  std::string extendedRequestId;  // also the x-amz-apigw-id header
  std::string traceId;            // "Root=1-..."
  base::Time start;
  std::string sourceIp;
  std::string userAgent;
  std::string host;     // without the port
  std::string port;     // that the client named in its Host header, or the scheme's own
  bool secure = false;  // came over TLS
  std::string protocol = "HTTP/1.1";
  http::PeerWatch* peer = nullptr;  // of the request's connection; nullptr when there is none

  std::string apiKey;    // the value sent, once it was found good
  std::string apiKeyId;  // empty when the method needs no key

  std::shared_ptr<const AuthorizerAnswer> authorizer;  // of a method with one; shared with the cache
  std::chrono::milliseconds authorizerLatency{0};      // 0 when the answer was kept
  std::optional<SignedCaller> caller;                  // of a method with AWS_IAM

  // The last value of a name, as API Gateway's single-value maps have it. Header names compare without case, the
  // exact spelling first.
  const std::string* findQuery(std::string_view name) const;
  const std::string* findHeader(std::string_view name) const;
  const std::string* findPathParameter(std::string_view name) const;
  std::string_view contentType() const;  // empty when there is none

  // The body as JSON, {} when it is empty: parsed once, and kept until it is dropped. Fault: as base::parseJson().
  const Result<Json>& json() const;
  void dropJson() { json_.reset(); }
  void dropBody();

 private:
  mutable std::unique_ptr<const Result<Json>> json_;
};

// Fills in everything that can be known before routing. `pathInStage` begins with '/', or is empty.
Exchange makeExchange(const http::Request& request, std::shared_ptr<const Stage> stage,
                      std::string_view pathInStage, base::Time now, base::Random& random);

// $context.name: "identity.sourceIp", "requestId" ... For parameter mappings and gateway responses; nullopt for
// what there is not.
std::optional<std::string> findContextValue(const Exchange& exchange, std::string_view name);

// "10/Apr/2026:21:00:00 +0000", as $context.requestTime has it.
std::string formatRequestTime(base::Time time);

}  // namespace hearth::gateway
