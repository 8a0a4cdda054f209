// Answers that the gateway gives itself, without or in place of an integration.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
#pragma once

#include <string>
#include <string_view>

#include "gateway/exchange.h"
#include "http/message.h"

namespace hearth::gateway {

enum class Problem : unsigned char {
  kMissingAuthenticationToken,  // 403: no such route, or nothing is signed
  kInvalidSignature,            // 403
  kIncompleteSignature,         // 403
  kUnknownToken,                // 403: of no key or session that there is
  kExpiredToken,                // 403
  kUnauthorized,                // 401: nothing identifies the client
  kAccessDenied,                // 403: policies do not let the client in
  kAuthorizerFailure,           // 500: the function failed
  kAuthorizerConfiguration,     // 500: it cannot be called, or its answer is none
  kInvalidApiKey,               // 403
  kThrottled,                   // 429
  kQuotaExceeded,               // 429
  kBadRequestParameters,        // 400
  kBadRequestBody,              // 400
  kBadRequest,                  // 400, DEFAULT_4XX
  kUnsupportedMediaType,        // 415
  kRequestTooLarge,             // 413
  kUriTooLong,                  // 414
  kBusy,                        // 503: no room for the body now
  kIntegrationTimeout,          // 504
  kNetworkError,                // 504: an HTTP endpoint cannot be talked to
  kIntegrationFailure,          // 502: the function or its answer is broken
  kApiConfiguration,            // 500: the API is
};

// The whole answer, with the API's own customisation of it. `message` takes the place of the standard one;
// `detail` is $context.error.validationErrorString.
http::Response makeProblem(const Exchange& exchange, Problem problem, std::string_view message = {},
                           std::string_view detail = {});

// 403 {"message":"Forbidden"}: there is no such API or stage.
http::Response makeUnknownStage(std::string_view requestId);

// Adds the headers that every answer has: x-amzn-RequestId and x-amz-apigw-id.
void addIds(const Exchange& exchange, http::Response& response);

}  // namespace hearth::gateway
