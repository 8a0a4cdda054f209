// IntegrationUri: what the URI of an AWS integration names: a function, or a path of a service.
// https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "gateway/definition.h"

namespace hearth::gateway {

struct FunctionTarget {
  std::string arn;
};

// "{bucket}/pages/{key}?versionId=7" of the service s3.
struct ServiceTarget {
  struct Piece {
    bool parameter = false;
    std::string text;  // percent-encoded, or the name of a path parameter
  };
  std::string service;
  std::string region;
  std::vector<Piece> path;  // begins with "/"
  std::string query;        // percent-encoded
};

// "https://example.org/pets/{id}?kind=cat" of an HTTP integration.
struct HttpTarget {
  std::string origin;                      // "https://example.org:8443"
  std::vector<ServiceTarget::Piece> path;  // begins with "/"
  std::string query;                       // percent-encoded
};

using IntegrationTarget = std::variant<FunctionTarget, ServiceTarget>;

// `type` is AWS or AWS_PROXY. Faults: BadRequestException in AWS's words for what is no such URI, and by name for
// services and actions that are not supported.
Result<IntegrationTarget> parseIntegrationUri(std::string_view type, std::string_view uri);

// Of the types HTTP and HTTP_PROXY. Faults: BadRequestException for what is no http:// or https:// URL, and for a
// path parameter in the host, which would let clients choose the server that is called.
Result<HttpTarget> parseHttpUri(std::string_view uri);

// ${stageVariables.name} replaced by the stage's value, or by nothing.
std::string withStageVariables(std::string_view text, const TextMap& variables);

}  // namespace hearth::gateway
