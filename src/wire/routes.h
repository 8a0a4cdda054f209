// Which service, which operation, which protocol: read off a request before anything of its body is decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/operation.h"
#include "base/result.h"
#include "http/message.h"

namespace hearth::wire {

// What a request means. `operation` is null for one that AWS has and Hearth does not: NotImplemented, in the
// caller's protocol. Views point into the request or the static tables.
struct Match {
  const api::Service* service = nullptr;
  const api::Operation* operation = nullptr;
  std::string_view operationName;
  api::Protocol protocol = api::Protocol::kRestXml;
  std::vector<std::pair<std::string_view, std::string>> labels;  // URI labels, decoded: {"Bucket", "photos"}
  std::string form;  // query protocol: the form, from the body or the query string
};

// The routes of every service, compiled once at start. Immutable, thread-safe.
class Routes final {
 public:
  explicit Routes(std::vector<const api::Service*> services);
  ~Routes();

  // Does the request need its body before it can be matched (Action in a form)?
  static bool needsBody(const http::Request& request);

  // Finds service by signing name, target prefix, host or Action, then the operation. `body` is the form when
  // needsBody() said so, else empty. Unsigned requests that fit nothing else belong to S3, as on AWS.
  // Faults: UnknownOperationException 404, MethodNotAllowed 405 (S3), InvalidAction 400.
  Result<Match> find(const http::Request& request, std::string_view body) const;

  // The service that would answer, as far as it can be told: for faults before find() succeeds.
  const api::Service* guessService(const http::Request& request) const;

 private:
  struct Table;
  const Table* tableOf(const http::Request& request, std::string_view body) const;
  std::vector<std::unique_ptr<Table>> tables_;
};

// The bucket that a virtual-host style name carries ("photos.s3.eu-west-1.amazonaws.com", "photos.s3.localhost"),
// or nullopt. `host` without its port.
std::optional<std::string> bucketOfHost(std::string_view host);

}  // namespace hearth::wire
