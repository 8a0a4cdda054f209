#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace hearth::base {
namespace {

std::string hexOf(HashKind kind, std::string_view bytes) {
  Hasher hasher(kind);
  hasher.update(bytes);
  return hexEncode(hasher.finish());
}

TEST(Hash, KnownVectors) {
  EXPECT_EQ(hexOf(HashKind::kMd5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hexOf(HashKind::kSha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hexOf(HashKind::kSha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexOf(HashKind::kSha512, "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  // The check values of the CRC catalogue, which AWS's checksums agree with.
  EXPECT_EQ(hexOf(HashKind::kCrc32, "123456789"), "cbf43926");
  EXPECT_EQ(hexOf(HashKind::kCrc32c, "123456789"), "e3069283");
  EXPECT_EQ(hexOf(HashKind::kCrc64Nvme, "123456789"), "ae8b14860a799888");
  EXPECT_EQ(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hexEncode(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hexOf(HashKind::kCrc32, ""), "00000000");
  EXPECT_EQ(hexOf(HashKind::kCrc32c, std::string(32, '\0')), "8a9136aa");  // RFC 3720, B.4.
}

TEST(Hash, PiecesOfAnySizeGiveTheSame) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i * 7 + i / 13));
  for (const HashKind kind : {HashKind::kMd5, HashKind::kSha1, HashKind::kSha256, HashKind::kSha512,
                              HashKind::kCrc32, HashKind::kCrc32c, HashKind::kCrc64Nvme}) {
    const std::string whole = hexOf(kind, bytes);
    for (const std::size_t piece : {1U, 3U, 8U, 13U, 999U}) {
      Hasher hasher(kind);
      hasher.update({});
      for (std::size_t at = 0; at < bytes.size(); at += piece) {
        hasher.update(std::string_view(bytes).substr(at, piece));
      }
      EXPECT_EQ(hexEncode(hasher.finish()), whole);
    }
  }
  EXPECT_EQ(crc32c(bytes), crc32c(std::string_view(bytes).substr(77), crc32c(bytes.substr(0, 77))));
}

TEST(Hmac, Rfc4231Vectors) {
  EXPECT_EQ(hexEncode(hmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hexEncode(hmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hexEncode(hmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hexEncode(hmacSha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace hearth::base
