#include "mail/address.h"

#include <gtest/gtest.h>

namespace hearth::mail {
namespace {

std::vector<std::string> addresses(std::string_view text) {
  std::vector<std::string> result;
  for (const auto& mailbox : parseMailboxes(text)) result.push_back(mailbox.address);
  return result;
}

using List = std::vector<std::string>;

TEST(Mailboxes, ListsOfThem) {
  EXPECT_EQ(addresses("ann@example.org"), (List{"ann@example.org"}));
  EXPECT_EQ(addresses(" ann@example.org ,\r\n Bob <bob@example.org>,"),
            (List{"ann@example.org", "bob@example.org"}));
  EXPECT_EQ(addresses(R"("Chan, Karen" <karen@example.org>, "a \" , b" <b@example.org>)"),
            (List{"karen@example.org", "b@example.org"}));
  EXPECT_EQ(addresses("ann@example.org (Ann, (the \\) first), really), <b@example.org> trailing"),
            (List{"ann@example.org", "b@example.org"}));
  EXPECT_EQ(addresses("Friends: ann@example.org, bob@example.org;, undisclosed-recipients:;"),
            (List{"ann@example.org", "bob@example.org"}));
  EXPECT_EQ(addresses("<@relay,@other:ann@example.org>"), (List{"ann@example.org"}));
  EXPECT_EQ(addresses(""), (List{}));
  EXPECT_EQ(addresses(" , ;; "), (List{}));
}

TEST(Mailboxes, Names) {
  const auto list =
      parseMailboxes("=?utf-8?q?Micha=C5=82?= <m@example.org>, \"O'Brien \\\"Bob\\\"\" <b@example.org>");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "Michał");
  EXPECT_EQ(list[1].name, "O'Brien \"Bob\"");
}

TEST(Mailboxes, WhatIsNoneComesBackToBeRefused) {
  EXPECT_EQ(addresses("Karen, Chan <karen@example.org>"), (List{"Karen", "karen@example.org"}));
  EXPECT_EQ(addresses("<>"), (List{""}));
  EXPECT_EQ(addresses("\"unterminated <a@b>, c@d"), (List{"\"unterminated <a@b>, c@d"}));
  EXPECT_EQ(addresses("(((((a@b"), (List{}));
  EXPECT_EQ(addresses("<a@b"), (List{"a@b"}));
  EXPECT_EQ(addresses("a\\"), (List{"a\\"}));
}

TEST(CheckAddress, Accepts) {
  for (const auto* address : {"a@b", "ann.smith+tag@sub.example.org", "o'brien@example.org", "x_y-z%1@example.org",
                              "recipient@xn--d1acpjx3f.xn--p1ai"}) {
    EXPECT_TRUE(checkAddress(address).ok()) << address;
  }
}

TEST(CheckAddress, RefusesInTheWordsOfSes) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "Missing final '@domain'"},
      {"ann", "Missing final '@domain'"},
      {"@example.org", "Missing local name"},
      {"ann@", "Missing domain"},
      {"ann @example.org", "Local address contains control or whitespace"},
      {"ann\r\nRCPT TO:<x@y>@example.org", "Local address contains control or whitespace"},
      {std::string("a\0b@example.org", 15), "Local address contains control or whitespace"},
      {"ann@exa mple.org", "Domain contains control or whitespace"},
      {"ann@example.org\n", "Domain contains control or whitespace"},
      {"<ann>@example.org", "Local address contains illegal character"},
      {"To: ann@example.org", "Local address contains illegal character"},
      {"\xC5\x82@example.org", "Local address contains illegal character"},
      {"ann@ex_ample.org", "Domain contains illegal character"},
      {"ann@example.org>", "Domain contains illegal character"},
      {".ann@example.org", "Local address starts with dot"},
      {"ann.@example.org", "Local address ends with dot"},
      {"a..b@example.org", "Local address contains dot-dot"},
      {"ann@.org", "Domain starts with dot"},
      {"ann@example.", "Domain ends with dot"},
      {"ann@a..b", "Domain contains dot-dot"},
      {std::string(65, 'a') + "@b", "Illegal address"},
      {"a@" + std::string(256, 'b'), "Illegal address"},
  };
  for (const auto& [address, message] : cases) {
    const auto result = checkAddress(address);
    ASSERT_FALSE(result.ok()) << address;
    EXPECT_EQ(result.fault().message, message) << address;
    EXPECT_EQ(result.fault().code, "InvalidParameterValue");
  }
}

}  // namespace
}  // namespace hearth::mail
