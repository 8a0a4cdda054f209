// Randomness, passed in so that tests can repeat a run.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::base {

class Random {
 public:
  virtual ~Random() = default;
  // Fills with bytes. Thread-safe.
  virtual void fill(char* bytes, std::size_t size) = 0;
};

// The kernel's generator (getrandom(2)): fit for keys and ids.
class SystemRandom final : public Random {
 public:
  void fill(char* bytes, std::size_t size) override;
};

std::string randomBytes(Random& random, std::size_t size);
// `size` characters drawn evenly from `alphabet`.
std::string randomText(Random& random, std::size_t size, std::string_view alphabet);
// RFC 9562 version 4, lower case.
std::string randomUuid(Random& random);

inline constexpr std::string_view kUpperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
inline constexpr std::string_view kLowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
// Base 32 without look-alikes, for ids that AWS spells in capitals (AKIA..., request ids).
inline constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
inline constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace hearth::base
