#include "homework/client/trainer/cloud.h"

#include <array>
#include <pugixml.hpp>
#include <thread>

#include "crypto.h"
#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/common/text.h"
#include "sigv4.h"

namespace hearth::homework::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::array<milliseconds, 3> kWaits = {milliseconds(200), milliseconds(1000), milliseconds(3000)};

// Scoring may take minutes, and the answer comes at its end.
constexpr HttpLimits kLimits{milliseconds(10'000), milliseconds(900'000), 64u << 20};

std::string urlOf(const CloudAccess& access, const std::string& service) {
  if (!access.endpoint.empty()) return access.endpoint;
  const std::string suffix = access.region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  // SES is signed for by one name and found under another.
  return "https://" + (service == "ses" ? "email" : service) + "." + access.region + suffix;
}

// As the Host field has it: without the port that is the scheme's own.
std::string authorityOf(const std::string& url) {
  const std::string authority = url.substr(url.find("://") + 3);
  const std::string_view own = url.starts_with("https:") ? ":443" : ":80";
  return authority.ends_with(own) ? authority.substr(0, authority.size() - own.size()) : authority;
}

std::string hexOf(const sdk::Sha256& digest) { return sdk::hex(sdk::bytesOf(digest)); }

// 20190408T210000Z
std::string compactSeconds(std::chrono::system_clock::time_point time) {
  std::string text;
  for (const char c : formatInstant(std::chrono::floor<seconds>(time))) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

bool isSkewError(const std::string& code) {
  return code == "RequestTimeTooSkewed" || code == "SignatureDoesNotMatch" || code == "InvalidSignatureException" ||
         code == "RequestExpired";
}

bool isWorthRepeating(const AwsAnswer& answer) {
  return answer.http.status >= 500 || answer.http.status == 429 || answer.code == "Throttling" ||
         answer.code == "ThrottlingException" || answer.code == "TooManyRequestsException";
}

sdk::ClientOptions s3Options(const CloudAccess& access) {
  sdk::ClientOptions options;
  options.region = access.region;
  options.credentials = access.credentials;
  options.endpoint = access.endpoint;
  options.readTimeout = milliseconds(60'000);
  return options;
}

std::string jsonErrorCode(const HttpResponse& response, const Json& document) {
  std::string code = response.findHeader("x-amzn-errortype").value_or("");
  if (code.empty()) code = stringMember(document, "__type");
  if (code.empty()) code = stringMember(document, "code");
  if (const std::size_t hash = code.find('#'); hash != std::string::npos) code.erase(0, hash + 1);
  return code.substr(0, code.find(':'));
}

}  // namespace

std::pair<std::string, std::string> readAwsError(const HttpResponse& response) {
  if (const auto document = parseJson(response.body); document && document->is_object()) {
    std::string message = stringMember(*document, "message");
    if (message.empty()) message = stringMember(*document, "Message");
    return {cleanedLine(jsonErrorCode(response, *document)), cleanedLine(message, Charset::kUtf8, 1000)};
  }
  pugi::xml_document document;
  if (document.load_buffer(response.body.data(), response.body.size())) {
    const pugi::xml_node error =
        document.find_node([](const pugi::xml_node& node) { return std::string_view(node.name()) == "Error"; });
    return {cleanedLine(error.child_value("Code")),
            cleanedLine(error.child_value("Message"), Charset::kUtf8, 1000)};
  }
  return {"", cleanedLine(response.body, Charset::kUtf8, 200)};
}

Failure failureOf(const std::string& doing, const AwsAnswer& answer) {
  const std::string what = "Could not " + doing + ": " +
                           (answer.code.empty() ? "HTTP " + std::to_string(answer.http.status) : answer.code) +
                           (answer.message.empty() ? "" : ": " + answer.message);
  if (answer.http.status == 401 || answer.http.status == 403) return {Exit::kForbidden, what, ""};
  return {answer.http.status >= 500 ? Exit::kNetwork : Exit::kRejected, what, ""};
}

Failure failureOf(const std::string& doing, const sdk::Error& error) {
  const std::string what = "Could not " + doing + ": " + error.code +
                           (error.message.empty() ? "" : ": " + cleanedLine(error.message, Charset::kUtf8, 1000));
  if (error.status == 401 || error.status == 403) return {Exit::kForbidden, what, ""};
  return {error.status == 0 || error.status >= 500 ? Exit::kNetwork : Exit::kRejected, what, ""};
}

Cloud::Cloud(CloudAccess access) : access_(std::move(access)), http_(kLimits), s3_(s3Options(access_)) {}

Result<AwsAnswer> Cloud::once(const AwsCall& call) {
  const std::string url = urlOf(access_, call.service);
  const std::string query = sdk::canonicalQuery(call.query);
  sdk::Headers headers = call.headers;
  sdk::sign(call.method, call.path, query, authorityOf(url), call.body,
            {call.service, access_.region, access_.credentials, std::chrono::system_clock::now() + skew_}, headers);
  auto response = http_.send(
      {call.method, url + call.path + (query.empty() ? "" : "?" + query), std::move(headers), call.body});
  if (!response.ok()) {
    Failure failure = response.failure();
    if (failure.exit == Exit::kNetwork)
      failure.what = "Could not reach " + access_.described() + ": " + failure.what;
    return failure;
  }
  AwsAnswer answer{*std::move(response), "", ""};
  if (const auto date = parseHttpDate(answer.http.findHeader("date").value_or(""))) {
    clock_.learn(*date);
    observedSkew_ =
        std::chrono::floor<seconds>(*date) - std::chrono::floor<seconds>(std::chrono::system_clock::now());
  }
  if (!answer.ok()) std::tie(answer.code, answer.message) = readAwsError(answer.http);
  return answer;
}

Result<AwsAnswer> Cloud::call(const AwsCall& call) {
  bool corrected = false;
  for (std::size_t tries = 0;;) {
    auto answer = once(call);
    if (!answer.ok()) return answer;
    if (!corrected && isSkewError(answer->code)) {
      const auto machine = std::chrono::floor<seconds>(std::chrono::system_clock::now());
      skew_ = std::chrono::floor<seconds>(clock_.now()) - machine;
      corrected = true;
      continue;
    }
    if (!isWorthRepeating(*answer) || tries == kWaits.size() || interrupted()) return answer;
    std::this_thread::sleep_for(kWaits[tries++]);
  }
}

std::string Cloud::presignedObject(const std::string& bucket, const std::string& key, seconds validity) const {
  const std::string url = urlOf(access_, "s3");
  const std::string path =
      "/" + sdk::uriEncode(bucket, sdk::Slash::kEncode) + "/" + sdk::uriEncode(key, sdk::Slash::kKeep);
  const std::string stamp = compactSeconds(std::chrono::system_clock::now() + skew_);
  const std::string scope = stamp.substr(0, 8) + "/" + access_.region + "/s3/aws4_request";
  sdk::Query fields = {{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
                       {"X-Amz-Credential", access_.credentials.accessKeyId + "/" + scope},
                       {"X-Amz-Date", stamp},
                       {"X-Amz-Expires", std::to_string(validity.count())},
                       {"X-Amz-SignedHeaders", "host"}};
  if (!access_.credentials.sessionToken.empty())
    fields.emplace_back("X-Amz-Security-Token", access_.credentials.sessionToken);
  const std::string query = sdk::canonicalQuery(fields);
  const std::string request =
      "GET\n" + path + "\n" + query + "\nhost:" + authorityOf(url) + "\n\nhost\nUNSIGNED-PAYLOAD";
  const std::string toSign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hexOf(sdk::sha256(request));
  sdk::Sha256 signingKey = sdk::hmacSha256("AWS4" + access_.credentials.secretAccessKey, stamp.substr(0, 8));
  for (const std::string_view part : {std::string_view(access_.region), std::string_view("s3"),
                                      std::string_view("aws4_request"), std::string_view(toSign)}) {
    signingKey = sdk::hmacSha256(sdk::bytesOf(signingKey), part);
  }
  return url + path + "?" + query + "&X-Amz-Signature=" + hexOf(signingKey);
}

Result<AwsAnswer> Cloud::require(const std::string& doing, const AwsCall& request) {
  HOMEWORK_TRY(AwsAnswer answer, call(request));
  if (!answer.ok()) return failureOf(doing, answer);
  return answer;
}

}  // namespace hearth::homework::client
