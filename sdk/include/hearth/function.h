// The C++ library for Lambda functions: the Runtime API loop, and slim clients for S3, SES and Lambda.
//
//   #include <hearth/function.h>
//   using namespace hearth::sdk;
//   int main() {
//     return run([](const Event& event, const Context&) { return Reply::success(event.payload); });
//   }
//
// Built with hearth_function() of cmake/HearthFunction.cmake, the result is a package for the runtimes
// `provided.al2023` of AWS and of Hearth. Nothing in it throws on purpose; a handler's exception becomes a failed
// invocation. One process serves one invocation at a time, as Lambda promises.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hearth::sdk {

// ---------------------------------------------------------------------------------------------- the outcome type

// Why a call failed. `code` is AWS's own name (`NoSuchKey`, `PreconditionFailed`, `MessageRejected`), or
// `ConnectionError` / `Timeout` / `InvalidResponse` when no answer of the service was understood; `status` the HTTP
// status, 0 without one. `retryable`: the same call may succeed later (the client has already tried several times).
struct Error {
  std::string code;
  std::string message;
  int status = 0;
  bool retryable = false;
};

template <class T>
class [[nodiscard]] Outcome final {
 public:
  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Outcome(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition of the value accessors: ok(). Of error(): !ok().
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

// ---------------------------------------------------------------------------------------------------- the function

// What the function was invoked with: the bytes as they came, JSON by convention.
struct Event {
  std::string payload;
};

// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
struct Context {
  std::string requestId;
  std::string invokedFunctionArn;
  std::string traceId;          // also in the environment as _X_AMZN_TRACE_ID; empty without tracing
  std::string clientContext;    // JSON, from mobile SDKs; else empty
  std::string cognitoIdentity;  // JSON; else empty
  std::string functionName;
  std::string functionVersion;
  std::string handler;  // what the function's Handler says: one package may hold several functions
  std::string logGroup;
  std::string logStream;
  int memoryLimitMb = 0;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  // Never negative.
  std::chrono::milliseconds remaining() const;
};

// What the invocation came to. `success` takes the text of a JSON document and sends it as it is.
class Reply final {
 public:
  static Reply success(std::string json) { return Reply(std::move(json), {}, true); }
  static Reply failure(std::string type, std::string message) {
    return Reply(std::move(message), std::move(type), false);
  }

  bool ok() const { return ok_; }
  const std::string& body() const { return body_; }  // the JSON, or the failure's message
  const std::string& type() const { return type_; }  // the failure's type, else empty

 private:
  Reply(std::string body, std::string type, bool ok) : body_(std::move(body)), type_(std::move(type)), ok_(ok) {}

  std::string body_;
  std::string type_;
  bool ok_;
};

// The platform's time. On AWS it is the machine's; a Hearth server whose clock was set (`--clock`) tells its functions
// how far from the machine's it is. Signatures and deadlines go by the machine's time, schedules and stamps by this one.
std::chrono::system_clock::time_point now();

using Handler = std::function<Reply(const Event&, const Context&)>;

// Serves invocations until the platform ends the process. Returns an exit status when the Runtime API is not
// there or declares itself broken.
int run(const Handler& handler);

// The same with a start of its own: `start` runs once before the first invocation; its Error is reported as the
// function's init error.
int run(const std::function<Outcome<Handler>()>& start);

// One JSON string literal, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string jsonQuote(std::string_view text);

// ------------------------------------------------------------------------------------------------------ the
// clients

struct Credentials {
  std::string accessKeyId;
  std::string secretAccessKey;
  std::string sessionToken;  // empty for long-lived keys
};

struct ClientOptions {
  std::string region;
  Credentials credentials;
  std::string endpoint;  // empty: https://<service>.<region>.amazonaws.com; else this, path-style
  int maxAttempts = 4;
  std::chrono::milliseconds connectTimeout{2'000};
  std::chrono::milliseconds readTimeout{10'000};
  std::chrono::milliseconds firstBackoff{50};
  std::chrono::milliseconds longestBackoff{2'000};
  std::size_t maxBody = 64 * 1024 * 1024;  // an answer longer than this is an Error

  // From AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and the endpoint from
  // AWS_ENDPOINT_URL_<SERVICE> or AWS_ENDPOINT_URL. `service` as in the signature: `s3`, `ses`.
  static ClientOptions fromEnvironment(std::string_view service);
};

class AwsClient;  // signs, sends, retries; private to the library

// A missing object: 404, or 403 AccessDenied-free answers only; a role without ListBucket sees AccessDenied
// instead.
bool isNotFound(const Error& error);
// A conditional request whose condition does not hold: 412.
bool isPreconditionFailed(const Error& error);

struct S3Object {
  std::string body;  // empty after headObject
  std::string etag;  // with its quotes
  std::string contentType;
  std::string lastModified;                     // as in the header, RFC 9110
  std::uint64_t contentLength = 0;              // also after headObject
  std::map<std::string, std::string> metadata;  // names in lower case without `x-amz-meta-`
};

struct PutOptions {
  std::string contentType = "application/json";
  std::string ifNoneMatch;  // "*": only if there is no such object
  std::string ifMatch;      // an ETag: only over exactly this object
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> tags;  // of the object; they need the right s3:PutObjectTagging, too
};

struct ListedObject {
  std::string key;
  std::string etag;
  std::uint64_t size = 0;
  std::string lastModified;  // RFC 3339
};

struct Listing {
  std::vector<ListedObject> objects;
  std::vector<std::string> commonPrefixes;  // only with a delimiter
};

struct ListOptions {
  std::string delimiter;
  std::size_t limit = 100'000;  // more objects and prefixes than this is an Error
};

// May be used by several threads at once; connections are pooled. Calls retry what is worth retrying (connection
// errors, 429, 5xx, throttling) with full-jitter backoff, never beyond the deadline. After a retry a conditional
// put may answer 412 because its own first try was stored: read the object to know.
class S3Client final {
 public:
  explicit S3Client(ClientOptions options = ClientOptions::fromEnvironment("s3"));
  ~S3Client();
  S3Client(const S3Client&) = delete;
  S3Client& operator=(const S3Client&) = delete;

  // No call begun later waits beyond this. Set it at the beginning of an invocation, before other threads call.
  void setDeadline(std::chrono::steady_clock::time_point deadline);

  Outcome<S3Object> getObject(std::string_view bucket, std::string_view key);
  Outcome<S3Object> headObject(std::string_view bucket, std::string_view key);
  // Returns the new ETag.
  Outcome<std::string> putObject(std::string_view bucket, std::string_view key, std::string_view body,
                                 const PutOptions& options = {});
  // Deleting what is not there succeeds.
  Outcome<std::monostate> deleteObject(std::string_view bucket, std::string_view key);
  // All pages of ListObjectsV2, in key order.
  Outcome<Listing> listObjectsV2(std::string_view bucket, std::string_view prefix, const ListOptions& options = {});

 private:
  std::unique_ptr<AwsClient> client_;
};

// As S3Client. Starts other functions.
class LambdaClient final {
 public:
  explicit LambdaClient(ClientOptions options = ClientOptions::fromEnvironment("lambda"));
  ~LambdaClient();
  LambdaClient(const LambdaClient&) = delete;
  LambdaClient& operator=(const LambdaClient&) = delete;

  void setDeadline(std::chrono::steady_clock::time_point deadline);

  // Hands `payload` (JSON) to the function called `function` and does not wait for it (InvocationType Event). A retry
  // may start it twice: the function must be able to bear that, as with every asynchronous event.
  Outcome<std::monostate> invokeLater(std::string_view function, std::string_view payload);

 private:
  std::unique_ptr<AwsClient> client_;
};

// As S3Client. The query protocol of SES version 1.
class SesClient final {
 public:
  explicit SesClient(ClientOptions options = ClientOptions::fromEnvironment("ses"));
  ~SesClient();
  SesClient(const SesClient&) = delete;
  SesClient& operator=(const SesClient&) = delete;

  void setDeadline(std::chrono::steady_clock::time_point deadline);

  // `mime` is the whole message. Returns SES's message id. Note that a retry after a lost answer sends twice; so a
  // lost answer is not retried here but is an Error with code `Timeout` or `ConnectionError`.
  Outcome<std::string> sendRawEmail(std::string_view source, const std::vector<std::string>& destinations,
                                    std::string_view mime);

 private:
  std::unique_ptr<AwsClient> client_;
};

}  // namespace hearth::sdk
