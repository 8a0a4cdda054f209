// AES-256-GCM (NIST SP 800-38D) of one buffer at a time, with 12-byte nonces and 16-byte tags.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hearth::base {

// One key, ready for many messages. The caller never gives a nonce twice under one key. Not thread-safe. The key
// is wiped from memory with the object.
class AesGcm final {
 public:
  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kNonceSize = 12;
  static constexpr std::size_t kTagSize = 16;

  // Precondition, here and below: sizes as above. Throws std::invalid_argument otherwise.
  explicit AesGcm(std::string_view key);
  ~AesGcm();
  AesGcm(const AesGcm&) = delete;
  AesGcm& operator=(const AesGcm&) = delete;

  // Appends the ciphertext, as long as `plain`, and then the tag.
  void seal(std::string_view nonce, std::string_view associated, std::string_view plain, std::string& into);
  // Appends the plain text; false, and nothing appended, when anything was changed. `sealed` ends with the tag.
  [[nodiscard]] bool open(std::string_view nonce, std::string_view associated, std::string_view sealed,
                          std::string& into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::base
