// RequestParser: the head of one HTTP/1.x request, and what it says about the body (RFC 9112, sections 2-7).
//
// Tokenising is Boost.Beast's; the rules against request smuggling, the limits and the choice of status are here.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string_view>

#include "http/message.h"

namespace hearth::http {

enum class BodyKind : unsigned char { kNone, kLength, kChunked };

struct RequestFraming {
  BodyKind body = BodyKind::kNone;
  std::uint64_t length = 0;  // of kLength
  bool http11 = true;
  bool keepAlive = false;
  bool expectContinue = false;
};

struct HeadLimits {
  std::size_t bytes;
  std::size_t fields;
  std::uint64_t bodyBytes;
};

// Why a request is turned away before a handler sees it.
struct Refusal {
  int status = 0;  // 0: it is not
  std::string_view reason;
};

// One request; not reusable. `request` must outlive the parser and gets everything but origin and body.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  RequestParser(Request& request, const HeadLimits& limits);

  enum class Progress : unsigned char { kMore, kDone, kRefused };
  // Takes bytes from the front of `input`; `consumed` says how many. Bytes behind the head are not consumed.
  Progress feed(std::string_view input, std::size_t& consumed);

  const RequestFraming& framing() const { return framing_; }  // once kDone
  const Refusal& refusal() const { return refusal_; }         // once kRefused

 private:
  using ErrorCode = boost::beast::error_code;
  using StringView = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, StringView method, StringView target, int version,
                       ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field field, StringView name, StringView value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_finish_impl(ErrorCode&) override {}

  // A request body never passes through this parser, and a response cannot come up.
  void on_response_impl(int, StringView, int, ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(StringView, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, StringView, ErrorCode&) override { return 0; }

  void refuse(int status, std::string_view reason, ErrorCode& error);
  void takeTarget(ErrorCode& error);
  void readFraming(ErrorCode& error);
  Refusal refusalFor(const ErrorCode& error, std::string_view input) const;

  Request& request_;
  HeadLimits limits_;
  RequestFraming framing_;
  Refusal refusal_;
  std::size_t headBytes_ = 0;
  bool sawRequestLine_ = false;
  // Fields that decide about framing, seen so far.
  unsigned contentLengths_ = 0;
  unsigned hosts_ = 0;
  unsigned transferEncodings_ = 0;
  bool chunked_ = false;
  bool unknownCoding_ = false;
  bool unknownExpectation_ = false;
};

}  // namespace hearth::http
