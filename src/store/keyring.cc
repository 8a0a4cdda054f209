#include "store/keyring.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "base/aes_gcm.h"
#include "base/bytes.h"
#include "base/fd.h"
#include "base/file.h"

namespace hearth::store {
namespace {

using base::AesGcm;

// The layout of a sealed value: docs/formats/sealed-value.md.
constexpr char kVersion = 1;
constexpr std::size_t kWrappedSize = AesGcm::kKeySize + AesGcm::kTagSize;
static_assert(Keyring::kOverhead == 1 + AesGcm::kNonceSize + kWrappedSize + AesGcm::kTagSize);
// A data key seals exactly one value, so that its nonce may be constant.
constexpr std::string_view kValueNonce("\0\0\0\0\0\0\0\0\0\0\0\0", 12);

void cleanse(std::string& secret) { OPENSSL_cleanse(secret.data(), secret.size()); }

// Wipes a secret at the end of its scope.
class Cleansed final {
 public:
  explicit Cleansed(std::string& secret) : secret_(secret) {}
  ~Cleansed() { cleanse(secret_); }
  Cleansed(const Cleansed&) = delete;
  Cleansed& operator=(const Cleansed&) = delete;

 private:
  std::string& secret_;
};

// RFC 5869 with SHA-256 and no salt: the master key is uniformly random already.
std::string hkdfSha256(std::string_view key, std::string_view info) {
  static EVP_KDF* const kHkdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  struct Free {
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
  };
  const std::unique_ptr<EVP_KDF_CTX, Free> context(EVP_KDF_CTX_new(kHkdf));
  std::string digest = "SHA256";
  std::string keyCopy(key);
  const Cleansed wipe(keyCopy);
  std::string infoCopy(info);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, keyCopy.data(), keyCopy.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, infoCopy.data(), infoCopy.size()),
      OSSL_PARAM_construct_end()};
  std::string derived(AesGcm::kKeySize, '\0');
  if (!context || EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(derived.data()), derived.size(),
                                 parameters) != 1) {
    throw std::runtime_error("OpenSSL failed: HKDF");
  }
  return derived;
}

Fault invalidKey(std::string message) { return Fault("InvalidMasterKey", std::move(message), 500); }

// 64 hex digits, and white space around them.
std::optional<std::string> decodeKey(std::string_view text) {
  auto key = base::hexDecode(base::trim(text));
  if (!key || key->size() != AesGcm::kKeySize) return std::nullopt;
  return key;
}

// The content of the key file; empty when there is none.
Result<std::string> readKeyFile(const std::string& path) {
  constexpr std::size_t kLongest = 256;
  const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT) return std::string();
    if (errno == ELOOP) return invalidKey(path + " is a symbolic link");
    base::throwErrno("open", path);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) base::throwErrno("stat", path);
  if (!S_ISREG(status.st_mode)) return invalidKey(path + " is not a regular file");
  if ((status.st_mode & 077) != 0) return invalidKey(path + " is open to others: its mode must be 0600");
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return invalidKey(path + " belongs to another user");
  std::string text(kLongest, '\0');
  const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
  if (count < 0) base::throwErrno("read", path);
  text.resize(static_cast<std::size_t>(count));
  if (text.empty()) return invalidKey(path + " is empty");
  return text;
}

}  // namespace

Result<std::unique_ptr<Keyring>> Keyring::open(const std::string& directory, base::Random& random,
                                               Missing missing) {
  const auto make = [&](std::string key) { return std::unique_ptr<Keyring>(new Keyring(std::move(key), random)); };
  if (const char* given = std::getenv("HEARTH_MASTER_KEY"); given != nullptr && *given != '\0') {
    auto key = decodeKey(given);
    if (!key) return invalidKey("HEARTH_MASTER_KEY is not 64 hexadecimal digits");
    return make(std::move(*key));
  }
  const std::string path = directory + "/master.key";
  HEARTH_TRY(std::string text, readKeyFile(path));
  const Cleansed wipe(text);
  if (text.empty() && missing == Missing::kRefuse) {
    return Fault("MissingMasterKey",
                 "There is no " + path + ", and what is kept in " + directory +
                     " cannot be read without its master key. Put the file back, or give the key in HEARTH_MASTER_KEY.",
                 500);
  }
  if (text.empty()) {
    std::string fresh = base::randomBytes(random, AesGcm::kKeySize);
    text = base::hexEncode(fresh) + "\n";
    base::createDirectories(directory);
    base::writeFileAtomically(path, text, 0600);
    return make(std::move(fresh));
  }
  auto key = decodeKey(text);
  if (!key) return invalidKey(path + " does not hold 64 hexadecimal digits");
  return make(std::move(*key));
}

Keyring::Keyring(std::string key, base::Random& random)
    : key_(std::move(key)), wrapKey_(hkdfSha256(key_, "hearth/wrap/1")), random_(random) {}

Keyring::~Keyring() {
  cleanse(key_);
  cleanse(wrapKey_);
}

std::string Keyring::seal(std::string_view plain, std::string_view context) const {
  std::string dataKey = base::randomBytes(random_, AesGcm::kKeySize);
  const Cleansed wipe(dataKey);
  const std::string nonce = base::randomBytes(random_, AesGcm::kNonceSize);
  std::string sealed;
  sealed.reserve(plain.size() + kOverhead);
  sealed.push_back(kVersion);
  sealed.append(nonce);
  AesGcm(wrapKey_).seal(nonce, std::string_view(&kVersion, 1), dataKey, sealed);
  AesGcm(dataKey).seal(kValueNonce, context, plain, sealed);
  return sealed;
}

Result<std::string> Keyring::open(std::string_view sealed, std::string_view context) const {
  const Fault refused("InternalError", "A stored value could not be decrypted.", 500);
  if (sealed.size() < kOverhead || sealed[0] != kVersion) return refused;
  const std::string_view nonce = sealed.substr(1, AesGcm::kNonceSize);
  const std::string_view wrapped = sealed.substr(1 + AesGcm::kNonceSize, kWrappedSize);
  const std::string_view value = sealed.substr(1 + AesGcm::kNonceSize + kWrappedSize);
  std::string dataKey;
  dataKey.reserve(AesGcm::kKeySize);
  const Cleansed wipe(dataKey);
  if (!AesGcm(wrapKey_).open(nonce, std::string_view(&kVersion, 1), wrapped, dataKey)) return refused;
  std::string plain;
  if (!AesGcm(dataKey).open(kValueNonce, context, value, plain)) return refused;
  return plain;
}

std::string Keyring::derive(std::string_view purpose) const {
  return hkdfSha256(key_, "hearth/derive/" + std::string(purpose));
}

std::string Keyring::fingerprint() const { return base::hexEncode(derive("fingerprint")).substr(0, 16); }

}  // namespace hearth::store
