// HTTPS against a server with a certificate made here: believed only when trusted and for the name it was made for.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "descriptor.h"
#include "http_client.h"

namespace hearth::sdk {
namespace {

// A self-signed certificate for one name.
class TestCertificate final {
 public:
  explicit TestCertificate(const char* name) {
    key_ = EVP_EC_gen("P-256");
    certificate_ = X509_new();
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1,
                               0);
    X509_set_issuer_name(certificate_, subject);
    const std::string san = std::string("DNS:") + name;
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, san.c_str());
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate_, key_, EVP_sha256());
  }
  ~TestCertificate() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  void write(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate_);
    std::fclose(file);
  }
  X509* certificate() const { return certificate_; }
  EVP_PKEY* key() const { return key_; }

 private:
  EVP_PKEY* key_;
  X509* certificate_;
};

class Tls : public ::testing::Test {
 protected:
  Tls() {
    char name[] = "/tmp/tls_testXXXXXX";
    const Descriptor file(mkstemp(name));
    bundle_ = name;
    listener_ = Descriptor(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_.get(), 4);
    socklen_t size = sizeof address;
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    setenv("AWS_CA_BUNDLE", bundle_.c_str(), 1);
    setenv("SSL_CERT_FILE", "/nonexistent/machine.pem", 1);  // goes after AWS's own variable
  }
  ~Tls() override {
    unsetenv("AWS_CA_BUNDLE");
    unsetenv("SSL_CERT_FILE");
    std::remove(bundle_.c_str());
  }

  // One exchange with a server that has `certificate`.
  Outcome<HttpResponse> exchangeWith(const TestCertificate& certificate, const std::string& host) {
    std::thread server([&] {
      SSL_CTX* context = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate(context, certificate.certificate());
      SSL_CTX_use_PrivateKey(context, certificate.key());
      const Descriptor fd(accept(listener_.get(), nullptr, nullptr));
      SSL* ssl = SSL_new(context);
      SSL_set_fd(ssl, fd.get());
      char buffer[1024];
      if (SSL_accept(ssl) == 1 && SSL_read(ssl, buffer, sizeof buffer) > 0) {
        const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
        SSL_write(ssl, reply.data(), static_cast<int>(reply.size()));
      }
      SSL_free(ssl);
      SSL_CTX_free(context);
    });
    HttpClient client({host, port_, true}, {});
    auto response =
        client.exchange({"GET", "/", {}, {}}, std::chrono::steady_clock::now() + std::chrono::seconds(10));
    server.join();
    return response;
  }

  std::string bundle_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
};

TEST_F(Tls, ATrustedCertificateForTheNameIsAccepted) {
  const TestCertificate certificate("localhost");
  certificate.write(bundle_);
  auto response = exchangeWith(certificate, "localhost");
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->body, "secret");
}

TEST_F(Tls, ACertificateForAnotherNameIsRefused) {
  const TestCertificate certificate("elsewhere.example");
  certificate.write(bundle_);
  auto response = exchangeWith(certificate, "localhost");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, "TlsError");
  EXPECT_NE(response.error().message.find("certificate"), std::string::npos) << response.error().message;
}

TEST_F(Tls, AnUnknownIssuerIsRefused) {
  TestCertificate("localhost").write(bundle_);
  const TestCertificate other("localhost");
  auto response = exchangeWith(other, "localhost");
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, "TlsError");
}

TEST_F(Tls, AnUnreadableBundleIsAnErrorNotAnEmptyOne) {
  setenv("AWS_CA_BUNDLE", "/nonexistent/bundle.pem", 1);
  const auto context = makeTlsContext();
  ASSERT_FALSE(context.ok());
  EXPECT_EQ(context.error().code, "TlsError");
}

TEST_F(Tls, TheMachinesBundleIsTakenWithoutAwss) {
  unsetenv("AWS_CA_BUNDLE");
  const auto context = makeTlsContext();
  ASSERT_FALSE(context.ok());
  EXPECT_NE(context.error().message.find("SSL_CERT_FILE"), std::string::npos) << context.error().message;
}

}  // namespace
}  // namespace hearth::sdk
