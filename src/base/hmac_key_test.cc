#include "base/hmac_key.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/hash.h"

namespace hearth::base {
namespace {

TEST(HmacSha256Key, SignsAsHmacSha256DoesAndAgain) {
  for (const std::size_t size : {0U, 1U, 32U, 63U, 64U, 65U, 200U}) {
    const std::string secret(size, 'k');
    HmacSha256Key key(secret);
    for (const std::string& text : {std::string(), std::string("text"), std::string(1000, 't')}) {
      EXPECT_EQ(key.sign(text), hmacSha256(secret, text)) << size;
    }
  }
}

TEST(HmacSha256Key, AgreesWithRfc4231) {
  HmacSha256Key key("Jefe");
  EXPECT_EQ(hexEncode(key.sign("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace hearth::base
