#include "http/message.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::http {

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [fieldName, value] : fields_) {
    if (base::equalsIgnoreCase(fieldName, name)) return std::string_view(value);
  }
  return std::nullopt;
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  bool first = true;
  for (const auto& [fieldName, value] : fields_) {
    if (!base::equalsIgnoreCase(fieldName, name)) continue;
    if (!first) all += ", ";
    all += value;
    first = false;
  }
  return all;
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [name](const Field& field) { return base::equalsIgnoreCase(field.first, name); });
}

std::string_view Request::host() const {
  const auto value = headers.find("Host");
  return value ? hostWithoutPort(*value) : std::string_view();
}

std::string_view hostWithoutPort(std::string_view authority) {
  // An IPv6 literal stands in brackets, so a colon after the last bracket starts the port.
  const auto colon = authority.rfind(':');
  const auto bracket = authority.rfind(']');
  if (colon == std::string_view::npos) return authority;
  if (bracket != std::string_view::npos && colon < bracket) return authority;
  return authority.substr(0, colon);
}

Response Response::text(int status, std::string_view contentType, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(contentType));
  response.body = std::move(body);
  return response;
}

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      break;
  }
  return status < 400 ? "OK" : "Error";
}

std::vector<std::pair<std::string, std::string>> parseQuery(std::string_view query, bool plusIsSpace) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto value = part.substr(std::min(equals + 1, part.size()));
    pairs.emplace_back(base::uriDecode(part.substr(0, equals), plusIsSpace), base::uriDecode(value, plusIsSpace));
  }
  return pairs;
}

}  // namespace hearth::http
