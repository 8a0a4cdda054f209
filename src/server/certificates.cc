#include "server/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>

#include "base/file.h"

namespace hearth::server {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;
constexpr std::string_view kKeyContext = "certificate authority key";
constexpr std::size_t kKeptLeaves = 1024;
constexpr long kYear = 365L * 24 * 3600;
constexpr std::string_view kServedSuffixes[] = {".amazonaws.com", ".localhost", ".localhost.localstack.cloud"};

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* value) const { Free(value); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>>;
struct BioFreer {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioFreer>;

// Libraries do not fail at this but for want of memory: a broken environment.
template <typename T>
T must(T value, const char* step) {
  if (!value) throw std::runtime_error(std::string("OpenSSL: ") + step + " failed");
  return value;
}

std::string text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

Key makeKey() { return Key(must(EVP_EC_gen("P-256"), "EVP_EC_gen")); }

void addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const Extension extension(must(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), value.c_str()));
  must(X509_add_ext(certificate, extension.get(), -1), "X509_add_ext");
}

void nameIt(X509_NAME* name, const std::string& common) {
  const auto add = [&](const char* field, const std::string& value) {
    must(
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0),
        "X509_NAME_add_entry_by_txt");
  };
  add("O", "Hearth");
  add("CN", common);
}

// What both kinds share: version 3, a random serial number (RFC 5280, section 4.1.2.2), from an hour ago on.
Certificate blank(EVP_PKEY* key, base::Random& random, base::Time now, long seconds) {
  Certificate certificate(must(X509_new(), "X509_new"));
  must(X509_set_version(certificate.get(), X509_VERSION_3), "X509_set_version");
  std::string serial(16, '\0');
  random.fill(serial.data(), serial.size());
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);  // positive, of full length
  BIGNUM* number = must(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), 16, nullptr), "BN_bin2bn");
  ASN1_INTEGER* set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  must(set, "BN_to_ASN1_INTEGER");
  const std::time_t start = base::toMillis(now) / 1000 - 3600;
  must(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), start), "ASN1_TIME_set");
  must(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), start + seconds), "ASN1_TIME_set");
  must(X509_set_pubkey(certificate.get(), key), "X509_set_pubkey");
  return certificate;
}

bool isAddress(const std::string& text) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET, text.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

// The very addresses, as name constraints (RFC 5280, section 4.2.1.10).
std::string permittedAddresses(const std::vector<std::string>& addresses) {
  std::string out;
  for (const std::string& address : addresses) {
    const bool v6 = address.find(':') != std::string::npos;
    out += ",permitted;IP:" + address + (v6 ? "/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF" : "/255.255.255.255");
  }
  return out;
}

// `before` is the certificate that this one stands in for, under its name; null for a new one.
Certificate makeAuthority(EVP_PKEY* key, base::Random& random, base::Time now,
                          const std::vector<std::string>& addresses, X509* before) {
  Certificate certificate = blank(key, random, now, 10 * kYear);
  X509* x509 = certificate.get();
  if (before != nullptr) {
    must(X509_set_subject_name(x509, X509_get_subject_name(before)), "X509_set_subject_name");
  } else {
    // Two servers' CAs must not look alike to who trusts both.
    nameIt(X509_get_subject_name(x509), "Hearth CA " + base::randomText(random, 8, "0123456789abcdef"));
  }
  must(X509_set_issuer_name(x509, X509_get_subject_name(x509)), "X509_set_issuer_name");
  addExtension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  addExtension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign");
  addExtension(x509, x509, NID_subject_key_identifier, "hash");
  addExtension(
      x509, x509, NID_name_constraints,
      "critical,permitted;DNS:amazonaws.com,permitted;DNS:localhost,permitted;DNS:localhost.localstack.cloud,"
      "permitted;IP:127.0.0.0/255.0.0.0,"
      "permitted;IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF" +
          permittedAddresses(addresses));
  must(X509_sign(x509, key, EVP_sha256()), "X509_sign");
  return certificate;
}

}  // namespace

bool isServedName(std::string_view name) {
  if (name.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (c == '.' ? label == 0 : !plain) return false;
    label = c == '.' ? 0 : label + 1;
    if (label > 63) return false;
  }
  if (label == 0) return false;
  return name == "localhost" || name == "localhost.localstack.cloud" ||
         std::any_of(std::begin(kServedSuffixes), std::end(kServedSuffixes), [&](std::string_view suffix) {
           return name.size() > suffix.size() && name.ends_with(suffix);
         });
}

bool isAwsName(std::string_view name) { return name.ends_with(kServedSuffixes[0]) && isServedName(name); }

std::string authorityFile(const std::string& dataFolder) { return dataFolder + "/ca.pem"; }

struct CertificateAuthority::Impl {
  Impl(Key authorityKey, Certificate authority, std::vector<std::string> ownAddresses,
       const base::Clock& machineClock, base::Random& randomSource)
      : key(std::move(authorityKey)),
        certificate(std::move(authority)),
        addresses(std::move(ownAddresses)),
        leafKey(makeKey()),
        clock(machineClock),
        random(randomSource) {
    describe();
  }

  X509* leafFor(const std::string& name) {
    if (const auto found = leaves.find(name); found != leaves.end() && !expiresSoon(found->second.get())) {
      return found->second.get();
    }
    if (leaves.size() >= kKeptLeaves) leaves.clear();
    return (leaves[name] = makeLeaf(name)).get();
  }

  bool expiresSoon(const X509* leaf) const {
    std::time_t soon = base::toMillis(clock.now()) / 1000 + 24 * 3600;
    return X509_cmp_time(X509_get0_notAfter(leaf), &soon) < 0;
  }

  // `name` is empty for who asked for none.
  Certificate makeLeaf(const std::string& name) {
    Certificate leaf = blank(leafKey.get(), random, clock.now(), kYear);
    X509* x509 = leaf.get();
    nameIt(X509_get_subject_name(x509), name.empty() || name.size() > 64 ? "Hearth" : name);
    must(X509_set_issuer_name(x509, X509_get_subject_name(certificate.get())), "X509_set_issuer_name");
    addExtension(x509, certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
    addExtension(x509, certificate.get(), NID_key_usage, "critical,digitalSignature");
    addExtension(x509, certificate.get(), NID_ext_key_usage, "serverAuth");
    addExtension(x509, certificate.get(), NID_subject_key_identifier, "hash");
    addExtension(x509, certificate.get(), NID_authority_key_identifier, "keyid:always");
    addExtension(x509, certificate.get(), NID_subject_alt_name, name.empty() ? addressNames() : "DNS:" + name);
    must(X509_sign(x509, key.get(), EVP_sha256()), "X509_sign");
    return leaf;
  }

  std::string addressNames() const {
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    for (const std::string& address : addresses) names += ",IP:" + address;
    return names;
  }

  // Whether the authority may sign for all of its addresses.
  bool permitsAddresses() {
    NAME_CONSTRAINTS* constraints =
        static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(certificate.get(), NID_name_constraints, nullptr, nullptr));
    const Certificate leaf = makeLeaf("");
    X509_check_purpose(leaf.get(), -1, 0);  // reads its names, of which a fresh one knows nothing yet
    const bool permitted =
        constraints == nullptr || NAME_CONSTRAINTS_check(leaf.get(), constraints) == X509_V_OK;
    NAME_CONSTRAINTS_free(constraints);
    return permitted;
  }

  void describe() {
    const Bio bio(must(BIO_new(BIO_s_mem()), "BIO_new"));
    must(PEM_write_bio_X509(bio.get(), certificate.get()), "PEM_write_bio_X509");
    pem = text(bio.get());
  }

  void save(const std::string& file, const store::Keyring& keyring) const {
    const Bio bio(must(BIO_new(BIO_s_secmem()), "BIO_new"));
    must(PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr), "PEM_write");
    must(PEM_write_bio_X509(bio.get(), certificate.get()), "PEM_write_bio_X509");
    base::writeFileAtomically(file, keyring.seal(text(bio.get()), kKeyContext), 0600);
  }

  // Gives the connection its certificate, when the client's hello was read. 0 ends the handshake.
  static int onHello(SSL* ssl, void* self) {
    auto& impl = *static_cast<Impl*>(self);
    const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    std::string name = asked != nullptr ? asked : "";
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    if (isAddress(name)) name.clear();
    if (!name.empty() && !isServedName(name)) return 0;
    try {
      return SSL_use_certificate(ssl, impl.leafFor(name)) == 1 && SSL_use_PrivateKey(ssl, impl.leafKey.get()) == 1;
    } catch (const std::exception&) {  // must not pass through OpenSSL
      return 0;
    }
  }

  Key key;
  Certificate certificate;
  std::string pem;
  std::vector<std::string> addresses;  // next to loopback
  Key leafKey;                         // of all leaves, made at every start
  std::map<std::string, Certificate> leaves;
  const base::Clock& clock;
  base::Random& random;
  http::TlsContext context;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CertificateAuthority::~CertificateAuthority() = default;

Result<std::unique_ptr<CertificateAuthority>> CertificateAuthority::open(
    const std::string& dataFolder, const store::Keyring& keyring, const base::Clock& machineClock,
    base::Random& random, const std::vector<std::string>& addresses) {
  const std::string keyFile = dataFolder + "/ca.key";
  const auto sealed = base::readFile(keyFile, kSmallFile);
  const auto shown = base::readFile(authorityFile(dataFolder), kSmallFile);
  for (const auto* read : {&sealed, &shown}) {
    if (!read->ok() && read->fault().code != "NoSuchFile") return read->fault();
  }
  if (!sealed.ok() && shown.ok()) {
    return Fault("InvalidCertificate",
                 "There is " + authorityFile(dataFolder) +
                     ", but no ca.key beside it. Put it back, or remove ca.pem to get a new authority, which every "
                     "client has to trust anew.",
                 500);
  }
  Key key;
  Certificate certificate;
  if (sealed.ok()) {
    const auto opened = keyring.open(*sealed, kKeyContext);
    if (!opened.ok()) return Fault("WrongMasterKey", keyFile + " does not open with this master key.", 500);
    const Bio bio(must(BIO_new_mem_buf(opened->data(), static_cast<int>(opened->size())), "BIO_new_mem_buf"));
    key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    certificate.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!key || !certificate || X509_check_private_key(certificate.get(), key.get()) != 1) {
      ERR_clear_error();
      return Fault("InvalidCertificate", keyFile + " does not hold a key and its certificate.", 500);
    }
  } else {
    key = makeKey();
    certificate = makeAuthority(key.get(), random, machineClock.now(), addresses, nullptr);
  }
  auto impl = std::make_unique<Impl>(std::move(key), std::move(certificate), addresses, machineClock, random);
  const bool permitted = impl->permitsAddresses();
  if (!permitted) {
    impl->certificate =
        makeAuthority(impl->key.get(), random, machineClock.now(), addresses, impl->certificate.get());
    impl->describe();
  }
  if (!sealed.ok() || !permitted) impl->save(keyFile, keyring);
  // The file that clients are given is a copy.
  if (!shown.ok() || *shown != impl->pem) base::writeFileAtomically(authorityFile(dataFolder), impl->pem, 0644);
  impl->context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* native = impl->context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cert_cb(native, &Impl::onHello, impl.get());
  return std::unique_ptr<CertificateAuthority>(new CertificateAuthority(std::move(impl)));
}

const std::string& CertificateAuthority::certificate() const { return impl_->pem; }

http::TlsContext CertificateAuthority::context() { return impl_->context; }

Result<http::TlsContext> loadTls(const std::string& certificateFile, const std::string& keyFile) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  const auto refused = [](const std::string& what) {
    ERR_clear_error();
    return Fault("InvalidCertificate", what, 400);
  };
  if (SSL_CTX_use_certificate_chain_file(native, certificateFile.c_str()) != 1) {
    return refused(certificateFile + " is not a certificate chain in PEM.");
  }
  if (SSL_CTX_use_PrivateKey_file(native, keyFile.c_str(), SSL_FILETYPE_PEM) != 1) {
    return refused(keyFile + " is not a private key in PEM without a passphrase, or not the certificate's.");
  }
  return context;
}

}  // namespace hearth::server
