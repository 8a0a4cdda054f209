#include "wire/sigv4_claim.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"

namespace hearth::wire {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;
using Claimed = std::variant<SignatureClaim, AuthFailure>;

constexpr long kMostExpires = 604'800;  // a week, in seconds
constexpr long kUsualExpires = 900;     // where S3 would insist on a parameter
constexpr std::size_t kMostSignedHeaders = 200;
constexpr std::size_t kMostScopePart = 128;

AuthFailure malformedHeader(std::string message) { return {AuthError::kMalformedHeader, std::move(message), {}}; }
AuthFailure malformedQuery(std::string message) { return {AuthError::kMalformedQuery, std::move(message), {}}; }

bool isHex64(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// yyyyMMdd'T'HHmmss'Z', nothing else.
std::optional<base::Time> parseTimestamp(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto time = base::parseIso8601(text);
  if (!time.ok()) return std::nullopt;
  return *time;
}

// "AKID/20130524/us-east-1/s3/aws4_request". Empty, or what is wrong in S3's words.
std::string readCredential(std::string_view text, SignatureClaim& claim) {
  const auto parts = split(text, '/');
  const auto isBad = [](const std::string& part) { return part.empty() || part.size() > kMostScopePart; };
  if (parts.size() != 5 || std::any_of(parts.begin(), parts.end(), isBad)) {
    return "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
  }
  const std::string& date = parts[1];
  if (date.size() != 8 || date.find_first_not_of("0123456789") != std::string::npos) {
    return "incorrect date format \"" + date +
           "\". This date in the credential must be in the format \"yyyyMMdd\".";
  }
  if (parts[4] != kSigV4Terminator) {
    return "incorrect terminal \"" + parts[4] + "\". This endpoint uses \"aws4_request\".";
  }
  claim.accessKeyId = parts[0];
  claim.scope = {date, parts[2], parts[3]};
  return {};
}

// Lower-case tokens between semicolons.
bool readSignedHeaders(std::string_view text, SignatureClaim& claim) {
  claim.signedHeaders = text;
  claim.headerNames = split(text, ';');
  const auto isBad = [](const std::string& name) {
    return name.empty() || std::any_of(name.begin(), name.end(), [](char c) {
             return (c >= 'A' && c <= 'Z') || c == ' ' || c == ',' || c == ':' || c == '\t';
           });
  };
  return claim.headerNames.size() <= kMostSignedHeaders &&
         std::none_of(claim.headerNames.begin(), claim.headerNames.end(), isBad);
}

// The part behind "AWS4-HMAC-SHA256".
Claimed readAuthorization(std::string_view text) {
  SignatureClaim claim;
  std::optional<std::string> credential;
  std::optional<std::string> signedHeaders;
  std::optional<std::string> signature;
  for (const auto& component : split(text, ',')) {
    const std::string_view trimmed = base::trim(component);
    const auto equals = trimmed.find('=');
    const auto name = trimmed.substr(0, equals);
    std::optional<std::string>* target = nullptr;
    if (name == "Credential") target = &credential;
    if (name == "SignedHeaders") target = &signedHeaders;
    if (name == "Signature") target = &signature;
    if (equals == std::string_view::npos || target == nullptr || target->has_value()) {
      return malformedHeader("the authorization component \"" + std::string(trimmed.substr(0, 64)) +
                             "\" is malformed.");
    }
    *target = std::string(trimmed.substr(equals + 1));
  }
  if (!credential || credential->empty()) return malformedHeader("missing Credential.");
  if (!signedHeaders || signedHeaders->empty()) return malformedHeader("missing SignedHeaders.");
  if (!signature || signature->empty()) return malformedHeader("missing Signature.");
  if (std::string wrong = readCredential(*credential, claim); !wrong.empty())
    return malformedHeader(std::move(wrong));
  if (!readSignedHeaders(*signedHeaders, claim)) {
    return malformedHeader("the authorization component \"SignedHeaders\" is malformed.");
  }
  claim.signature = std::move(*signature);
  return claim;
}

// X-Amz-Date, or else Date, which may have HTTP's form.
bool readDate(const http::Headers& headers, SignatureClaim& claim) {
  std::optional<base::Time> time;
  if (const auto amzDate = headers.find("X-Amz-Date")) {
    time = parseTimestamp(*amzDate);
  } else if (const auto date = headers.find("Date")) {
    time = parseTimestamp(*date);
    const auto spelled = base::parseHttpDate(*date);
    if (!time && spelled.ok()) time = *spelled;
  }
  if (!time) return false;
  claim.signedAt = *time;
  claim.timestamp = base::formatBasicIso8601(*time);
  return true;
}

Claimed readHeaderClaim(const http::Request& request, std::string_view authorization) {
  const auto space = std::min(authorization.find(' '), authorization.size());
  if (authorization.substr(0, space) != kSigV4Algorithm) {
    return AuthFailure{AuthError::kUnsupportedMechanism, {}, {}};
  }
  Claimed claimed = readAuthorization(authorization.substr(space));
  auto* claim = std::get_if<SignatureClaim>(&claimed);
  if (claim == nullptr) return claimed;
  if (!readDate(request.headers, *claim)) return AuthFailure{AuthError::kMissingDate, {}, {}};
  if (const auto token = request.headers.find("X-Amz-Security-Token")) claim->sessionToken = *token;
  if (const auto hash = request.headers.find("X-Amz-Content-Sha256")) claim->payloadHash = std::string(*hash);
  return claimed;
}

std::optional<std::string> find(const Query& query, std::string_view name) {
  const auto found = std::find_if(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

// True when one of the parameters that decide stands twice.
bool hasRepeated(const Query& query) {
  constexpr std::string_view kNames[] = {"X-Amz-Algorithm",      "X-Amz-Credential",    "X-Amz-Date",
                                         "X-Amz-Expires",        "X-Amz-SignedHeaders", "X-Amz-Signature",
                                         "X-Amz-Security-Token", "X-Amz-Content-Sha256"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return std::count_if(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; }) > 1;
  });
}

// Empty, or what is wrong.
std::string readExpires(const std::optional<std::string>& text, SignatureClaim& claim) {
  long seconds = kUsualExpires;
  if (text) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    const bool isNumber = end == text->data() + text->size() && !text->empty();
    if (error == std::errc::result_out_of_range && isNumber)
      seconds = kMostExpires + 1;
    else if (error != std::errc() || !isNumber)
      return "X-Amz-Expires should be a number";
  }
  if (seconds < 0) return "X-Amz-Expires must be non-negative";
  if (seconds > kMostExpires) {
    return "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
           "than "
           "604800 seconds";
  }
  claim.expires = std::chrono::seconds(seconds);
  return {};
}

Claimed readQueryClaim(const http::Request& request, const Query& query) {
  SignatureClaim claim;
  claim.presigned = true;
  const auto algorithm = find(query, "X-Amz-Algorithm");
  const auto credential = find(query, "X-Amz-Credential");
  const auto date = find(query, "X-Amz-Date");
  const auto expires = find(query, "X-Amz-Expires");
  const auto signedHeaders = find(query, "X-Amz-SignedHeaders");
  const auto signature = find(query, "X-Amz-Signature");
  if (!algorithm || !credential || !date || !signedHeaders || !signature || hasRepeated(query)) {
    return malformedQuery(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  if (*algorithm != kSigV4Algorithm) return malformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  if (std::string wrong = readCredential(*credential, claim); !wrong.empty()) {
    return malformedQuery("Error parsing the X-Amz-Credential parameter; " + wrong);
  }
  const auto time = parseTimestamp(*date);
  if (!time) return malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  claim.signedAt = *time;
  claim.timestamp = *date;
  if (!expires && signsPathOnce(claim.scope.service)) {
    return malformedQuery(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  if (std::string wrong = readExpires(expires, claim); !wrong.empty()) return malformedQuery(std::move(wrong));
  if (!readSignedHeaders(*signedHeaders, claim))
    return malformedQuery("The X-Amz-SignedHeaders parameter is malformed.");
  claim.signature = *signature;
  claim.sessionToken = find(query, "X-Amz-Security-Token").value_or("");
  claim.payloadHash = find(query, "X-Amz-Content-Sha256");
  if (const auto hash = request.headers.find("X-Amz-Content-Sha256"); hash && !claim.payloadHash) {
    claim.payloadHash = std::string(*hash);
  }
  return claim;
}

}  // namespace

std::variant<SignatureClaim, AuthFailure> readClaim(const http::Request& request) {
  const auto authorization = request.headers.find("Authorization");
  Query query;
  if (!request.query.empty()) query = http::parseQuery(request.query);
  const bool inQuery =
      find(query, "X-Amz-Algorithm") || find(query, "X-Amz-Signature") || find(query, "X-Amz-Credential");
  const bool version2 = find(query, "AWSAccessKeyId") && find(query, "Signature");
  if (!authorization && !inQuery && !version2) return AuthFailure{AuthError::kMissing, {}, {}};
  if (authorization && (inQuery || version2)) return AuthFailure{AuthError::kTwoMechanisms, {}, {}};
  if (version2) return AuthFailure{AuthError::kUnsupportedMechanism, {}, {}};
  Claimed claimed = authorization ? readHeaderClaim(request, *authorization) : readQueryClaim(request, query);
  // A signature of another shape can only be wrong; so it is compared with as one that never matches.
  if (auto* claim = std::get_if<SignatureClaim>(&claimed)) {
    claim->signature = isHex64(claim->signature) ? base::toLower(claim->signature) : "malformed";
  }
  return claimed;
}

}  // namespace hearth::wire
