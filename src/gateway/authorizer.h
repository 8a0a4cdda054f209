// Lambda authorizers: what identifies a client, what the function is asked, and what it answers.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
#pragma once

#include <re2/re2.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/caller.h"
#include "gateway/definition.h"
#include "gateway/parameter_mapping.h"

namespace hearth::gateway {

struct Exchange;

struct Authorizer {
  enum class Type : unsigned char { kToken, kRequest };
  Type type = Type::kToken;
  std::string id;
  std::string functionArn;
  std::string roleArn;                   // in whose name it is called; empty: API Gateway's own
  std::vector<ParameterSource> sources;  // of kToken: its header
  std::unique_ptr<RE2> validation;       // of kToken; null: any token
  std::chrono::seconds ttl{300};         // 0: answers are not kept
};

// Faults: BadRequestException 400 for what AWS refuses, and by name for what is not supported here: Cognito user
// pools.
Result<Authorizer> compileAuthorizer(const AuthorizerDefinition& definition, const TextMap& stageVariables);

// By what an authorizer knows a client.
struct ClientIdentity {
  std::string token;     // of kToken
  std::string cacheKey;  // a digest of all sources, of the authorizer and of its stage
};

// nullopt when a source is missing or empty, or the token is not valid.
std::optional<ClientIdentity> identifyClient(const Exchange& exchange, const Authorizer& authorizer);

// arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH of the request: with no slash at the end and with plain
// characters where the client has escaped such, so that a policy sees one spelling of a path.
std::string methodArnOf(const Exchange& exchange);

// What the function gets, JSON text.
std::string makeAuthorizerEvent(const Exchange& exchange, const Authorizer& authorizer,
                                const ClientIdentity& identity, std::string_view methodArn);

// Fault: AuthorizerConfiguration 500, with the reason for the log.
Result<AuthorizerAnswer> parseAuthorizerAnswer(std::string_view payload, const ports::PolicyReader& policies);

}  // namespace hearth::gateway
