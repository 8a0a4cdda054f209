#include "http/request_parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>

#include "base/bytes.h"

namespace hearth::http {
namespace {

namespace beast = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// What may stand in a Host field: uri-host [ ":" port ], without judging the name.
bool isAuthority(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '/' && c != '?' && c != '#' && c != '@' && c != '\\' && c != ',';
  });
}

// "http://host/path" -> the index of "host"; 0 when the target has no scheme.
std::size_t schemeLength(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() >= scheme.size() && base::equalsIgnoreCase(target.substr(0, scheme.size()), scheme)) {
      return scheme.size();
    }
  }
  return 0;
}

}  // namespace

RequestParser::RequestParser(Request& request, const HeadLimits& limits) : request_(request), limits_(limits) {
  header_limit(static_cast<std::uint32_t>(limits.bytes));
  body_limit(boost::none);  // judged in readFraming()
}

RequestParser::Progress RequestParser::feed(std::string_view input, std::size_t& consumed) {
  ErrorCode error;
  consumed = put(boost::asio::const_buffer(input.data(), input.size()), error);
  headBytes_ += consumed;
  if (error == beast::error::need_more) {
    if (headBytes_ + (input.size() - consumed) < limits_.bytes) return Progress::kMore;
    error = beast::error::header_limit;
  }
  if (!error && !is_header_done()) return Progress::kMore;
  if (!error && headBytes_ <= limits_.bytes) return Progress::kDone;
  if (refusal_.status == 0) refusal_ = refusalFor(error, input);
  return Progress::kRefused;
}

Refusal RequestParser::refusalFor(const ErrorCode& error, std::string_view input) const {
  if (!error || error == beast::error::header_limit) {
    const bool inTarget = !sawRequestLine_ && input.substr(0, limits_.bytes).find('\n') == std::string_view::npos;
    if (inTarget) return {414, "The request target is too long."};
    return {431, "The header fields are too large."};
  }
  if (error == beast::error::bad_version) {
    const auto line = input.substr(0, input.find('\r'));
    const auto version = line.rfind(" HTTP/");
    if (version != std::string_view::npos && line.size() > version + 6 && line[version + 6] >= '2' &&
        line[version + 6] <= '9') {
      return {505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
    }
    return {400, "The request line is malformed."};
  }
  if (error == beast::error::bad_method || error == beast::error::bad_target) {
    return {400, "The request line is malformed."};
  }
  if (error == beast::error::bad_transfer_encoding || error == beast::error::bad_content_length ||
      error == beast::error::multiple_content_length) {
    return {400, "The length of the body is ambiguous."};
  }
  return {400, "A header field is malformed."};
}

void RequestParser::refuse(int status, std::string_view reason, ErrorCode& error) {
  refusal_ = {status, reason};
  error = beast::error::bad_field;  // any error stops the parser; the refusal says what it was
}

void RequestParser::on_request_impl(beast::verb, StringView method, StringView target, int version,
                                    ErrorCode& error) {
  sawRequestLine_ = true;
  framing_.http11 = version == 11;
  request_.method = view(method);
  request_.target = view(target);
  takeTarget(error);
}

// RFC 9112, section 3.2: origin-form, absolute-form, authority-form (CONNECT only), asterisk-form (OPTIONS only).
void RequestParser::takeTarget(ErrorCode& error) {
  std::string_view target = request_.target;
  if (request_.method == "CONNECT") {
    if (!isAuthority(target)) refuse(400, "CONNECT needs a host and a port.", error);
    return;
  }
  if (const std::size_t scheme = schemeLength(target); scheme > 0) {
    const auto end = std::min(target.find_first_of("/?", scheme), target.size());
    const auto authority = target.substr(scheme, end - scheme);
    if (authority.empty() || !isAuthority(authority)) {
      refuse(400, "The request target is malformed.", error);
      return;
    }
    request_.headers.add("Host", std::string(authority));  // takes precedence over the field (section 3.2.2)
    target.remove_prefix(end);
  } else if (target.front() != '/' && (target != "*" || request_.method != "OPTIONS")) {
    refuse(400, "The request target is malformed.", error);
    return;
  }
  const auto question = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, question);
  if (request_.path.empty()) request_.path = "/";
  request_.query = target.substr(std::min(question + 1, target.size()));
}

void RequestParser::on_field_impl(beast::field field, StringView name, StringView value, ErrorCode& error) {
  if (request_.headers.size() >= limits_.fields) {
    refuse(431, "There are too many header fields.", error);
    return;
  }
  const std::string_view text = view(value);
  switch (field) {
    case beast::field::content_length:
      ++contentLengths_;
      if (text.find_first_not_of("0123456789") != std::string_view::npos) ++contentLengths_;
      break;
    case beast::field::transfer_encoding:
      ++transferEncodings_;
      chunked_ = base::equalsIgnoreCase(text, "chunked");
      unknownCoding_ = unknownCoding_ || !chunked_;
      break;
    case beast::field::host:
      if (++hosts_ > 1 || !isAuthority(text)) {
        refuse(400, "The Host field is malformed.", error);
        return;
      }
      if (request_.headers.contains("Host")) return;  // the target was in absolute form
      break;
    case beast::field::expect:
      if (base::equalsIgnoreCase(text, "100-continue")) {
        framing_.expectContinue = framing_.http11;
      } else {
        unknownExpectation_ = true;
      }
      break;
    default:
      break;
  }
  request_.headers.add(std::string(view(name)), std::string(text));
}

void RequestParser::on_header_impl(ErrorCode& error) {
  framing_.keepAlive = keep_alive();
  readFraming(error);
  if (error) return;
  if (framing_.http11 && hosts_ == 0) {
    refuse(400, "The Host field is missing.", error);
  } else if (unknownExpectation_) {
    refuse(417, "The only expectation known here is 100-continue.", error);
  }
}

// RFC 9112, section 6.3; whatever two readers could understand differently is refused.
void RequestParser::readFraming(ErrorCode& error) {
  if (contentLengths_ > 1 || transferEncodings_ > 1 || (contentLengths_ > 0 && transferEncodings_ > 0) ||
      (transferEncodings_ > 0 && !framing_.http11)) {
    refuse(400, "The length of the body is ambiguous.", error);
    return;
  }
  if (unknownCoding_) {
    refuse(501, "The only transfer coding known here is chunked.", error);
    return;
  }
  if (chunked_) {
    framing_.body = BodyKind::kChunked;
    return;
  }
  const auto length = content_length();
  if (!length) framing_.expectContinue = false;
  if (length.value_or(0) == 0) return;
  if (*length > limits_.bodyBytes) {
    refuse(413, "The body is too large.", error);
    return;
  }
  framing_.body = BodyKind::kLength;
  framing_.length = *length;
}

}  // namespace hearth::http
