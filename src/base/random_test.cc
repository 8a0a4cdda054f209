#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace hearth::base {
namespace {

// Counts up, so that every byte value comes equally often.
class CountingRandom final : public Random {
 public:
  void fill(char* bytes, std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(next_++);
  }

 private:
  unsigned next_ = 0;
};

TEST(Random, TextFavoursNoLetter) {
  CountingRandom random;
  const std::string text = randomText(random, 252, kAlphanumeric);  // 248 of 256 values are used, 4 for each.
  std::array<int, 256> counts{};
  for (std::size_t i = 0; i < 248; ++i) ++counts[static_cast<unsigned char>(text[i])];
  for (const char c : kAlphanumeric) EXPECT_EQ(counts[static_cast<unsigned char>(c)], 4) << c;
  EXPECT_EQ(text.size(), 252U);
}

TEST(Random, UuidIsVersion4) {
  CountingRandom random;
  EXPECT_EQ(randomUuid(random), "00010203-0405-4607-8809-0a0b0c0d0e0f");
}

TEST(Random, SystemRandomFillsAll) {
  SystemRandom random;
  const std::string a = randomBytes(random, 4096);
  EXPECT_EQ(a.size(), 4096U);
  EXPECT_NE(a, randomBytes(random, 4096));
  // Every stretch was written: no 16 zero bytes in a row.
  EXPECT_EQ(a.find(std::string(16, '\0')), std::string::npos);
}

}  // namespace
}  // namespace hearth::base
