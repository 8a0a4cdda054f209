// Signatures from strangers, in headers and in presigned URLs: every claim is read within limits, every refusal has
// an answer in every family of protocols, and nobody passes who does not know a secret.
// Input: a byte that says whether the body is known, a request as it stands on the wire.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "http/request_parser.h"
#include "wire/codec.h"
#include "wire/sigv4.h"

using namespace hearth;

namespace {

constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";  // of S3's documentation

void require(bool condition) {
  if (!condition) std::abort();
}

std::optional<wire::KeyRecord> lookUp(const std::string& accessKeyId, const std::string& sessionToken) {
  if (accessKeyId != "AKIAIOSFODNN7EXAMPLE") return std::nullopt;
  wire::KeyRecord record;
  record.secretAccessKey = kSecret;
  record.account = "123456789012";
  record.principalArn = "arn:aws:iam::123456789012:user/ann";
  record.userId = "AIDAEXAMPLE";
  record.sessionTokenValid = sessionToken.empty();
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::ManualClock clock(base::parseIso8601("20130524T000500Z").value());
  static wire::SigV4Verifier verifier(lookUp, clock, clock);
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  http::Request request;
  http::RequestParser parser(request, {.bytes = 8192, .fields = 50, .bodyBytes = 1'000'000});
  std::size_t taken = 0;
  if (parser.feed(text, taken) != http::RequestParser::Progress::kDone) return 0;
  std::optional<std::string_view> body;
  if (data[0] % 2U == 1) body = text.substr(taken);

  const auto result = verifier.verify(request, body);
  if (const auto* failure = std::get_if<wire::AuthFailure>(&result)) {
    for (const auto family :
         {wire::AuthFamily::kS3, wire::AuthFamily::kQuery, wire::AuthFamily::kJson, wire::AuthFamily::kRestJson}) {
      const Fault fault = wire::authFault(*failure, family);
      require(!fault.code.empty() && fault.status >= 400 && fault.status < 500);
      const auto protocol = family == wire::AuthFamily::kS3 ? api::Protocol::kRestXml : api::Protocol::kJson11;
      const auto response = wire::encodeFault(nullptr, protocol, fault, "4442587FB7D0A2F9", request.path, false);
      require(base::isUtf8(response.body));
      // Unless the caller said it himself.
      require(response.body.find(kSecret) == std::string::npos || text.find(kSecret) != std::string_view::npos);
    }
    return 0;
  }
  const auto& verified = std::get<wire::Verified>(result);
  require(verified.accessKeyId == "AKIAIOSFODNN7EXAMPLE" && verified.account == "123456789012");
  require(request.headers.contains("Authorization") != verified.presigned);
  return 0;
}
