#include "base/bytes.h"

#include <gtest/gtest.h>

namespace hearth::base {
namespace {

TEST(Hex, BothWays) {
  EXPECT_EQ(hexEncode(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(hexDecode("00FF1a"), std::string("\x00\xff\x1a", 3));
  EXPECT_EQ(hexDecode(""), "");
  EXPECT_EQ(hexDecode("abc"), std::nullopt);
  EXPECT_EQ(hexDecode("zz"), std::nullopt);
}

TEST(Base64, Rfc4648Vectors) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff", "+/8="}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64Encode(plain), encoded);
    EXPECT_EQ(base64Decode(encoded), plain) << encoded;
  }
}

TEST(Base64, DecodingIsStrictExceptForWhiteSpace) {
  EXPECT_EQ(base64Decode(" Zm9v\r\nYg =\t= "), "foob");
  for (const char* wrong : {"Zg", "Zg=", "Zg===", "Z", "Z===", "=", "====", "Zg==Zg==", "Zm9v=", "Zm9v==", "Zm-v",
                            "Zh==",  // Bits behind the last byte.
                            "Zm9=", "Z\x80g="}) {
    EXPECT_EQ(base64Decode(wrong), std::nullopt) << wrong;
  }
}

TEST(Uri, EncodesAllButUnreserved) {
  EXPECT_EQ(uriEncode("a b/c~-_.9\xc3\xa9+"), "a%20b%2Fc~-_.9%C3%A9%2B");
  EXPECT_EQ(uriEncode("a b/c", true), "a%20b/c");
}

TEST(Uri, DecodingLeavesMalformedEscapes) {
  EXPECT_EQ(uriDecode("a%20b%2fc"), "a b/c");
  EXPECT_EQ(uriDecode("a+b"), "a+b");
  EXPECT_EQ(uriDecode("a+b%2B", true), "a b+");
  EXPECT_EQ(uriDecode("100%"), "100%");
  EXPECT_EQ(uriDecode("%4"), "%4");
  EXPECT_EQ(uriDecode("%zz%41"), "%zzA");
}

TEST(Utf8, AcceptsWellFormedOnly) {
  EXPECT_TRUE(isUtf8(""));
  EXPECT_TRUE(isUtf8("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf \xef\xbf\xbf"));
  EXPECT_TRUE(isUtf8(std::string_view("\0", 1)));
  for (const char* wrong :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xff"}) {
    EXPECT_FALSE(isUtf8(wrong)) << hexEncode(wrong);
  }
}

TEST(Ascii, CaseAndTrim) {
  EXPECT_EQ(toLower("AbZ[\xc3\x89"), "abz[\xc3\x89");
  EXPECT_EQ(toUpper("abz{"), "ABZ{");
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_TRUE(equalsIgnoreCase("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(equalsIgnoreCase("a[", "A{"));
  EXPECT_FALSE(equalsIgnoreCase("a", "ab"));
}

TEST(EqualsConstantTime, ComparesAllBytes) {
  EXPECT_TRUE(equalsConstantTime("", ""));
  EXPECT_TRUE(equalsConstantTime("secret", "secret"));
  EXPECT_FALSE(equalsConstantTime("secret", "secreT"));
  EXPECT_FALSE(equalsConstantTime("secret", "secrets"));
}

}  // namespace
}  // namespace hearth::base
