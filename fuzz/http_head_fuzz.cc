// Heads of requests from strangers: parsing ends within the limits, and what passes is the same however it arrives.
// Input: a byte for the size of the pieces, the head.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/request_parser.h"

namespace {

using hearth::http::RequestParser;

struct Outcome {
  RequestParser::Progress progress = RequestParser::Progress::kMore;
  hearth::http::Request request;
  hearth::http::RequestFraming framing;
  int status = 0;
  std::size_t taken = 0;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Outcome parse(std::string_view input, std::size_t step) {
  Outcome outcome;
  RequestParser parser(outcome.request, {.bytes = 2048, .fields = 20, .bodyBytes = 1'000'000});
  std::string buffer;
  while (outcome.progress == RequestParser::Progress::kMore && !input.empty()) {
    buffer += input.substr(0, step);
    input.remove_prefix(std::min(step, input.size()));
    std::size_t consumed = 0;
    outcome.progress = parser.feed(buffer, consumed);
    require(consumed <= buffer.size());
    outcome.taken += consumed;
    buffer.erase(0, consumed);
  }
  if (outcome.progress == RequestParser::Progress::kDone) outcome.framing = parser.framing();
  if (outcome.progress == RequestParser::Progress::kRefused) outcome.status = parser.refusal().status;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Progress = RequestParser::Progress;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Outcome whole = parse(text, text.size());
  const Outcome pieces = parse(text, 1U + data[0] % 64U);
  // A malformed head may be seen as such sooner or later, but it never passes.
  require((whole.progress == Progress::kDone) == (pieces.progress == Progress::kDone));
  if (whole.progress == Progress::kRefused) require(whole.status >= 400 && whole.status <= 599);
  if (whole.progress != Progress::kDone) return 0;

  require(whole.taken == pieces.taken && whole.taken <= 2048);
  const auto& request = whole.request;
  require(request.target == pieces.request.target && request.method == pieces.request.method);
  require(request.headers.size() <= 21 && request.headers.size() == pieces.request.headers.size());
  require(whole.framing.body == pieces.framing.body && whole.framing.length == pieces.framing.length);
  require(whole.framing.length <= 1'000'000);
  require(!request.method.empty() && !request.target.empty());
  for (const auto& [name, value] : request.headers) {
    require(!name.empty());
    require((name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  // Two lengths of one body are what smuggling lives on.
  const bool chunked = whole.framing.body == hearth::http::BodyKind::kChunked;
  if (chunked) require(!request.headers.contains("Content-Length"));
  (void)request.host();
  (void)hearth::http::parseQuery(request.query);
  return 0;
}
