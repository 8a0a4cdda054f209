// RuntimeApi: the HTTP interface between a runtime and its environment ("Using the Lambda runtime API",
// 2018-06-01).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/byte_budget.h"
#include "base/fd.h"
#include "functions/environment.h"
#include "http/server.h"

namespace hearth::functions {

// On the loop. One server with a listener per environment, named "environment:ID", which is all that tells requests
// apart: the sockets lie in the jails.
//
// Of each environment one body is read at a time, and none that its state does not allow; a further request is
// refused before its body is read. All bodies together take at most `bodyBytes` of memory until they were handed
// on, apart from those that announce to be small: at most one per environment. Where there is no room, the
// environment ends, and its invocation fails as one of the host.
class RuntimeApi final {
 public:
  RuntimeApi(boost::asio::io_context& loop, std::size_t bodyBytes);

  void attach(const std::shared_ptr<Environment>& environment, base::Fd socket);
  void detach(const std::string& id);
  Task<void> stop(std::chrono::milliseconds grace);

  // "environment:ID": what listeners of an environment are called.
  static std::string listenerName(const std::string& id);

 private:
  Task<http::Response> handle(http::Request& request);

  std::unordered_map<std::string, std::weak_ptr<Environment>> environments_;  // by listener name
  std::shared_ptr<base::ByteBudget> bodies_;  // shared with the requests in progress
  http::Server server_;
};

}  // namespace hearth::functions
