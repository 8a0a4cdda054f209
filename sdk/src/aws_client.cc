#include "aws_client.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <random>
#include <thread>

#include "xml.h"

namespace hearth::sdk {
namespace {

using std::chrono::milliseconds;

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? value : "";
}

bool isThrottling(std::string_view code) {
  for (const std::string_view known :
       {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "SlowDown", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "PriorRequestNotComplete"}) {
    if (code == known) return true;
  }
  return false;
}

bool isClockError(std::string_view code) {
  return code == "RequestTimeTooSkewed" || code == "RequestExpired" || code == "RequestInTheFuture" ||
         code == "SignatureDoesNotMatch" || code == "InvalidSignatureException";
}

// Full jitter: anything between nothing and the doubled limit, so that clients that failed together do not return
// together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
milliseconds backoff(const ClientOptions& options, int failures) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const milliseconds limit =
      std::min(options.longestBackoff, options.firstBackoff * (1 << std::min(failures - 1, 16)));
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(0, std::max<milliseconds::rep>(limit.count(), 0))(random));
}

// A request that the service may have acted on must not be repeated unless repeating changes nothing.
bool worthRepeating(const Error& error, const AwsRequest& request) {
  if (!error.retryable) return false;
  if (request.idempotent) return true;
  return error.code == "NotSent" || error.code == "ClockSkew" || error.status == 429 || error.status == 503 ||
         isThrottling(error.code);
}

}  // namespace

std::optional<std::int64_t> parseHttpDate(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  // Sun, 06 Nov 1994 08:49:37 GMT
  if (text.size() != 29 || text.substr(25) != " GMT") return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length, int& out) {
    const auto [stop, fault] = std::from_chars(text.data() + at, text.data() + at + length, out);
    return fault == std::errc{} && stop == text.data() + at + length;
  };
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (!number(5, 2, day) || !number(12, 4, year) || !number(17, 2, hour) || !number(20, 2, minute) ||
      !number(23, 2, second) || month == std::string_view::npos || month % 3 != 0) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400} + hour * 3600 + minute * 60 +
         second;
}

Error errorOf(const HttpResponse& response) {
  Error error;
  error.status = response.status;
  error.code = elementText(response.body, "Code");
  error.message = elementText(response.body, "Message");
  if (error.code.empty()) {  // the JSON protocols name it in a header
    const std::string type = response.header("x-amzn-errortype");
    error.code = type.substr(0, type.find(':'));
  }
  if (error.code.empty()) {  // an answer without a body (HEAD), or not of the service
    error.code = response.status == 404   ? "NotFound"
                 : response.status == 412 ? "PreconditionFailed"
                 : response.status == 403 ? "Forbidden"
                                          : "Http" + std::to_string(response.status);
  }
  if (error.message.empty()) error.message = "HTTP status " + std::to_string(response.status);
  error.retryable = response.status >= 500 || response.status == 429 || isThrottling(error.code) ||
                    error.code == "RequestTimeout" || error.code == "ConditionalRequestConflict";
  return error;
}

ClientOptions ClientOptions::fromEnvironment(std::string_view service) {
  ClientOptions options;
  options.region = environment("AWS_REGION");
  if (options.region.empty()) options.region = environment("AWS_DEFAULT_REGION");
  options.credentials = {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                         environment("AWS_SESSION_TOKEN")};
  std::string name = "AWS_ENDPOINT_URL_";
  for (const char c : service) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  options.endpoint = environment(name);
  if (options.endpoint.empty()) options.endpoint = environment("AWS_ENDPOINT_URL");
  return options;
}

bool isNotFound(const Error& error) { return error.status == 404; }
bool isPreconditionFailed(const Error& error) { return error.status == 412; }

AwsClient::AwsClient(ClientOptions options, std::string_view service, std::string_view hostPrefix)
    : options_(std::move(options)), service_(service) {
  if (options_.endpoint.empty()) {
    target_ = Target{std::string(hostPrefix) + "." + options_.region + ".amazonaws.com", 443, true};
  } else {
    target_ = parseEndpoint(options_.endpoint);
  }
  if (target_)
    http_ =
        std::make_unique<HttpClient>(*target_, HttpLimits{options_.connectTimeout, 64 * 1024, options_.maxBody});
}

Outcome<HttpResponse> AwsClient::once(const AwsRequest& request, SteadyTime deadline) {
  HttpRequest http{request.method, request.path, request.headers, request.body};
  const std::string query = canonicalQuery(request.query);
  if (!query.empty()) http.target += "?" + query;
  const auto time = std::chrono::system_clock::now() + std::chrono::seconds(clockOffsetSeconds_.load());
  sign(request.method, request.path, query, target_->authority(), request.body,
       {service_, options_.region, options_.credentials, time}, http.headers);
  auto response = http_->exchange(http, std::min(deadline, std::chrono::steady_clock::now() + options_.readTimeout),
                                  request.idempotent);
  if (!response || response->status < 300) return response;
  Error error = errorOf(*response);
  if (isClockError(error.code)) {
    const auto server = parseHttpDate(response->header("date"));
    const auto own = std::chrono::system_clock::to_time_t(time);
    if (server && std::abs(*server - own) > 120) {
      clockOffsetSeconds_ += *server - own;
      error.code = "ClockSkew";
      error.retryable = true;
    }
  }
  return error;
}

Outcome<HttpResponse> AwsClient::call(const AwsRequest& request) {
  if (!http_)
    return Error{"InvalidEndpoint", "the endpoint is not http://host:port or https://host:port", 0, false};
  if (options_.region.empty() || options_.credentials.accessKeyId.empty()) {
    return Error{"NoCredentials", "AWS_REGION and the AWS_ACCESS_KEY_ID family are not set", 0, false};
  }
  const SteadyTime deadline{SteadyTime::duration(deadline_.load())};
  for (int attempt = 1;; ++attempt) {
    auto response = once(request, deadline);
    if (response) return response;
    Error error = response.error();
    const milliseconds pause = error.code == "ClockSkew" ? milliseconds(0) : backoff(options_, attempt);
    const bool again = attempt < options_.maxAttempts && worthRepeating(error, request) &&
                       std::chrono::steady_clock::now() + pause < deadline;
    if (!again) {
      if (error.code == "NotSent") error.code = "ConnectionError";
      return error;
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace hearth::sdk
