// RuntimeApi: the HTTP interface between a runtime and its environment ("Using the Lambda runtime API",
// 2018-06-01).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/fd.h"
#include "functions/environment.h"
#include "http/server.h"

namespace hearth::functions {

// On the loop. One server with a listener per environment, named "environment:ID", which is all that tells requests
// apart: the sockets lie in the jails.
class RuntimeApi final {
 public:
  explicit RuntimeApi(boost::asio::io_context& loop);

  void attach(const std::shared_ptr<Environment>& environment, base::Fd socket);
  void detach(const std::string& id);
  Task<void> stop(std::chrono::milliseconds grace);

  // "environment:ID": what listeners of an environment are called.
  static std::string listenerName(const std::string& id);

 private:
  Task<http::Response> handle(http::Request& request);

  std::unordered_map<std::string, std::weak_ptr<Environment>> environments_;  // by listener name
  http::Server server_;
};

}  // namespace hearth::functions
