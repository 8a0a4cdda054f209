// HmacSha256Key: one HMAC-SHA256 key that signs many texts.
//
// The two hash states that depend on the key alone (RFC 2104) are kept, so that signing costs a third of
// hmacSha256().
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hearth::base {

// Not thread-safe. The key itself is not kept.
class HmacSha256Key final {
 public:
  explicit HmacSha256Key(std::string_view key);
  ~HmacSha256Key();
  HmacSha256Key(HmacSha256Key&&) noexcept;
  HmacSha256Key& operator=(HmacSha256Key&&) noexcept;

  // 32 raw bytes, the same as hmacSha256(key, bytes).
  std::string sign(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::base
