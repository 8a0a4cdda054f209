#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "http/raw_peer.h"
#include "http/server.h"

namespace hearth::http {
namespace {

using std::chrono::milliseconds;

// A fresh key with a certificate that it signed itself.
TlsContext selfSigned() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  EXPECT_EQ(SSL_CTX_use_certificate(context->native_handle(), certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context->native_handle(), key), 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

// TLS on the socket of a RawPeer.
class TlsPeer final {
 public:
  explicit TlsPeer(const RawPeer& peer) : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, peer.fd());
  }
  ~TlsPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  bool handshake() { return SSL_connect(ssl_) == 1; }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
  }
  std::string readUntil(std::string_view mark) {
    while (bytes_.find(mark) == std::string::npos) {
      char piece[16384];
      const int count = SSL_read(ssl_, piece, sizeof piece);
      if (count <= 0) return std::exchange(bytes_, {});
      bytes_.append(piece, static_cast<std::size_t>(count));
    }
    const auto end = bytes_.find(mark) + mark.size();
    std::string front = bytes_.substr(0, end);
    bytes_.erase(0, end);
    return front;
  }
  // What the next record brings; nothing at the end.
  std::string readPiece() {
    std::string piece(16384, 0);
    const int count = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
    piece.resize(static_cast<std::size_t>(std::max(count, 0)));
    return piece;
  }
  // True when the server ended the conversation properly.
  bool wasClosedCleanly() {
    char byte = 0;
    return SSL_read(ssl_, &byte, 1) == 0 && (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
  std::string bytes_;
};

Task<Response> echo(Request& request) {
  const Fault tooLarge("TooLarge", "too large");
  const auto body = co_await base::readAll(*request.body, 1 << 24, tooLarge);
  if (!body.ok()) co_return Response::text(body.fault().status, "text/plain", body.fault().code);
  co_return Response::text(200, "text/plain",
                           request.target + (request.origin.secure ? " secure " : " plain ") +
                               request.origin.tunnel + " [" + *body + "]");
}

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Tls : public testing::Test {
 protected:
  explicit Tls(ServerLimits limits = {}) : server_(echo, limits) {
    port_ = server_.onLoop([this] {
      server_.server().setTunnelPolicy([this](std::string_view host, int port) {
        return host == "s3.amazonaws.com" && port == 443 ? context_ : nullptr;
      });
      return server_.server().listen("127.0.0.1", 0, "tls", context_).value();
    });
  }

  TlsContext context_ = selfSigned();
  TestServer server_;
  int port_ = 0;
};

TEST_F(Tls, IsToldApartFromPlainByItsFirstByte) {
  RawPeer socket(port_);
  TlsPeer secure(socket);
  ASSERT_TRUE(secure.handshake());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(secure.send(get("/a")));
    EXPECT_TRUE(contains(secure.readUntil("]"), "/a secure  []"));
  }
  const std::string large(300'000, 'x');
  ASSERT_TRUE(secure.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + large));
  EXPECT_TRUE(contains(secure.readUntil("]"), "[" + large + "]"));
  ASSERT_TRUE(secure.send("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(contains(secure.readUntil("]"), "/c secure"));
  EXPECT_TRUE(secure.wasClosedCleanly());

  RawPeer plain(port_);
  plain.send(get("/d"));
  EXPECT_TRUE(contains(plain.readUntil("]"), "/d plain  []"));
}

TEST_F(Tls, EndsATunnelHere) {
  RawPeer socket(server_.port());
  socket.send("CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nHost: s3.amazonaws.com:443\r\n\r\n");
  EXPECT_EQ(socket.readHead(), "HTTP/1.1 200 Connection established\r\n\r\n");
  TlsPeer secure(socket);
  ASSERT_TRUE(secure.handshake());
  ASSERT_TRUE(secure.send(get("/bucket") + get("/key")));
  EXPECT_TRUE(contains(secure.readUntil("]"), "/bucket secure s3.amazonaws.com:443 []"));
  EXPECT_TRUE(contains(secure.readUntil("]"), "/key secure"));
  ASSERT_TRUE(secure.send("CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(contains(secure.readUntil("\r\n\r\n"), "HTTP/1.1 400 ")) << "no tunnel inside a tunnel";
}

TEST_F(Tls, RefusesOtherTunnels) {
  const auto answerTo = [&](const std::string& authority, const std::string& fields = "") {
    RawPeer peer(server_.port());
    peer.send("CONNECT " + authority + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    return peer.readAll().substr(0, 13);
  };
  EXPECT_EQ(answerTo("example.org:443"), "HTTP/1.1 403 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:80"), "HTTP/1.1 403 ");
  EXPECT_EQ(answerTo("169.254.169.254:80"), "HTTP/1.1 403 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:0"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:99999"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:443x"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("/x"), "HTTP/1.1 400 ");
  EXPECT_EQ(answerTo("s3.amazonaws.com:443", "Content-Length: 5\r\n"), "HTTP/1.1 400 ");
  server_.onLoop([&] {
    server_.server().setTunnelPolicy(nullptr);
    return 0;
  });
  EXPECT_EQ(answerTo("s3.amazonaws.com:443"), "HTTP/1.1 403 ");
}

class HurriedTls : public Tls {
 protected:
  static ServerLimits limits() {
    ServerLimits limits;
    limits.headTimeout = limits.idleTimeout = limits.bodyTimeout = milliseconds(60);
    return limits;
  }
  HurriedTls() : Tls(limits()) {}
};

TEST_F(HurriedTls, ClosesOnWhatIsNoHandshake) {
  RawPeer garbage(port_);
  garbage.send("\x16this is not TLS, and it is long enough to be judged");
  bool closed = false;
  garbage.readAll(&closed);
  EXPECT_TRUE(closed);
  RawPeer half(port_);
  half.send("\x16\x03\x01");
  half.readAll(&closed);
  EXPECT_TRUE(closed);
  RawPeer silent(port_);
  EXPECT_TRUE(silent.isClosed());
  RawPeer noTls(server_.port());
  noTls.send("CONNECT s3.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n\r\n" + get("/"));
  EXPECT_FALSE(contains(noTls.readAll(&closed), "plain")) << "nothing in a tunnel is served without TLS";
  EXPECT_TRUE(closed);
}

TEST_F(HurriedTls, ClosesIdleConnections) {
  RawPeer socket(port_);
  TlsPeer secure(socket);
  ASSERT_TRUE(secure.handshake());
  ASSERT_TRUE(secure.send(get("/")));
  secure.readUntil("]");
  EXPECT_TRUE(secure.wasClosedCleanly());
}

// A reader that takes longer for the whole than a wait may last, and never pauses for that long.
TEST(TlsServer, ServesWhoReadsSlowly) {
  const std::string large(8 << 20, 'x');
  ServerLimits limits;
  limits.bodyTimeout = milliseconds(600);
  TestServer server([&](Request&) -> Task<Response> { co_return Response::text(200, "text/plain", large + "]"); },
                    limits);
  const TlsContext context = selfSigned();
  RawPeer socket(server.onLoop([&] { return server.server().listen("127.0.0.1", 0, "tls", context).value(); }));
  const int small = 64 * 1024;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  TlsPeer secure(socket);
  ASSERT_TRUE(secure.handshake());
  ASSERT_TRUE(secure.send(get("/")));
  const auto start = std::chrono::steady_clock::now();
  std::size_t got = 0;
  std::string piece;
  while (!(piece = secure.readPiece()).empty() && piece.back() != ']') {
    got += piece.size();
    while (std::chrono::steady_clock::now() - start <
           limits.bodyTimeout * 2.5 * (double(got) / double(large.size()))) {
      std::this_thread::yield();
    }
  }
  EXPECT_GT(got, large.size() - 16384) << "broken off";
  EXPECT_TRUE(piece.ends_with("x]"));
}

TEST_F(Tls, APeerMayVanish) {
  {
    RawPeer socket(port_);
    TlsPeer secure(socket);
    ASSERT_TRUE(secure.handshake());
    ASSERT_TRUE(secure.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"));
  }
  while (server_.onLoop([&] { return server_.server().connections(); }) > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace hearth::http
