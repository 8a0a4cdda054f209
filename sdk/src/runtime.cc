#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "aws_client.h"
#include "http_client.h"

namespace hearth::sdk {
namespace {

constexpr std::string_view kRuntime = "/2018-06-01/runtime/";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The invocation's deadline is a wall clock time of this machine; what counts here is how far away it is. A distance
// without sense (nothing left, or days) is no deadline at all: the platform still ends the invocation itself.
SteadyTime deadlineOf(const HttpResponse& response) {
  using namespace std::chrono;
  const std::string& text = response.header("lambda-runtime-deadline-ms");
  const long long deadlineMs = std::strtoll(text.c_str(), nullptr, 10);
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch());
  const milliseconds left = milliseconds(deadlineMs) - now;
  if (left <= milliseconds(0) || left > hours(24 * 7)) return SteadyTime::max();
  return steady_clock::now() + left;
}

Context contextOf(const HttpResponse& response) {
  Context context;
  context.requestId = response.header("lambda-runtime-aws-request-id");
  context.invokedFunctionArn = response.header("lambda-runtime-invoked-function-arn");
  context.traceId = response.header("lambda-runtime-trace-id");
  context.clientContext = response.header("lambda-runtime-client-context");
  context.cognitoIdentity = response.header("lambda-runtime-cognito-identity");
  context.functionName = environment("AWS_LAMBDA_FUNCTION_NAME");
  context.functionVersion = environment("AWS_LAMBDA_FUNCTION_VERSION");
  context.handler = environment("_HANDLER");
  context.logGroup = environment("AWS_LAMBDA_LOG_GROUP_NAME");
  context.logStream = environment("AWS_LAMBDA_LOG_STREAM_NAME");
  context.memoryLimitMb = std::atoi(environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").c_str());
  context.deadline = deadlineOf(response);
  return context;
}

std::string errorDocument(std::string_view type, std::string_view message) {
  return "{\"errorMessage\":" + jsonQuote(message) + ",\"errorType\":" + jsonQuote(type) + ",\"stackTrace\":[]}";
}

// A header value cannot carry line ends; a type has no use for other oddities either.
std::string headerSafe(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f && out.size() < 200) out += c;
  }
  return out;
}

class RuntimeApi final {
 public:
  explicit RuntimeApi(Target target)
      : client_(std::move(target), HttpLimits{std::chrono::milliseconds(10'000), 1 << 20, std::size_t{64} << 20}) {}

  Outcome<HttpResponse> next() { return exchange("GET", "invocation/next", {}, {}); }

  Outcome<HttpResponse> reply(const std::string& requestId, const Reply& reply) {
    const std::string base = "invocation/" + requestId;
    if (reply.ok())
      return exchange("POST", base + "/response", reply.body(), {{"Content-Type", "application/json"}});
    return fail(base + "/error", reply.type(), reply.body());
  }

  Outcome<HttpResponse> initError(const Error& error) { return fail("init/error", error.code, error.message); }

 private:
  Outcome<HttpResponse> fail(const std::string& where, const std::string& type, const std::string& message) {
    return exchange("POST", where, errorDocument(type, message),
                    {{"Content-Type", "application/vnd.aws.lambda.error+json"},
                     {"Lambda-Runtime-Function-Error-Type", headerSafe(type)}});
  }

  Outcome<HttpResponse> exchange(const char* method, const std::string& path, std::string_view body,
                                 Headers headers) {
    headers.emplace_back("User-Agent", "hearth-sdk/1");
    return client_.exchange({method, std::string(kRuntime) + path, std::move(headers), body}, SteadyTime::max());
  }

  HttpClient client_;
};

Reply callHandler(const Handler& handler, const Event& event, const Context& context) {
  try {
    return handler(event, context);
  } catch (const std::exception& exception) {
    return Reply::failure("Runtime.HandlerException", exception.what());
  } catch (...) {
    return Reply::failure("Runtime.HandlerException", "an exception that is not a std::exception");
  }
}

int giveUp(std::string_view step, std::string_view why) {
  std::fprintf(stderr, "runtime: %.*s: %.*s\n", static_cast<int>(step.size()), step.data(),
               static_cast<int>(why.size()), why.data());
  return 1;
}

// Serves until the API fails. 500 means by contract that the runtime should end; other refusals of a reply (413 for
// one that is too long) have failed that invocation and no more.
int serve(RuntimeApi& api, const Handler& handler) {
  while (true) {
    auto next = api.next();
    if (!next) return giveUp("next", next.error().message);
    if (next->status != 200) return giveUp("next", "status " + std::to_string(next->status));
    const Context context = contextOf(*next);
    if (context.requestId.empty()) return giveUp("next", "no request id");
    if (context.traceId.empty()) {
      unsetenv("_X_AMZN_TRACE_ID");
    } else {
      setenv("_X_AMZN_TRACE_ID", context.traceId.c_str(), 1);
    }
    const Event event{std::move(next->body)};
    const Reply reply = callHandler(handler, event, context);
    std::fflush(stdout);
    auto taken = api.reply(context.requestId, reply);
    if (!taken) return giveUp("reply", taken.error().message);
    if (taken->status == 413 && reply.ok()) {
      taken =
          api.reply(context.requestId, Reply::failure("Function.ResponseSizeTooLarge", "the response is too long"));
      if (!taken) return giveUp("reply", taken.error().message);
    }
    if (taken->status >= 500) return giveUp("reply", "status " + std::to_string(taken->status));
  }
}

std::optional<Target> runtimeTarget() {
  const std::string address = environment("AWS_LAMBDA_RUNTIME_API");
  return address.empty() ? std::nullopt : parseEndpoint("http://" + address);
}

}  // namespace

std::chrono::milliseconds Context::remaining() const {
  using namespace std::chrono;
  if (deadline == SteadyTime::max()) return milliseconds::max();
  return std::max(milliseconds(0), duration_cast<milliseconds>(deadline - steady_clock::now()));
}

std::chrono::system_clock::time_point now() {
  static const std::chrono::milliseconds kShift = [] {
    long long shift = 0;
    const std::string text = environment("HEARTH_CLOCK_SHIFT_MS");
    std::from_chars(text.data(), text.data() + text.size(), shift);
    return std::chrono::milliseconds(shift);
  }();
  return std::chrono::system_clock::now() + kShift;
}

std::string jsonQuote(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += static_cast<char>(c);
      } else if (c < 0x20 || c == 0x7f) {
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
      } else {
        out += static_cast<char>(c);
      }
      ++i;
      continue;
    }
    // A well-formed sequence of UTF-8 is copied; any other byte is replaced.
    const std::size_t length = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
    bool good = length > 1 && c < 0xf5 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k)
      good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (good && length > 2) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(c == 0xe0 && second < 0xa0) && !(c == 0xed && second > 0x9f) && !(c == 0xf0 && second < 0x90) &&
             !(c == 0xf4 && second > 0x8f);
    }
    out += good ? text.substr(i, length) : std::string_view("\xef\xbf\xbd");
    i += good ? length : 1;
  }
  out += '"';
  return out;
}

int run(const Handler& handler) {
  return run(std::function<Outcome<Handler>()>([&handler] { return Outcome<Handler>(handler); }));
}

int run(const std::function<Outcome<Handler>()>& start) {
  const auto target = runtimeTarget();
  if (!target)
    return giveUp("start", "AWS_LAMBDA_RUNTIME_API is not set: this program runs inside a Lambda environment");
  RuntimeApi api(*target);
  auto handler = start();
  if (!handler) {
    api.initError(handler.error()).ok();
    return giveUp("start", handler.error().message);
  }
  return serve(api, *handler);
}

}  // namespace hearth::sdk
