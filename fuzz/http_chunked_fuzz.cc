// Chunked bodies from strangers: decoding ends, and gives the same bytes however they arrive.
// Input: a byte for the size of the pieces, a byte for how much is taken at once, the coded body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/chunked_decoder.h"

namespace {

struct Outcome {
  std::string bytes;
  std::size_t taken = 0;
  bool done = false;
  bool broken = false;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Outcome decode(std::string_view input, std::size_t step, std::size_t most) {
  hearth::http::ChunkedDecoder decoder;
  Outcome outcome;
  while (outcome.taken < input.size() && !decoder.done() && !decoder.broken()) {
    const std::size_t before = outcome.bytes.size();
    const std::size_t taken = decoder.decode(input.substr(outcome.taken, step), outcome.bytes, most);
    require(taken > 0 && taken <= step);
    require(outcome.bytes.size() - before <= std::min(most, taken));
    outcome.taken += taken;
  }
  outcome.done = decoder.done();
  outcome.broken = decoder.broken();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const Outcome whole = decode(text, text.size(), text.size());
  const Outcome pieces = decode(text, 1U + data[0] % 16U, 1U + data[1] % 16U);
  require(whole.bytes == pieces.bytes);
  require(whole.taken == pieces.taken);
  require(whole.done == pieces.done && whole.broken == pieces.broken);
  require(whole.bytes.size() <= text.size());
  return 0;
}
