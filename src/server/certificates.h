// CertificateAuthority: the server's own CA, and the TLS with which it answers for AWS's names.
//
// Clients that cannot be told another endpoint ask for https://s3.eu-central-1.amazonaws.com and the like. Their
// proxy setting leads them here, and what they get is a certificate for exactly that name, signed by a CA that this
// server made at its first start. Whoever trusts DATA/ca.pem trusts this server for AWS's names: the CA signs
// nothing else (name constraints, RFC 5280 section 4.2.1.10), and its key never leaves the data folder in clear.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/server.h"
#include "store/keyring.h"

namespace hearth::server {

// A name that the server answers for: `*.amazonaws.com`, `localhost`, `*.localhost`,
// `*.localhost.localstack.cloud`. Lower case, at most 253 bytes, labels of letters, digits, `-` and `_`.
bool isServedName(std::string_view name);
// The same of AWS's own names alone.
bool isAwsName(std::string_view name);

// Lives on the loop.
class CertificateAuthority final {
 public:
  // Reads DATA/ca.key (sealed: the key and its certificate), or makes it in a folder that has none: P-256, ten
  // years. DATA/ca.pem is the certificate for clients. `addresses` are numeric ones that clients reach the server
  // at, next to loopback; a CA that may not sign for them is issued anew, with the same key and name. Faults:
  // WrongMasterKey; InvalidCertificate, also when there is a ca.pem without its key: what clients trust is not
  // replaced by chance.
  static Result<std::unique_ptr<CertificateAuthority>> open(const std::string& dataFolder,
                                                            const store::Keyring& keyring,
                                                            const base::Clock& machineClock, base::Random& random,
                                                            const std::vector<std::string>& addresses = {});
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // The CA's certificate, PEM.
  const std::string& certificate() const;
  // TLS for whatever served name the client asks for (SNI); without a name, and for an address, which is no name
  // (RFC 6066, section 3), for localhost, loopback and the addresses that open() was given. Another
  // name that is not served ends the handshake. Borrows this object.
  http::TlsContext context();

 private:
  struct Impl;
  explicit CertificateAuthority(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// TLS with a certificate chain and key that somebody else made (PEM files). Fault: InvalidCertificate.
Result<http::TlsContext> loadTls(const std::string& certificateFile, const std::string& keyFile);

// Where the CA's certificate is: DATA/ca.pem.
std::string authorityFile(const std::string& dataFolder);

}  // namespace hearth::server
