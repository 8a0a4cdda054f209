// ApiDefinition: a REST API as a document describes it, in the service's own shapes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/apigateway.h"

namespace hearth::services::apigateway {

// What was noticed while a document was read or carried out. Errors refuse the whole import; warnings tell of what
// was left out. Both are cut to a number that an answer can hold.
class Findings final {
 public:
  void error(std::string text) { add(errors_, std::move(text)); }
  void warning(std::string text) { add(warnings_, std::move(text)); }
  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  static constexpr std::size_t kMost = 100;
  static constexpr std::size_t kMostText = 600;
  static void add(std::vector<std::string>& list, std::string text) {
    if (text.size() > kMostText) text.resize(kMostText);
    if (list.size() < kMost) list.push_back(std::move(text));
  }
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

struct OperationDefinition {
  std::string path;  // "/pets/{id}", with the base path where that is wanted
  // `authorizerId` and `requestValidatorId` are names here: ids belong to an API that exists.
  api::apigateway::Method method;
};

// What a document does not mention is absent.
struct ApiDefinition {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> version;
  std::optional<std::vector<std::string>> binaryMediaTypes;
  std::optional<std::string> apiKeySource;
  std::optional<std::vector<std::string>> endpointTypes;
  std::optional<bool> disableExecuteApiEndpoint;
  std::optional<std::string> policy;  // JSON text
  std::vector<std::string> paths;     // all of them; some have no operation
  std::vector<OperationDefinition> operations;
  std::vector<api::apigateway::Model> models;
  std::vector<api::apigateway::RequestValidator> validators;
  std::vector<api::apigateway::Authorizer> authorizers;
  std::vector<api::apigateway::GatewayResponse> gatewayResponses;
  Findings findings;
};

}  // namespace hearth::services::apigateway
