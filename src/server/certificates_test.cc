#include "server/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace hearth::server {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  CertificatesTest() { keyring_ = std::move(*store::Keyring::open(folder(), random_)); }
  ~CertificatesTest() override { std::filesystem::remove_all(folder_); }

  std::string folder() {
    if (folder_.empty()) {
      std::string name = testing::TempDir() + "certificates-XXXXXX";
      folder_ = ::mkdtemp(name.data());
    }
    return folder_;
  }
  std::unique_ptr<CertificateAuthority> open(const std::vector<std::string>& addresses = {}) {
    auto authority = CertificateAuthority::open(folder(), *keyring_, clock_, random_, addresses);
    EXPECT_TRUE(authority.ok()) << (authority.ok() ? "" : authority.fault().message);
    return authority.ok() ? std::move(*authority) : nullptr;
  }

  std::string folder_;
  base::SystemRandom random_;
  base::SystemClock clock_;
  std::unique_ptr<store::Keyring> keyring_;
};

// A client that trusts `ca` alone and asks for `name`, against the authority, in memory. What the verification
// said.
long handshake(CertificateAuthority& authority, const std::string& ca, const std::string& name,
               const std::string& expected) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  BIO* file = BIO_new_mem_buf(ca.data(), static_cast<int>(ca.size()));
  X509* root = PEM_read_bio_X509(file, nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root);
  X509_free(root);
  BIO_free(file);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_X509_STRICT);
  SSL* client = SSL_new(context);
  const http::TlsContext held = authority.context();
  SSL* server = SSL_new(held->native_handle());
  if (!name.empty()) SSL_set_tlsext_host_name(client, name.c_str());
  if (expected.find(':') == std::string::npos && expected.find_first_not_of("0123456789.") != std::string::npos) {
    SSL_set1_host(client, expected.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client), expected.c_str());
  }
  BIO* left = nullptr;
  BIO* right = nullptr;
  BIO_new_bio_pair(&left, 0, &right, 0);
  SSL_set_bio(client, left, left);
  SSL_set_bio(server, right, right);
  SSL_set_connect_state(client);
  SSL_set_accept_state(server);
  bool done = false;
  for (int round = 0; round < 20 && !done; ++round) {
    const int one = SSL_do_handshake(client);
    const int other = SSL_do_handshake(server);
    done = one == 1 && other == 1;
  }
  const long verdict = done ? SSL_get_verify_result(client) : -1;
  SSL_free(client);
  SSL_free(server);
  SSL_CTX_free(context);
  return verdict;
}

TEST(ServedName, AwsNamesAndLocalOnes) {
  for (const char* name : {"s3.amazonaws.com", "bucket.with.dots.s3.eu-west-1.amazonaws.com", "localhost",
                           "a.localhost", "x_y.execute-api.eu-central-1.amazonaws.com",
                           "s3.localhost.localstack.cloud", "localhost.localstack.cloud"}) {
    EXPECT_TRUE(isServedName(name)) << name;
  }
  for (const char* name : {"", "amazonaws.com", "example.com", "amazonaws.com.evil.org", "evilamazonaws.com",
                           ".amazonaws.com", "a..amazonaws.com", "a.amazonaws.com.", "A.amazonaws.com",
                           "a b.amazonaws.com", "*.amazonaws.com", "DNS:x,DNS:y.amazonaws.com", "localhostx"}) {
    EXPECT_FALSE(isServedName(name)) << name;
  }
  EXPECT_FALSE(isServedName(std::string(64, 'a') + ".amazonaws.com"));
  EXPECT_FALSE(isServedName(std::string(300, 'a') + ".amazonaws.com"));
}

TEST_F(CertificatesTest, AClientThatTrustsTheAuthorityAcceptsEveryServedName) {
  const auto authority = open();
  for (const std::string name : {"s3.eu-central-1.amazonaws.com", "b.s3.amazonaws.com", "localhost",
                                 "abc.execute-api.eu-central-1.localhost", "sts.localhost.localstack.cloud"}) {
    EXPECT_EQ(handshake(*authority, authority->certificate(), name, name), X509_V_OK) << name;
  }
  EXPECT_EQ(handshake(*authority, authority->certificate(), "S3.Amazonaws.COM", "s3.amazonaws.com"), X509_V_OK);
  EXPECT_EQ(handshake(*authority, authority->certificate(), "", "127.0.0.1"), X509_V_OK);
  EXPECT_EQ(handshake(*authority, authority->certificate(), "", "::1"), X509_V_OK);
}

TEST_F(CertificatesTest, OtherNamesGetNoCertificate) {
  const auto authority = open();
  EXPECT_EQ(handshake(*authority, authority->certificate(), "example.com", "example.com"), -1);
  EXPECT_EQ(handshake(*authority, authority->certificate(), "s3.amazonaws.com", "sqs.amazonaws.com"), -1);
}

TEST_F(CertificatesTest, StaysTheSameAcrossRestarts) {
  const std::string first = open()->certificate();
  const auto again = open();
  EXPECT_EQ(again->certificate(), first);
  EXPECT_EQ(handshake(*again, first, "s3.amazonaws.com", "s3.amazonaws.com"), X509_V_OK);
}

TEST_F(CertificatesTest, AnAddressThatIsNewToItMakesANewOne) {
  const std::string first = open()->certificate();
  const auto wider = open({"192.0.2.2"});
  EXPECT_NE(wider->certificate(), first);
  EXPECT_EQ(handshake(*wider, wider->certificate(), "", "192.0.2.2"), X509_V_OK);
  EXPECT_EQ(handshake(*wider, wider->certificate(), "", "127.0.0.1"), X509_V_OK);
  EXPECT_EQ(open()->certificate(), wider->certificate()) << "fewer addresses are no reason";
}

TEST_F(CertificatesTest, TheKeyIsSealedAndBoundToItsCertificate) {
  const std::string first = open()->certificate();
  const std::string sealed = *base::readFile(folder() + "/ca.key", 65536);
  EXPECT_EQ(sealed.find("PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(folder() + "/ca.key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(folder() + "/ca.key");
  const auto half = CertificateAuthority::open(folder(), *keyring_, clock_, random_);
  ASSERT_FALSE(half.ok()) << "what clients trust is not replaced by chance";
  EXPECT_EQ(half.fault().code, "InvalidCertificate");
  std::filesystem::remove(authorityFile(folder()));
  EXPECT_NE(open()->certificate(), first);
  const std::string second = open()->certificate();
  std::ofstream(authorityFile(folder())) << first;
  EXPECT_EQ(open()->certificate(), second);
  EXPECT_EQ(*base::readFile(authorityFile(folder()), 65536), second) << "the copy is mended";
}

TEST_F(CertificatesTest, GivenFiles) {
  const auto missing = loadTls(folder() + "/none.pem", folder() + "/none.key");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.fault().code, "InvalidCertificate");
}

}  // namespace
}  // namespace hearth::server
