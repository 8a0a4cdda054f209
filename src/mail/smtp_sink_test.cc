#include "mail/smtp_sink.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace hearth::mail {

TestCertificate::TestCertificate() : context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test relay"), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), name);
  for (const auto& [id, value] :
       {std::pair{NID_subject_alt_name, "IP:127.0.0.1"}, std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(memory.get(), certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  pem.assign(text, static_cast<std::size_t>(size));
}

// One connection: lines in, lines out, perhaps through TLS.
struct SmtpSink::Connection {
  base::Fd fd;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
  std::string buffer;

  bool fill() {
    char bytes[4096];
    const auto size =
        ssl ? SSL_read(ssl.get(), bytes, sizeof bytes) : static_cast<int>(::recv(fd.get(), bytes, sizeof bytes, 0));
    if (size <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  // Up to and without CRLF.
  std::optional<std::string> line() {
    while (buffer.find("\r\n") == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    const auto end = buffer.find("\r\n");
    std::string result = buffer.substr(0, end);
    buffer.erase(0, end + 2);
    return result;
  }

  void say(const std::string& text) {
    const std::string bytes = text + "\r\n";
    if (ssl) {
      SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      (void)!::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }
};

SmtpSink::SmtpSink(Script script, SSL_CTX* tls)
    : script_(std::move(script)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    base::throwErrno("listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { acceptLoop(); });
}

SmtpSink::~SmtpSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  changed_.notify_all();
  ::shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
}

void SmtpSink::acceptLoop() {
  while (true) {
    base::Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) return;
    threads_.emplace_back([this, raw = fd.release()] { serve(base::Fd(raw)); });
  }
}

void SmtpSink::serve(base::Fd fd) {
  const int raw = fd.get();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    open_.push_back(raw);
  }
  Connection connection{.fd = std::move(fd)};
  talk(connection);
  const std::lock_guard lock(mutex_);
  std::erase(open_, raw);
}

void SmtpSink::talk(Connection& connection) {
  Received mail;
  std::string command = "CONNECT";
  while (true) {
    std::optional<std::string> reply;
    {
      std::unique_lock lock(mutex_);
      commands_.push_back(command);
      if (script_) reply = script_(command);
      if (reply == kHang) changed_.wait(lock, [this] { return stopping_; });
    }
    if (reply == kDrop || reply == kHang) return;
    const bool usual = !reply;
    if (command == "CONNECT") {
      connection.say(reply.value_or("220 sink"));
    } else if (command.starts_with("EHLO")) {
      connection.say(reply.value_or(tls_ != nullptr && !connection.ssl ? "250-sink\r\n250 STARTTLS" : "250 sink"));
    } else if (command == "STARTTLS" && usual && tls_ != nullptr) {
      connection.say("220 go");
      connection.ssl.reset(SSL_new(tls_));
      SSL_set_fd(connection.ssl.get(), connection.fd.get());
      if (SSL_accept(connection.ssl.get()) != 1) return;
    } else if (command == "DATA" && (usual || reply->starts_with("354"))) {
      connection.say(reply.value_or("354 go"));
      mail.data.clear();
      while (true) {
        const auto line = connection.line();
        if (!line) return;
        if (*line == ".") break;
        mail.data += *line + "\r\n";
      }
      command = ".";
      continue;
    } else if (command == ".") {
      if (usual || reply->starts_with('2')) {
        const std::lock_guard lock(mutex_);
        received_.push_back(mail);
        changed_.notify_all();
      }
      connection.say(reply.value_or("250 taken"));
    } else {
      if (command.starts_with("MAIL FROM:")) mail.from = command.substr(10);
      if (command.starts_with("RCPT TO:")) mail.to = command.substr(8);
      connection.say(reply.value_or(command == "QUIT" ? "221 bye" : "250 fine"));
      if (command == "QUIT") return;
    }
    const auto next = connection.line();
    if (!next) return;
    command = *next;
  }
}

std::vector<SmtpSink::Received> SmtpSink::received() {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::vector<std::string> SmtpSink::commands() {
  const std::lock_guard lock(mutex_);
  return commands_;
}

void SmtpSink::waitForMails(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return received_.size() >= count; });
}

std::string withoutDots(const std::string& data) {
  std::string result;
  bool lineBegins = true;
  for (const char c : data) {
    if (!(lineBegins && c == '.')) result += c;
    lineBegins = c == '\n';
  }
  return result;
}

}  // namespace hearth::mail
