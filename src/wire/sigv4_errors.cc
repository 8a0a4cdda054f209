#include "wire/sigv4_errors.h"

namespace hearth::wire {
namespace {

constexpr const char* kS3Mismatch =
    "The request signature we calculated does not match the signature you provided. Check your key and signing "
    "method.";
constexpr const char* kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details.";
constexpr const char* kInvalidClient = "The security token included in the request is invalid.";

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
Fault s3Fault(const AuthFailure& failure) {
  const std::string& message = failure.message;
  switch (failure.error) {
    case AuthError::kMissing:
      return {"AccessDenied", "Access Denied", 403};
    case AuthError::kUnsupportedMechanism:
      return {"InvalidRequest",
              "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.", 400};
    case AuthError::kTwoMechanisms:
      return {"InvalidArgument",
              "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
              "parameter or the Authorization header should be specified",
              400};
    case AuthError::kMalformedHeader:
      return {"AuthorizationHeaderMalformed", "The authorization header is malformed; " + message, 400};
    case AuthError::kMalformedQuery:
      return {"AuthorizationQueryParametersError", message, 400};
    case AuthError::kMissingDate:
      return {"AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403};
    case AuthError::kDateMismatch:
      return {"AuthorizationHeaderMalformed",
              "The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.",
              400};
    case AuthError::kTooSkewed:
      return {"RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
              403};
    case AuthError::kNotYetValid:
      return {"AccessDenied", "Request is not valid yet", 403};
    case AuthError::kPresignExpired:
      return {"AccessDenied", "Request has expired", 403};
    case AuthError::kUnknownKey:
      return {"InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403};
    case AuthError::kInvalidToken:
      return {"InvalidToken", "The provided token is malformed or otherwise invalid.", 400};
    case AuthError::kExpiredToken:
      return {"ExpiredToken", "The provided token has expired.", 400};
    case AuthError::kUnsignedHeaders:
      return {"AccessDenied", "There were headers present in the request which were not signed", 403};
    case AuthError::kSignatureMismatch:
      return {"SignatureDoesNotMatch", kS3Mismatch, 403};
    case AuthError::kMissingPayloadHash:
      return {"InvalidRequest", "Missing required header for this request: x-amz-content-sha256", 400};
    case AuthError::kInvalidPayloadHash:
      return {"InvalidArgument",
              "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
              "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 "
              "value.",
              400};
    case AuthError::kPayloadMismatch:
      return {"XAmzContentSHA256Mismatch",
              "The provided 'x-amz-content-sha256' header does not match what was computed.", 400};
  }
  return {"AccessDenied", "Access Denied", 403};
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, in the query protocol's spelling.
Fault queryFault(const AuthFailure& failure) {
  const auto incomplete = [](std::string message) { return Fault("IncompleteSignature", std::move(message), 400); };
  switch (failure.error) {
    case AuthError::kMissing:
      return {"MissingAuthenticationToken", "Request is missing Authentication Token", 403};
    case AuthError::kUnsupportedMechanism:
      return incomplete("Unsupported authorization mechanism. Please use AWS4-HMAC-SHA256.");
    case AuthError::kTwoMechanisms:
      return incomplete("Only one auth mechanism allowed: the query parameters or the Authorization header.");
    case AuthError::kMalformedHeader:
    case AuthError::kMalformedQuery:
    case AuthError::kInvalidPayloadHash:
    case AuthError::kMissingPayloadHash:
      return incomplete(failure.message);
    case AuthError::kMissingDate:
      return incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    case AuthError::kUnknownKey:
    case AuthError::kInvalidToken:
      return {"InvalidClientTokenId", kInvalidClient, 403};
    case AuthError::kExpiredToken:
      return {"ExpiredToken", "The security token included in the request is expired", 403};
    case AuthError::kDateMismatch:
    case AuthError::kTooSkewed:
    case AuthError::kNotYetValid:
    case AuthError::kPresignExpired:
    case AuthError::kUnsignedHeaders:
      return {"SignatureDoesNotMatch", failure.message, 403};
    case AuthError::kSignatureMismatch:
    case AuthError::kPayloadMismatch:
      return {"SignatureDoesNotMatch", kMismatch, 403};
  }
  return {"SignatureDoesNotMatch", kMismatch, 403};
}

// The JSON protocols have the same errors under names of their own.
std::string jsonCode(const std::string& queryCode) {
  if (queryCode == "InvalidClientTokenId") return "UnrecognizedClientException";
  if (queryCode == "SignatureDoesNotMatch") return "InvalidSignatureException";
  return queryCode + "Exception";
}

}  // namespace

Fault authFault(const AuthFailure& failure, AuthFamily family) {
  if (family == AuthFamily::kS3) {
    Fault fault = s3Fault(failure);
    fault.details = failure.details;
    return fault;
  }
  Fault fault = queryFault(failure);
  if (family == AuthFamily::kQuery) return fault;
  fault.code = jsonCode(fault.code);
  fault.status = family == AuthFamily::kJson ? 400 : 403;
  if (failure.error == AuthError::kMissing) fault.message = "Missing Authentication Token";
  return fault;
}

}  // namespace hearth::wire
