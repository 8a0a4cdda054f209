// Client: signed requests to the server on a data folder, as root.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cli/local_server.h"
#include "http/client.h"

namespace hearth::cli {

class Client final {
 public:
  // Faults: NoServer when none runs on the folder; those of reading its keys.
  static Result<Client> connect(const std::string& dataFolder);

  const ServerFile& server() const { return server_; }
  std::string endpoint() const { return server_.endpoint(); }

  // The server's own endpoints: /_hearth/...
  Result<http::ClientResponse> admin(std::string_view method, std::string_view pathAndQuery) const;
  // A JSON 1.1 service, for example ("logs", "Logs_20140328.FilterLogEvents", {...}).
  Result<Json> json(std::string_view service, std::string_view target, const JsonObject& body) const;
  // A REST service: the JSON document at a path, with a query that is in order of its names or none.
  Result<Json> get(std::string_view service, std::string_view pathAndQuery) const;
  // A query service; the XML of the answer.
  Result<std::string> query(std::string_view service,
                            const std::vector<std::pair<std::string, std::string>>& parameters) const;

 private:
  Client(ServerFile server, RootKey key) : server_(std::move(server)), key_(std::move(key)) {}
  Result<http::ClientResponse> send(std::string_view service, std::string_view method, std::string_view path,
                                    std::string_view query, http::Headers headers, std::string_view body) const;

  ServerFile server_;
  RootKey key_;
};

}  // namespace hearth::cli
