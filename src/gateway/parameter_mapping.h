// Parameter mappings: where the value of an integration request's or method response's parameter comes from.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "gateway/json_path.h"
#include "http/message.h"

namespace hearth::gateway {

struct Exchange;

enum class ParameterPlace : unsigned char { kHeader, kQuery, kPath };

// The right side of a mapping, parsed once.
class ParameterSource final {
 public:
  // In a request: method.request.{header,querystring,path,multivalueheader,multivaluequerystring}.NAME,
  // method.request.body[.PATH]. In a response: integration.response.{header,multivalueheader}.NAME,
  // integration.response.body[.PATH]. In both: context.NAME, stageVariables.NAME, 'literal'.
  enum class Side : unsigned char { kRequest, kResponse };
  // Fault: BadRequestException in AWS's words.
  static Result<ParameterSource> parse(std::string_view expression, Side side);

  // What an integration gave back. Null on the way in.
  struct IntegrationResult {
    const http::Headers* headers = nullptr;
    std::string_view body;
  };
  // All values; none when the source is absent. Faults: BadRequestException 400 "Invalid JSON in request body" for
  // a body path into what is no JSON, InternalServerError 500 for the same in a response.
  Result<std::vector<std::string>> values(const Exchange& exchange, const IntegrationResult& result) const;
  // Are the values percent-encoded, as the client sent them?
  bool isEncoded() const { return kind_ == Kind::kPath; }
  // NAME of context.NAME; empty for other sources.
  std::string_view contextName() const { return kind_ == Kind::kContext ? name_ : std::string_view(); }
  bool readsBody() const { return kind_ == Kind::kBody || kind_ == Kind::kBodyPath; }

 private:
  enum class Kind : unsigned char {
    kLiteral,
    kContext,
    kStageVariable,
    kHeader,
    kMultiHeader,
    kQuery,
    kMultiQuery,
    kPath,
    kBody,
    kBodyPath
  };
  Result<std::vector<std::string>> bodyValues(const Exchange& exchange, std::string_view body) const;

  Kind kind_ = Kind::kLiteral;
  Side side_ = Side::kRequest;
  std::string name_;
  std::optional<JsonPath> path_;
};

struct ParameterMapping {
  ParameterPlace place = ParameterPlace::kHeader;
  std::string name;
  ParameterSource source;
};

// "integration.request.header.X" -> source, or "method.response.header.X" -> source. Faults: BadRequestException.
Result<std::vector<ParameterMapping>> parseRequestMappings(const std::map<std::string, std::string>& mappings);
Result<std::vector<ParameterMapping>> parseResponseMappings(const std::map<std::string, std::string>& mappings);

}  // namespace hearth::gateway
