#include "gateway/exchange.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"
#include "http/peer_address.h"

namespace hearth::gateway {
namespace {

// What belongs to the connection, or to the gateway, and is kept from integrations (observed on AWS).
constexpr std::array<std::string_view, 12> kDroppedHeaders = {
    "connection",         "content-length",  "content-md5", "expect",  "max-forwards",
    "proxy-authenticate", "server",          "te",          "trailer", "upgrade",
    "transfer-encoding",  "www-authenticate"};

bool isDropped(std::string_view name) {
  return std::any_of(kDroppedHeaders.begin(), kDroppedHeaders.end(),
                     [&](std::string_view dropped) { return base::equalsIgnoreCase(name, dropped); });
}

const std::string* findLast(const Pairs& pairs, std::string_view name) {
  const auto found =
      std::find_if(pairs.rbegin(), pairs.rend(), [&](const auto& pair) { return pair.first == name; });
  return found == pairs.rend() ? nullptr : &found->second;
}

std::optional<std::string> findAuthorizerValue(const Exchange& exchange, std::string_view name) {
  if (!exchange.authorizer) return std::nullopt;
  for (const auto& [key, value] : exchange.authorizer->context) {
    if (key == name) return value;
  }
  if (name == "principalId") return exchange.authorizer->principalId;
  if (name == "integrationLatency") return std::to_string(exchange.authorizerLatency.count());
  return std::nullopt;
}

// The names that the Connection header takes from the request (RFC 9110, 7.6.1).
std::string connectionOptions(const http::Request& request) {
  const std::string options = base::toLower(request.headers.joined("Connection"));
  return options.empty() || options == "close" || options == "keep-alive" ? std::string() : options;
}

bool isConnectionOption(std::string_view options, std::string_view name) {
  if (options.empty()) return false;
  const std::string lower = base::toLower(name);
  for (std::size_t start = 0; start < options.size();) {
    const std::size_t comma = std::min(options.find(',', start), options.size());
    if (base::trim(options.substr(start, comma - start)) == lower) return true;
    start = comma + 1;
  }
  return false;
}

// Keeps a client's trace id when it looks like one.
std::string traceIdOf(const http::Request& request, base::Time now, std::string_view random) {
  const auto given = request.headers.find("X-Amzn-Trace-Id");
  const auto plain = [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; };
  if (given && given->starts_with("Root=") && given->size() <= 256 &&
      std::all_of(given->begin(), given->end(), plain)) {
    return std::string(*given);
  }
  char seconds[16];
  const auto end = std::to_chars(seconds, seconds + sizeof seconds, base::toMillis(now) / 1000, 16).ptr;
  return "Root=1-" + std::string(seconds, end) + "-" + base::hexEncode(random);
}

// What a jail's requests come from: an address that is no machine's, so that no policy takes them for one's own.
constexpr char kAddressOfJails[] = "169.254.0.1";

// RFC 9562 version 4 out of 16 random bytes.
std::string uuidOf(std::string_view random) {
  std::string bytes(random);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string text = base::hexEncode(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

const std::string* Exchange::findQuery(std::string_view name) const { return findLast(query, name); }

const std::string* Exchange::findPathParameter(std::string_view name) const {
  return findLast(pathParameters, name);
}

const std::string* Exchange::findHeader(std::string_view name) const {
  if (const std::string* exact = findLast(headers, name)) return exact;
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [&](const auto& header) { return base::equalsIgnoreCase(header.first, name); });
  return found == headers.rend() ? nullptr : &found->second;
}

std::string_view Exchange::contentType() const {
  const std::string* found = findHeader("Content-Type");
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

const Result<Json>& Exchange::json() const {
  if (json_ == nullptr) {
    const std::string_view text = base::trim(body);
    json_ = std::make_unique<const Result<Json>>(base::parseJson(text.empty() ? "{}" : text));
  }
  return *json_;
}

void Exchange::dropBody() {
  std::string().swap(body);
  json_.reset();
}

Exchange makeExchange(const http::Request& request, std::shared_ptr<const Stage> stage,
                      std::string_view pathInStage, base::Time now, base::Random& random) {
  const std::string bytes = base::randomBytes(random, 16 + 11 + 12);
  const std::string_view view = bytes;
  Exchange exchange;
  exchange.stage = std::move(stage);
  exchange.verb = request.method;
  exchange.peer = http::findPeerWatch(request);
  std::string_view path = pathInStage;
  while (path.starts_with("//")) path.remove_prefix(1);
  exchange.path = path.empty() ? "/" : std::string(path);
  exchange.contextPath = "/" + exchange.stage->name + std::string(pathInStage);
  if (!request.query.empty()) exchange.query = http::parseQuery(request.query);
  exchange.headers.reserve(request.headers.size());
  const std::string ofConnection = connectionOptions(request);
  for (const auto& [name, value] : request.headers) {
    if (!isDropped(name) && !isConnectionOption(ofConnection, name)) exchange.headers.emplace_back(name, value);
  }
  exchange.requestId = uuidOf(view.substr(0, 16));
  exchange.extendedRequestId = base::base64Encode(view.substr(16, 11));
  exchange.traceId = traceIdOf(request, now, view.substr(27, 12));
  exchange.start = now;
  exchange.sourceIp = request.origin.peer.empty() ? kAddressOfJails : http::peerAddress(request.origin.peer);
  if (const std::string* agent = exchange.findHeader("User-Agent")) exchange.userAgent = *agent;
  exchange.host = request.host();
  const std::string_view authority = request.headers.find("Host").value_or("");
  const std::string_view port = authority.substr(exchange.host.size());
  exchange.secure = request.origin.secure;
  exchange.port = port.size() > 1 ? std::string(port.substr(1)) : exchange.secure ? "443" : "80";
  return exchange;
}

std::optional<std::string> findContextValue(const Exchange& exchange, std::string_view name) {
  const Stage& stage = *exchange.stage;
  const auto unlessEmpty = [](const std::string& value) {
    return value.empty() ? std::nullopt : std::optional<std::string>(value);
  };
  if (name == "accountId") return stage.account;
  if (name == "apiId") return stage.apiId;
  if (name == "deploymentId") return stage.deploymentId;
  if (name == "domainName") return exchange.host;
  if (name == "domainPrefix") return exchange.host.substr(0, exchange.host.find('.'));
  if (name == "extendedRequestId") return exchange.extendedRequestId;
  if (name == "httpMethod") return exchange.verb;
  if (name.starts_with("authorizer.")) return findAuthorizerValue(exchange, name.substr(11));
  if (exchange.caller) {
    const SignedCaller& caller = *exchange.caller;
    if (name == "identity.accessKey") return caller.accessKeyId;
    if (name == "identity.accountId") return caller.account;
    if (name == "identity.caller" || name == "identity.user") return caller.userId;
    if (name == "identity.userArn") return caller.arn;
  }
  if (name == "identity.apiKey") return unlessEmpty(exchange.apiKey);
  if (name == "identity.apiKeyId") return unlessEmpty(exchange.apiKeyId);
  if (name == "identity.sourceIp") return exchange.sourceIp;
  if (name == "identity.userAgent") return unlessEmpty(exchange.userAgent);
  if (name == "path") return exchange.contextPath;
  if (name == "protocol") return exchange.protocol;
  if (name == "requestId") return exchange.requestId;
  if (name == "requestTime") return formatRequestTime(exchange.start);
  if (name == "requestTimeEpoch") return std::to_string(base::toMillis(exchange.start));
  if (name == "stage") return stage.name;
  if (name == "xrayTraceId") return exchange.traceId;
  if (exchange.method != nullptr) {
    if (name == "resourceId") return exchange.method->resourceId;
    if (name == "resourcePath") return exchange.method->resourcePath;
  }
  return std::nullopt;
}

std::string formatRequestTime(base::Time time) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(static_cast<unsigned>(date.day())) + "/" +
         std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + "/" +
         std::to_string(static_cast<int>(date.year())) + ":" + two(clock.hours().count()) + ":" +
         two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " +0000";
}

}  // namespace hearth::gateway
