#include "base/hmac_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/hash.h"

namespace hearth::base {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kDigest = 32;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

void require(bool succeeded, const char* step) {
  if (!succeeded) throw std::runtime_error(std::string("OpenSSL failed: ") + step);
}

const EVP_MD* sha256Method() {
  static const EVP_MD* const kMethod = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(kMethod != nullptr, "SHA256");
  return kMethod;
}

Digest startWith(const std::array<unsigned char, kBlock>& key, unsigned char pad) {
  std::array<unsigned char, kBlock> block;
  std::transform(key.begin(), key.end(), block.begin(),
                 [pad](unsigned char byte) { return static_cast<unsigned char>(byte ^ pad); });
  Digest digest(EVP_MD_CTX_new());
  require(digest && EVP_DigestInit_ex2(digest.get(), sha256Method(), nullptr) == 1 &&
              EVP_DigestUpdate(digest.get(), block.data(), block.size()) == 1,
          "EVP_DigestInit_ex2");
  OPENSSL_cleanse(block.data(), block.size());
  return digest;
}

}  // namespace

struct HmacSha256Key::State {
  Digest inner;
  Digest outer;
  Digest work;
};

HmacSha256Key::HmacSha256Key(std::string_view key) : state_(std::make_unique<State>()) {
  std::array<unsigned char, kBlock> block{};
  if (key.size() > kBlock) {
    const std::string shortened = sha256(key);
    std::copy(shortened.begin(), shortened.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  state_->inner = startWith(block, 0x36);
  state_->outer = startWith(block, 0x5c);
  state_->work.reset(EVP_MD_CTX_new());
  require(state_->work != nullptr, "EVP_MD_CTX_new");
  OPENSSL_cleanse(block.data(), block.size());
}
HmacSha256Key::~HmacSha256Key() = default;
HmacSha256Key::HmacSha256Key(HmacSha256Key&&) noexcept = default;
HmacSha256Key& HmacSha256Key::operator=(HmacSha256Key&&) noexcept = default;

std::string HmacSha256Key::sign(std::string_view bytes) {
  EVP_MD_CTX* work = state_->work.get();
  std::array<unsigned char, kDigest> digest;
  require(EVP_MD_CTX_copy_ex(work, state_->inner.get()) == 1 &&
              EVP_DigestUpdate(work, bytes.data(), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(work, digest.data(), nullptr) == 1 &&
              EVP_MD_CTX_copy_ex(work, state_->outer.get()) == 1 &&
              EVP_DigestUpdate(work, digest.data(), digest.size()) == 1 &&
              EVP_DigestFinal_ex(work, digest.data(), nullptr) == 1,
          "HMAC-SHA256");
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace hearth::base
