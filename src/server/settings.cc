#include "server/settings.h"

#include <algorithm>
#include <charconv>

#include "http/client.h"

namespace hearth::server {
namespace {

Fault invalid(std::string message) { return {"InvalidArgument", std::move(message)}; }

bool isPrintable(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<void> parseListen(const std::string& text, Settings& settings) {
  std::string port = text;
  auto colon = text.rfind(':');
  if (colon != std::string::npos) {
    settings.address = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (settings.address.starts_with('[') && settings.address.ends_with(']'))
      settings.address = settings.address.substr(1, settings.address.size() - 2);
    if (settings.address == "localhost") settings.address = "127.0.0.1";
  }
  int number = -1;
  auto end = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || end.ptr != port.data() + port.size() || number < 0 || number > 65535)
    return invalid("--listen takes ADDRESS:PORT, for example 127.0.0.1:4566; '" + text + "' is not that.");
  settings.port = number;
  return {};
}

Result<void> checkPublicUrl(const std::string& url) {
  const auto parts = http::parseUrl(url, http::Schemes::kPlainAndTls);
  if (parts.ok() && parts->target == "/" && !url.ends_with('/') &&
      url.find_first_of("?#'\"\\$`") == std::string::npos)
    return {};
  return invalid("--public-url takes SCHEME://HOST[:PORT], for example https://hearth.example.org:4566; '" + url +
                 "' is not that.");
}

Result<identity::RootKey> parseAccount(const std::string& text) {
  std::vector<std::string> parts;
  std::string rest = text;
  while (parts.size() < 3) {
    auto colon = rest.find(':');
    if (colon == std::string::npos || parts.size() == 2) break;
    parts.push_back(rest.substr(0, colon));
    rest = rest.substr(colon + 1);
  }
  // A secret may contain anything printable but a colon; what follows the next colon is the canonical id.
  auto colon = rest.find(':');
  std::string secret = rest.substr(0, colon);
  std::string canonical = colon == std::string::npos ? "" : rest.substr(colon + 1);
  if (parts.size() != 2 || !isPrintable(parts[1]) || !isPrintable(secret))
    return invalid("--account takes ID:ACCESS_KEY:SECRET[:CANONICAL_ID] with printable characters.");
  if (parts[0].size() != 12 ||
      !std::all_of(parts[0].begin(), parts[0].end(), [](char c) { return c >= '0' && c <= '9'; }))
    return invalid("--account: the account id has twelve digits; '" + parts[0] + "' does not.");
  return identity::RootKey{parts[0], parts[1], secret, canonical};
}

Result<base::Time> parseClock(const std::string& text) {
  std::string spelled = text;
  if (spelled.size() > 10 && spelled[10] == ' ') spelled[10] = 'T';
  bool zoned =
      spelled.find('Z') != std::string::npos || spelled.find('+') != std::string::npos || spelled.rfind('-') > 10;
  auto time = base::parseIso8601(zoned || spelled.size() <= 10 ? spelled : spelled + "Z");
  if (!time.ok())
    return invalid("--clock takes a time such as 2019-04-08T22:59:00+02:00; '" + text + "' is not one.");
  return *time;
}

}  // namespace hearth::server
