// SmtpSink: a mail server for tests, with replies that the test decides.
#pragma once

#include <openssl/ssl.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace hearth::mail {

// A key and a self-signed certificate for 127.0.0.1, made when asked for.
struct TestCertificate {
  TestCertificate();
  std::string pem;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context;
};

// Listens on 127.0.0.1 from construction to destruction; a thread per connection.
class SmtpSink final {
 public:
  struct Received {
    std::string from;
    std::string to;
    std::string data;  // as it came over the wire: dots still doubled, without the final dot
  };

  // Called with every command line, "CONNECT" for the greeting and "." for the end of data. nullopt: the usual
  // reply. Otherwise the reply without line end; kDrop closes the connection, kHang says nothing any more.
  using Script = std::function<std::optional<std::string>(const std::string& command)>;
  static inline const std::string kDrop = "DROP";
  static inline const std::string kHang = "HANG";

  explicit SmtpSink(Script script = {}, SSL_CTX* tls = nullptr);
  ~SmtpSink();

  std::uint16_t port() const { return port_; }
  std::vector<Received> received();
  std::vector<std::string> commands();
  void waitForMails(std::size_t count);

 private:
  struct Connection;
  void acceptLoop();
  void serve(base::Fd fd);
  void talk(Connection& connection);

  Script script_;
  SSL_CTX* tls_;
  base::Fd listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;              // guarded by mutex_
  std::vector<Received> received_;     // guarded by mutex_
  std::vector<std::string> commands_;  // guarded by mutex_
  std::vector<int> open_;              // guarded by mutex_
  std::vector<std::thread> threads_;   // of the accepting thread
  std::thread acceptor_;
};

// What the relay stores: doubled dots single again.
std::string withoutDots(const std::string& data);

}  // namespace hearth::mail
