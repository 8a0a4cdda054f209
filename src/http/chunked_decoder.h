// ChunkedDecoder: takes the chunked transfer coding off a body (RFC 9112, section 7.1).
//
// Extensions and trailer fields are checked for shape and size, then dropped, as section 7.1.1 allows. Memory does
// not grow with the input. Used by server and client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::http {

class ChunkedDecoder final {
 public:
  enum class State : unsigned char {
    kSize,       // in the hexadecimal size
    kSpace,      // in white space behind it
    kExtension,  // behind it, up to the line's end
    kSizeLf,     // at the line feed of that line
    kData,       // inside a chunk
    kDataCr,     // at the CRLF behind a chunk
    kDataLf,
    kTrailerStart,  // at the start of a trailer line
    kTrailer,       // inside one
    kTrailerLf,
    kEndLf,  // at the line feed that ends the body
    kDone,
    kBroken
  };

  // Consumes as much of `input` as it can, appends at most `most` bytes of data to `into`, and returns the number
  // of bytes consumed. Bytes behind the body's end stay unconsumed.
  std::size_t decode(std::string_view input, std::string& into, std::size_t most);

  bool done() const { return state_ == State::kDone; }
  bool broken() const { return state_ == State::kBroken; }
  // Bytes of the chunk at hand that may be taken from the wire as they are; account for them with skipData().
  std::uint64_t dataLeft() const { return state_ == State::kData ? left_ : 0; }
  void skipData(std::uint64_t count);

 private:
  void step(char c);
  void readSize(char c);
  void endSize(char c);
  void endSizeLine();

  State state_ = State::kSize;
  std::uint64_t left_ = 0;
  unsigned digits_ = 0;
  unsigned lineBytes_ = 0;     // of the size line with its extensions
  unsigned trailerBytes_ = 0;  // of all trailer lines
};

}  // namespace hearth::http
