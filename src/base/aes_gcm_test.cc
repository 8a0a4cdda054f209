#include "base/aes_gcm.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/bytes.h"

namespace hearth::base {
namespace {

TEST(AesGcm, TestCase16OfTheSpecification) {
  // D. McGrew and J. Viega, "The Galois/Counter Mode of Operation", appendix B.
  AesGcm cipher(*hexDecode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const std::string nonce = *hexDecode("cafebabefacedbaddecaf888");
  const std::string associated = *hexDecode("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string plain = *hexDecode(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  std::string sealed = "head";
  cipher.seal(nonce, associated, plain, sealed);
  EXPECT_EQ(hexEncode(sealed.substr(4)),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  std::string opened = "x";
  ASSERT_TRUE(cipher.open(nonce, associated, sealed.substr(4), opened));
  EXPECT_EQ(opened, "x" + plain);
}

TEST(AesGcm, ChangesAnywhereAreSeen) {
  AesGcm cipher(std::string(32, 'k'));
  const std::string nonce(12, 'n');
  std::string sealed;
  cipher.seal(nonce, "context", "plain", sealed);
  std::string opened;
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(cipher.open(nonce, "context", changed, opened)) << i;
  }
  EXPECT_FALSE(cipher.open(nonce, "contexT", sealed, opened));
  EXPECT_FALSE(cipher.open(std::string(12, 'm'), "context", sealed, opened));
  EXPECT_FALSE(cipher.open(nonce, "context", sealed.substr(1), opened));
  EXPECT_FALSE(cipher.open(nonce, "context", "short", opened));
  EXPECT_FALSE(AesGcm(std::string(32, 'K')).open(nonce, "context", sealed, opened));
  EXPECT_TRUE(opened.empty());
  EXPECT_TRUE(cipher.open(nonce, "context", sealed, opened));  // The key is still good after refusals.
  EXPECT_EQ(opened, "plain");
}

TEST(AesGcm, EmptyTextAndManyMessagesUnderOneKey) {
  AesGcm cipher(std::string(32, 'k'));
  std::string nonce(12, '\0');
  for (int i = 0; i < 100; ++i) {
    nonce[0] = static_cast<char>(i);
    const std::string plain(static_cast<std::size_t>(i), 'p');
    std::string sealed;
    std::string opened;
    cipher.seal(nonce, {}, plain, sealed);
    ASSERT_TRUE(cipher.open(nonce, {}, sealed, opened));
    ASSERT_EQ(opened, plain);
  }
}

TEST(AesGcm, WrongSizesThrow) {
  EXPECT_THROW(AesGcm("short"), std::invalid_argument);
  AesGcm cipher(std::string(32, 'k'));
  std::string out;
  EXPECT_THROW(cipher.seal("short", {}, {}, out), std::invalid_argument);
}

}  // namespace
}  // namespace hearth::base
