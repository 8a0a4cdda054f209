#include "http/outbound.h"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "http/raw_peer.h"
#include "http/server.h"

namespace hearth::http {
namespace {

// Sends one request and waits for what comes.
Result<ClientResponse> send(OutboundRequest request, const OutboundOptions& options = {.reach = Reach::kAny}) {
  boost::asio::io_context loop;
  Outbound outbound(loop, options);
  std::optional<Result<ClientResponse>> outcome;
  const auto run = [&]() -> Task<void> { outcome.emplace(co_await outbound.send(std::move(request))); };
  boost::asio::co_spawn(loop, run, [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  while (!outcome && loop.run_one() > 0) {
  }
  return std::move(outcome).value();
}

OutboundRequest get(std::string url) {
  OutboundRequest request;
  request.method = "GET";
  request.url = std::move(url);
  return request;
}

std::string codeOf(OutboundRequest request, const OutboundOptions& options = {.reach = Reach::kAny}) {
  const auto outcome = send(std::move(request), options);
  return outcome.ok() ? std::to_string(outcome->status) : outcome.fault().code;
}

// Says what it was asked.
Task<Response> echo(Request& request) {
  const Fault tooLarge("TooLarge", "too large");
  const auto body = co_await base::readAll(*request.body, 1 << 24, tooLarge);
  Response response = Response::text(request.path == "/moved" ? 302 : 200, "text/plain", request.method + " ");
  response.headers.add("Location", "/elsewhere");
  response.body += request.target + " " + std::string(request.headers.find("Host").value_or("")) + " " +
                   std::string(request.headers.find("X-Mine").value_or("-")) + " " +
                   std::string(request.headers.find("Te").value_or("-")) + " [" + *body + "]";
  co_return response;
}

// A server that answers every connection with fixed bytes, whatever it is asked, and then closes, unless it is to
// keep the connection; with no bytes it is silent and keeps it.
class Canned final {
 public:
  explicit Canned(std::string bytes, bool keep = false)
      : keep_(keep), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_.get(), 8), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(bytes)] { serve(answer); });
  }
  ~Canned() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  void serve(const std::string& answer) const {
    std::vector<base::Fd> kept;
    while (true) {
      base::Fd peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) return;
      if (answer.empty()) {
        kept.push_back(std::move(peer));
        continue;
      }
      char asked[4096];  // comes in one piece
      ::recv(peer.get(), asked, sizeof asked, 0);
      ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      if (keep_) kept.push_back(std::move(peer));
    }
  }

  const bool keep_;
  base::Fd socket_;
  int port_ = 0;
  std::thread thread_;
};

TEST(Outbound, SendsARequestAndGivesTheResponse) {
  TestServer server(echo);
  OutboundRequest request = get(server.url("/a%2Fb?c=d"));
  request.method = "PUT";
  request.headers.add("X-Mine", "1");
  request.headers.add("TE", "gzip");
  request.headers.add("Content-Length", "77");
  request.headers.add("Transfer-Encoding", "chunked");
  request.body = "hello";
  const auto response = send(std::move(request)).value();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.find("Content-Type"), "text/plain");
  EXPECT_EQ(response.body, "PUT /a%2Fb?c=d 127.0.0.1:" + std::to_string(server.port()) + " 1 - [hello]");
}

TEST(Outbound, FollowsNoRedirect) {
  TestServer server(echo);
  EXPECT_EQ(codeOf(get(server.url("/moved"))), "302");
}

TEST(Outbound, TakesAHostOfItsOwnAndFindsNames) {
  TestServer server(echo);
  OutboundRequest request = get("http://localhost:" + std::to_string(server.port()) + "/");
  request.headers.add("Host", "example.org");
  EXPECT_EQ(send(std::move(request)).value().body, "GET / example.org - - []");
}

// The reach decides on addresses, so a name or a spelling changes nothing.
TEST(Outbound, ReachesNothingInsideUnlessItMay) {
  TestServer server(echo);
  const std::string port = std::to_string(server.port());
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "127.1",
                           "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[fd00:ec2::254]"}) {
    const std::string code = codeOf(get("http://" + std::string(host) + ":" + port + "/"), {});
    EXPECT_TRUE(code == "NotReachable" || code == "UnknownHost") << host << ": " << code;
  }
}

TEST(Outbound, RefusesWhatIsNoUrlOrNoHeader) {
  for (const char* url : {"", "ftp://h/", "http://", "http:///x", "http://u@h/", "http://h:0/", "http://h:22/",
                          "http://h:1023/", "http://h:70000/", "http://h/a b", "http://h/\x7f", "http://h\xc3\xa9/",
                          "http://h%25/", "http://fe80::1%25eth0/", "http://a/\r\nX: y"}) {
    EXPECT_EQ(codeOf(get(url)), "InvalidUrl") << url;
  }
  OutboundRequest split = get("http://127.0.0.1:9999/");
  split.headers.add("X-A", "1\r\nX-B: 2");
  EXPECT_EQ(codeOf(std::move(split)), "InvalidUrl");
  OutboundRequest method = get("http://127.0.0.1:9999/");
  method.method = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(codeOf(std::move(method)), "InvalidUrl");
}

TEST(Outbound, ReadsBodiesOfEveryFraming) {
  const auto bodyOf = [](std::string bytes) { return send(get(Canned(std::move(bytes)).url())).value().body; };
  EXPECT_EQ(bodyOf("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more"), "hi");
  EXPECT_EQ(bodyOf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"), "abcd");
  EXPECT_EQ(bodyOf("HTTP/1.0 200 OK\r\n\r\nto the end"), "to the end");
  EXPECT_EQ(bodyOf("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n"
                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
            "hi");
  OutboundRequest head = get("");
  head.method = "HEAD";
  const Canned server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  head.url = server.url();
  EXPECT_EQ(send(std::move(head)).value().headers.find("Content-Length"), "5");
}

TEST(Outbound, RefusesResponsesThatAreNone) {
  const auto code = [](std::string bytes) { return codeOf(get(Canned(std::move(bytes)).url())); };
  EXPECT_EQ(code("SSH-2.0-OpenSSH\r\n"), "InvalidResponse");
  for (const char* status : {"000", "099", "101", "600", "999"}) {
    EXPECT_EQ(code("HTTP/1.1 " + std::string(status) + " X\r\nContent-Length: 0\r\n\r\n"), "InvalidResponse")
        << status;
  }
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"), "InvalidResponse");
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "InvalidResponse");
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "InvalidResponse");
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"), "InvalidResponse");
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 102 Processing\r\n\r\n";
  EXPECT_EQ(code(interim), "InvalidResponse");
}

TEST(Outbound, LimitsBodies) {
  const Canned exact("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
  OutboundRequest fits = get(exact.url());
  fits.bodyBytes = 10;
  EXPECT_EQ(codeOf(std::move(fits)), "200");
  OutboundRequest over = get(exact.url());
  over.bodyBytes = 9;
  EXPECT_EQ(codeOf(std::move(over)), "ResponseTooLarge");
  const Canned chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n");
  OutboundRequest parts = get(chunked.url());
  parts.bodyBytes = 9;
  EXPECT_EQ(codeOf(std::move(parts)), "ResponseTooLarge");
  OutboundRequest full = get(chunked.url());
  std::size_t asked = 0;
  full.reserve = [&](std::size_t bytes) {
    asked += bytes;
    return false;
  };
  EXPECT_EQ(codeOf(std::move(full)), "Busy");
  EXPECT_EQ(asked, 10U);
}

TEST(Outbound, EndsAtItsDeadline) {
  const Canned silent("");
  OutboundRequest request = get(silent.url());
  request.timeout = std::chrono::milliseconds(50);
  EXPECT_EQ(codeOf(std::move(request)), "RequestTimeout");
}

TEST(Outbound, SaysWhenNobodyIsThere) {
  int port = 0;
  {
    TestServer gone(echo);
    port = gone.port();
  }
  EXPECT_EQ(codeOf(get("http://127.0.0.1:" + std::to_string(port) + "/")), "ConnectionFailed");
  EXPECT_EQ(codeOf(get("http://no-such-name.invalid/")), "UnknownHost");
}

// --- TLS

struct SelfSigned {
  TlsContext server;
  std::string pem;
};

SelfSigned selfSigned(const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
  SelfSigned made{std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server), {}};
  EXPECT_EQ(SSL_CTX_use_certificate(made.server->native_handle(), certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(made.server->native_handle(), key), 1);
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  made.pem.assign(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

class OutboundTls : public testing::Test {
 protected:
  OutboundTls() {
    caFile_ = std::filesystem::temp_directory_path() / ("outbound-" + std::to_string(::getpid()) + ".pem");
    std::FILE* file = std::fopen(caFile_.c_str(), "w");
    std::fwrite(made_.pem.data(), 1, made_.pem.size(), file);
    std::fclose(file);
    port_ = server_.onLoop([this] { return server_.server().listen("127.0.0.1", 0, "tls", made_.server).value(); });
  }
  ~OutboundTls() override { std::filesystem::remove(caFile_); }
  OutboundRequest request(const std::string& host) {
    return get("https://" + host + ":" + std::to_string(port_) + "/x");
  }

  const SelfSigned made_ = selfSigned("DNS:localhost");
  TestServer server_{echo};
  std::filesystem::path caFile_;
  int port_ = 0;
};

TEST_F(OutboundTls, TrustsWhomItIsToldTo) {
  EXPECT_EQ(codeOf(request("localhost"), {.reach = Reach::kAny, .caFile = caFile_}), "200");
}

TEST_F(OutboundTls, RefusesStrangersAndOtherNames) {
  EXPECT_EQ(codeOf(request("localhost")), "TlsFailed");
  EXPECT_EQ(codeOf(request("127.0.0.1"), {.reach = Reach::kAny, .caFile = caFile_}), "TlsFailed");
}

TEST_F(OutboundTls, LooksAtNoCertificateWhenItNeedNot) {
  OutboundRequest careless = request("127.0.0.1");
  careless.verifyPeer = false;
  EXPECT_EQ(codeOf(std::move(careless)), "200");
}

TEST_F(OutboundTls, FailsWhereNobodySpeaksTls) {
  const Canned plain("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(codeOf(get("https" + plain.url().substr(4))), "TlsFailed");
}

// Requests under way, and how they have ended.
struct Running {
  explicit Running(OutboundOptions options) : outbound(loop, std::move(options)) {}
  ~Running() {
    for (const auto& call : abandon) call();
    loop.poll();
  }

  void start(OutboundRequest request) {
    request.whenAbandoned = [this](std::function<void()> call) { abandon.push_back(std::move(call)); };
    boost::asio::co_spawn(loop, run(std::move(request)), boost::asio::detached);
  }
  Task<void> run(OutboundRequest request) {
    const std::string owner = request.owner;
    const auto outcome = co_await outbound.send(std::move(request));
    ends.push_back(owner + " " + (outcome.ok() ? std::to_string(outcome->status) : outcome.fault().code));
  }
  void waitFor(std::size_t count) {
    while (ends.size() < count && loop.run_one() > 0) {
    }
  }

  boost::asio::io_context loop;
  std::vector<std::string> ends;
  std::vector<std::function<void()>> abandon;
  Outbound outbound;
};

OutboundRequest of(std::string owner, OutboundRequest request) {
  request.owner = std::move(owner);
  return request;
}

TEST(Outbound, OneOwnerLeavesRoomForOthers) {
  const Canned mute("");
  TestServer server(echo);
  Running running({.reach = Reach::kAny, .caFile = {}, .exchanges = 8});
  for (int i = 0; i < 20; ++i) running.start(of("greedy", get(mute.url())));
  running.waitFor(14);  // six are under way
  EXPECT_EQ(running.ends, std::vector<std::string>(14, "greedy Busy"));
  running.start(of("other", get(server.url("/"))));
  running.waitFor(15);
  EXPECT_EQ(running.ends.back(), "other 200");
}

TEST(Outbound, ResponsesOfOneOwnerLeaveRoomForThoseOfOthers) {
  // Its last byte never comes.
  const Canned stalling("HTTP/1.1 200 OK\r\nContent-Length: 7001\r\n\r\n" + std::string(7000, 'x'), true);
  const Canned whole("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + std::string(500, 'x'));
  Running running({.reach = Reach::kAny, .caFile = {}, .exchanges = 512, .responseBytes = 10000});
  OutboundRequest first = of("greedy", get(stalling.url()));
  std::size_t came = 0;
  first.reserve = [&](std::size_t bytes) { return (came += bytes) > 0; };
  running.start(std::move(first));
  while (came < 7000) running.loop.run_one();
  running.start(of("greedy", get(stalling.url())));
  running.waitFor(1);
  EXPECT_EQ(running.ends, std::vector<std::string>{"greedy Busy"});
  running.start(of("other", get(whole.url())));
  running.waitFor(2);
  EXPECT_EQ(running.ends.back(), "other 200");
}

TEST(Outbound, ASlowNameHoldsUpNobodyElse) {
  TestServer server(echo);
  std::promise<void> go;
  auto resolver = [slow = go.get_future().share()](const std::string& host) -> Result<Addresses> {
    if (host == "slow.example") slow.wait();
    return Addresses{boost::asio::ip::make_address("127.0.0.1")};
  };
  Running running({.reach = Reach::kAny,
                   .caFile = {},
                   .exchanges = 512,
                   .responseBytes = 1 << 20,
                   .lookups = 4,
                   .resolver = std::move(resolver)});
  const std::string end = ":" + std::to_string(server.port()) + "/";
  for (int i = 0; i < 10; ++i) running.start(of("greedy", get("http://slow.example" + end)));
  running.start(of("other", get("http://quick.example" + end)));
  running.waitFor(1);
  EXPECT_EQ(running.ends, std::vector<std::string>{"other 200"});
  go.set_value();
  running.waitFor(11);
  EXPECT_EQ(running.ends, [] {
    std::vector<std::string> all(11, "greedy 200");
    all.front() = "other 200";
    return all;
  }());
}

TEST(Outbound, EndsWhenNobodyWaits) {
  const Canned mute("");
  std::promise<void> go;
  auto resolver = [slow = go.get_future().share()](const std::string&) -> Result<Addresses> {
    slow.wait();
    return Addresses{boost::asio::ip::make_address("127.0.0.1")};
  };
  Running running({.reach = Reach::kAny,
                   .caFile = {},
                   .exchanges = 512,
                   .responseBytes = 1 << 20,
                   .lookups = 4,
                   .resolver = std::move(resolver)});
  running.start(of("o", get(mute.url())));
  running.start(of("o", get("http://slow.example/")));
  running.loop.poll();
  ASSERT_EQ(running.abandon.size(), 2U);
  for (const auto& call : running.abandon) boost::asio::post(running.loop, call);
  running.waitFor(2);
  EXPECT_EQ(running.ends, (std::vector<std::string>{"o Abandoned", "o Abandoned"}));
  for (const auto& call : running.abandon) call();  // later, it does nothing
  go.set_value();
}

TEST(Outbound, RunsAsManyExchangesAsItMay) {
  const Canned mute("");
  boost::asio::io_context loop;
  Outbound outbound(loop, {.reach = Reach::kAny, .caFile = {}, .exchanges = 3});
  std::vector<std::string> outcomes;
  const auto run = [&]() -> Task<void> {
    OutboundRequest request = get(mute.url());
    request.timeout = std::chrono::milliseconds(200);
    const auto outcome = co_await outbound.send(std::move(request));
    outcomes.push_back(outcome.ok() ? "ok" : outcome.fault().code);
  };
  for (const std::size_t round : {0U, 3U}) {  // what has ended does not count
    for (int i = 0; i < 3; ++i) boost::asio::co_spawn(loop, run, boost::asio::detached);
    loop.run();
    loop.restart();
    ASSERT_EQ(outcomes.size(), round + 3);
    EXPECT_EQ(outcomes[round], "Busy");
    EXPECT_EQ(outcomes[round + 1], "RequestTimeout");
    EXPECT_EQ(outcomes[round + 2], "RequestTimeout");
  }
}

}  // namespace
}  // namespace hearth::http
