// One call of an AWS service: sign, send, read the error, try again while that makes sense and time is left.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "hearth/function.h"
#include "sigv4.h"

namespace hearth::sdk {

struct AwsRequest {
  std::string method;
  std::string path;  // encoded
  Query query;
  Headers headers;
  std::string_view body;
  // Whether sending the same bytes twice is the same as sending them once.
  bool idempotent = true;
};

class AwsClient final {
 public:
  // `service` is the name in the signature, `hostPrefix` that in the host name (`s3`, `email`).
  AwsClient(ClientOptions options, std::string_view service, std::string_view hostPrefix);

  void setDeadline(SteadyTime deadline) { deadline_.store(deadline.time_since_epoch().count()); }

  // A response below 300, or the Error of the last try.
  Outcome<HttpResponse> call(const AwsRequest& request);

 private:
  Outcome<HttpResponse> once(const AwsRequest& request, SteadyTime deadline);

  const ClientOptions options_;
  const std::string service_;
  std::optional<Target> target_;
  std::unique_ptr<HttpClient> http_;
  std::atomic<SteadyTime::rep> deadline_{SteadyTime::max().time_since_epoch().count()};
  // What the service's clock is ahead of ours, learnt when it refuses a signature for its time.
  std::atomic<std::int64_t> clockOffsetSeconds_{0};
};

// The Error of a response of 300 and above: <Error><Code> of S3, <ErrorResponse><Error><Code> of the query
// protocol.
Error errorOf(const HttpResponse& response);

// Time of an RFC 9110 Date header (IMF-fixdate) in seconds since 1970.
std::optional<std::int64_t> parseHttpDate(std::string_view text);

}  // namespace hearth::sdk
