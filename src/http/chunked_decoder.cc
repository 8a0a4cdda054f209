#include "http/chunked_decoder.h"

#include <algorithm>

namespace hearth::http {
namespace {

constexpr unsigned kMostSizeDigits = 15;       // below 2^60
constexpr unsigned kMostLineBytes = 4 * 1024;  // one size line
constexpr unsigned kMostTrailerBytes = 16 * 1024;

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Bytes that may stand in an extension or a trailer line: no control characters but the tab.
bool isLineText(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

std::size_t ChunkedDecoder::decode(std::string_view input, std::string& into, std::size_t most) {
  std::size_t at = 0;
  while (at < input.size() && state_ != State::kDone && state_ != State::kBroken) {
    if (state_ != State::kData) {
      step(input[at++]);
      continue;
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>({left_, input.size() - at, most}));
    if (count == 0) break;
    into.append(input, at, count);
    at += count;
    most -= count;
    skipData(count);
  }
  return at;
}

void ChunkedDecoder::skipData(std::uint64_t count) {
  left_ -= count;
  if (left_ == 0) state_ = State::kDataCr;
}

void ChunkedDecoder::step(char c) {
  const auto expect = [&](char wanted, State next) { state_ = c == wanted ? next : State::kBroken; };
  switch (state_) {
    case State::kSize:
      readSize(c);
      break;
    case State::kSpace:
      if ((c != ' ' && c != '\t') || ++lineBytes_ > kMostLineBytes) endSize(c);
      break;
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeLf;
      } else if (!isLineText(c) || ++lineBytes_ > kMostLineBytes) {
        state_ = State::kBroken;
      }
      break;
    case State::kSizeLf:
      expect('\n', State::kData);
      if (state_ == State::kData) endSizeLine();
      break;
    case State::kDataCr:
      expect('\r', State::kDataLf);
      break;
    case State::kDataLf:
      expect('\n', State::kSize);
      break;
    case State::kTrailerStart:
    case State::kTrailer:
      if (c == '\r') {
        state_ = state_ == State::kTrailerStart ? State::kEndLf : State::kTrailerLf;
      } else if (!isLineText(c) || ++trailerBytes_ > kMostTrailerBytes) {
        state_ = State::kBroken;
      } else {
        state_ = State::kTrailer;
      }
      break;
    case State::kTrailerLf:
      expect('\n', State::kTrailerStart);
      break;
    case State::kEndLf:
      expect('\n', State::kDone);
      break;
    case State::kData:
    case State::kDone:
    case State::kBroken:
      break;
  }
}

void ChunkedDecoder::readSize(char c) {
  if (const int digit = hexValue(c); digit >= 0) {
    if (++digits_ > kMostSizeDigits) {
      state_ = State::kBroken;
      return;
    }
    left_ = left_ * 16 + static_cast<unsigned>(digit);
  } else if (digits_ == 0) {
    state_ = State::kBroken;
  } else if (c == ' ' || c == '\t') {
    state_ = State::kSpace;  // "bad whitespace" before an extension is tolerated (section 7.1.1)
  } else {
    endSize(c);
  }
}

void ChunkedDecoder::endSize(char c) {
  if (c == '\r') {
    state_ = State::kSizeLf;
  } else {
    state_ = c == ';' ? State::kExtension : State::kBroken;
  }
}

void ChunkedDecoder::endSizeLine() {
  digits_ = 0;
  lineBytes_ = 0;
  state_ = left_ == 0 ? State::kTrailerStart : State::kData;
}

}  // namespace hearth::http
