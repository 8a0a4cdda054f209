#include "base/aes_gcm.h"

#include <openssl/evp.h>

#include <limits>
#include <stdexcept>

namespace hearth::base {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

void require(bool succeeded, const char* step) {
  if (!succeeded) throw std::runtime_error(std::string("OpenSSL failed: ") + step);
}

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

enum class Direction : int { kOpen = 0, kSeal = 1 };

Context newContext(std::string_view key, Direction direction) {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Context context(EVP_CIPHER_CTX_new());
  require(context && EVP_CipherInit_ex2(context.get(), kCipher, in(key), nullptr, static_cast<int>(direction),
                                        nullptr) == 1,
          "EVP_CipherInit_ex2");
  return context;
}

// Starts a message under the context's key, in the direction that it was made for.
void begin(EVP_CIPHER_CTX* context, std::string_view nonce, std::string_view associated) {
  if (nonce.size() != AesGcm::kNonceSize) throw std::invalid_argument("AES-GCM nonce of a wrong size");
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, in(nonce), -1, nullptr) == 1, "EVP_CipherInit_ex2");
  int count = 0;
  if (associated.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::invalid_argument("AES-GCM associated data too long");
  }
  if (!associated.empty()) {
    require(EVP_CipherUpdate(context, nullptr, &count, in(associated), static_cast<int>(associated.size())) == 1,
            "EVP_CipherUpdate");
  }
}

// Appends the transformed text to `into`.
void transform(EVP_CIPHER_CTX* context, std::string_view text, std::string& into) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::invalid_argument("AES-GCM text too long");
  }
  const std::size_t start = into.size();
  into.resize(start + text.size());
  if (text.empty()) return;
  int count = 0;
  auto* out = reinterpret_cast<unsigned char*>(into.data() + start);
  require(EVP_CipherUpdate(context, out, &count, in(text), static_cast<int>(text.size())) == 1, "EVP_CipherUpdate");
}

}  // namespace

struct AesGcm::State {
  Context sealing;
  Context opening;
  std::string key;
};

AesGcm::AesGcm(std::string_view key) : state_(std::make_unique<State>()) {
  if (key.size() != kKeySize) throw std::invalid_argument("AES-256 key of a wrong size");
  state_->key = key;
}

AesGcm::~AesGcm() { OPENSSL_cleanse(state_->key.data(), state_->key.size()); }

void AesGcm::seal(std::string_view nonce, std::string_view associated, std::string_view plain, std::string& into) {
  if (!state_->sealing) state_->sealing = newContext(state_->key, Direction::kSeal);
  EVP_CIPHER_CTX* const context = state_->sealing.get();
  begin(context, nonce, associated);
  into.reserve(into.size() + plain.size() + kTagSize);
  transform(context, plain, into);
  unsigned char tag[kTagSize];
  int count = 0;
  require(EVP_CipherFinal_ex(context, tag, &count) == 1, "EVP_CipherFinal_ex");
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, tag) == 1, "EVP_CTRL_AEAD_GET_TAG");
  into.append(reinterpret_cast<const char*>(tag), kTagSize);
}

bool AesGcm::open(std::string_view nonce, std::string_view associated, std::string_view sealed, std::string& into) {
  if (sealed.size() < kTagSize) return false;
  if (!state_->opening) state_->opening = newContext(state_->key, Direction::kOpen);
  EVP_CIPHER_CTX* const context = state_->opening.get();
  const std::string_view text = sealed.substr(0, sealed.size() - kTagSize);
  std::string tag(sealed.substr(text.size()));
  begin(context, nonce, associated);
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1, "EVP_CTRL_AEAD_SET_TAG");
  const std::size_t start = into.size();
  transform(context, text, into);
  unsigned char none[kTagSize];
  int count = 0;
  if (EVP_CipherFinal_ex(context, none, &count) == 1) return true;
  OPENSSL_cleanse(into.data() + start, text.size());
  into.resize(start);
  return false;
}

}  // namespace hearth::base
