// Signed requests to AWS or a Hearth. One thread.
#pragma once

#include <hearth/function.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "homework/client/common/http.h"
#include "homework/client/common/time_text.h"
#include "homework/client/trainer/cloud_access.h"

namespace hearth::homework::client {

struct AwsCall {
  std::string service;  // as in the signature and in the host name: cloudformation, apigateway, lambda
  std::string method = "POST";
  std::string path = "/";                                  // encoded
  std::vector<std::pair<std::string, std::string>> query;  // not encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// An answer of a service, good or bad.
struct AwsAnswer {
  HttpResponse http;
  std::string code;     // AWS's name of the error; empty below 300
  std::string message;  // its sentence, cleaned

  bool ok() const { return http.status < 300; }
};

class Cloud final {
 public:
  explicit Cloud(CloudAccess access);

  const CloudAccess& access() const { return access_; }
  // The services' time, once something was called; before, this machine's.
  Instant now() const { return clock_.now(); }
  sdk::S3Client& s3() { return s3_; }

  // Any answer of the service is an answer; Failure (kNetwork, kInterrupted) without one. Throttling and 5xx are
  // tried again a few times; requests have to be such that this does no harm.
  Result<AwsAnswer> call(const AwsCall& call);
  // The same, where an error of the service is a Failure that begins with `doing`.
  Result<AwsAnswer> require(const std::string& doing, const AwsCall& call);
  // How far the service's clock was from this machine's at the last answer: positive when it is ahead. nullopt
  // before.
  std::optional<std::chrono::seconds> skew() const { return observedSkew_; }

  // An address from which anybody can read the object for `validity` (at most 7 days), without credentials.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  std::string presignedObject(const std::string& bucket, const std::string& key,
                              std::chrono::seconds validity) const;

 private:
  Result<AwsAnswer> once(const AwsCall& call);

  CloudAccess access_;
  ServerClock clock_;
  std::chrono::seconds skew_{0};  // what the service's clock is ahead of ours, learnt when it refuses a signature
  std::optional<std::chrono::seconds> observedSkew_;
  HttpClient http_;
  sdk::S3Client s3_;
};

// The Failure of a service's error; `doing` says what was attempted: "create the stack".
Failure failureOf(const std::string& doing, const AwsAnswer& answer);
Failure failureOf(const std::string& doing, const sdk::Error& error);

// Code and message of an error document in XML or JSON.
std::pair<std::string, std::string> readAwsError(const HttpResponse& response);

}  // namespace hearth::homework::client
