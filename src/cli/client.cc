#include "cli/client.h"

#include <pugixml.hpp>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/random.h"
#include "wire/sigv4_signer.h"

namespace hearth::cli {
namespace {

Fault faultOf(const http::ClientResponse& response) {
  std::string code = "Failed";
  std::string message = "The server answered " + std::to_string(response.status) + ".";
  if (auto document = base::parseJson(response.body); document.ok()) {
    message =
        base::findString(*document, "message").value_or(base::findString(*document, "Message").value_or(message));
    code = base::findString(*document, "__type").value_or(base::findString(*document, "code").value_or(code));
  } else {
    pugi::xml_document xml;
    if (xml.load_buffer(response.body.data(), response.body.size())) {
      if (auto node = xml.select_node("//Message")) message = node.node().text().get();
      if (auto node = xml.select_node("//Code")) code = node.node().text().get();
    }
  }
  return {code, message, response.status};
}

std::pair<std::string_view, std::string_view> parted(std::string_view pathAndQuery) {
  const auto mark = pathAndQuery.find('?');
  if (mark == std::string_view::npos) return {pathAndQuery, ""};
  return {pathAndQuery.substr(0, mark), pathAndQuery.substr(mark + 1)};
}

}  // namespace

Result<Client> Client::connect(const std::string& dataFolder) {
  auto server = findServer(dataFolder);
  if (!server) return noServer(dataFolder);
  base::SystemRandom random;
  HEARTH_TRY(auto keyring, store::Keyring::open(dataFolder, random, store::Keyring::Missing::kRefuse));
  HEARTH_TRY(RootKey key, openRootKey(dataFolder, *keyring, random));
  return Client(*std::move(server), std::move(key));
}

Result<http::ClientResponse> Client::send(std::string_view service, std::string_view method, std::string_view path,
                                          std::string_view query, http::Headers headers,
                                          std::string_view body) const {
  headers.set("Host", server_.localAddress());
  wire::UnsignedRequest request{std::string(method), std::string(path), std::string(query), std::move(headers)};
  wire::signRequest(request, base::sha256Hex(body), {key_.accessKeyId, key_.secretAccessKey, ""},
                    {server_.region, std::string(service)}, base::SystemClock().now());
  std::string url = "http://" + server_.localAddress() + std::string(path);
  if (!query.empty()) url += "?" + std::string(query);
  return http::request(method, url, request.headers, body);
}

Result<http::ClientResponse> Client::admin(std::string_view method, std::string_view pathAndQuery) const {
  const auto [path, query] = parted(pathAndQuery);
  HEARTH_TRY(auto response, send("hearth", method, path, query, {}, ""));
  if (response.status >= 400) return faultOf(response);
  return response;
}

Result<Json> Client::json(std::string_view service, std::string_view target, const JsonObject& body) const {
  http::Headers headers;
  headers.add("Content-Type", "application/x-amz-json-1.1");
  headers.add("X-Amz-Target", std::string(target));
  HEARTH_TRY(auto response, send(service, "POST", "/", "", std::move(headers), base::writeJson(body)));
  if (response.status >= 400) return faultOf(response);
  return base::parseJson(response.body);
}

Result<Json> Client::get(std::string_view service, std::string_view pathAndQuery) const {
  const auto [path, query] = parted(pathAndQuery);
  HEARTH_TRY(auto response, send(service, "GET", path, query, {}, ""));
  if (response.status >= 400) return faultOf(response);
  return base::parseJson(response.body);
}

Result<std::string> Client::query(std::string_view service,
                                  const std::vector<std::pair<std::string, std::string>>& parameters) const {
  std::string body;
  for (const auto& [name, value] : parameters) {
    if (!body.empty()) body += '&';
    body += base::uriEncode(name) + "=" + base::uriEncode(value);
  }
  http::Headers headers;
  headers.add("Content-Type", "application/x-www-form-urlencoded");
  HEARTH_TRY(auto response, send(service, "POST", "/", "", std::move(headers), body));
  if (response.status >= 400) return faultOf(response);
  return std::move(response.body);
}

}  // namespace hearth::cli
