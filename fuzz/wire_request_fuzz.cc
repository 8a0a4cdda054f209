// Whole requests from strangers: service, protocol and operation are found or refused, the input is decoded or
// refused, and every refusal is a well-formed answer. Input: a request as it stands on the wire.
#include <cstddef>
#include <cstdint>

#include "api/apigateway.h"
#include "api/iam.h"
#include "api/logs.h"
#include "api/s3.h"
#include "http/request_parser.h"
#include "typed_input.h"
#include "wire/codec.h"

using namespace hearth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const wire::Routes routes(
      {&api::apigateway::kService, &api::iam::kService, &api::logs::kService, &api::s3::kService});
  http::Request request;
  http::RequestParser parser(request, {.bytes = 8192, .fields = 50, .bodyBytes = 1'000'000});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t taken = 0;
  if (parser.feed(text, taken) != http::RequestParser::Progress::kDone) return 0;
  const std::string_view body = text.substr(taken);
  request.body = std::make_unique<base::StringStream>(std::string(body));

  const api::Service* guess = routes.guessService(request);
  const auto match = routes.find(request, wire::Routes::needsBody(request) ? body : std::string_view());
  if (!match.ok()) {
    fuzz::requireSayable(guess, match.fault());
    return 0;
  }
  fuzz::require(match->service != nullptr && !match->operationName.empty());
  if (!match->operation) return 0;
  auto input = wire::decodeInput(*match, request, body);
  if (!input.ok()) {
    fuzz::requireSayable(match->service, input.fault());
    return 0;
  }
  fuzz::requireKeepable(*match->operation, input->data());
  return 0;
}
