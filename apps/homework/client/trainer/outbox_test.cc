#include "homework/client/trainer/outbox.h"

#include <gtest/gtest.h>

#include "homework/domain/mime.h"

namespace hearth::homework::client {
namespace {

TEST(Base64, DecodesOnlyWhatIsWellFormed) {
  EXPECT_EQ(base64Decoded("SGVsbG8="), "Hello");
  EXPECT_EQ(base64Decoded("SGVsbA=="), "Hell");
  EXPECT_EQ(base64Decoded("SGVs"), "Hel");
  EXPECT_EQ(base64Decoded(""), "");
  for (const char* text : {"SGVsbG8", "SG=s", "====", "S===", "SGV\n"})
    EXPECT_EQ(base64Decoded(text), std::nullopt) << text;
}

TEST(ReadableMail, IsTheTextPartDecoded) {
  OutboxMail mail;
  mail.subject = "[os] [test01] Wyniki – żółw";
  mail.raw =
      "From: Homework <h@example.org>\r\nTo: s@example.org\r\nSubject: =?utf-8?Q?x?=\r\nDate: Mon, 08 Apr 2019 "
      "21:01:02 +0000\r\n"
      "Content-Type: multipart/alternative;\r\n boundary=\"=_1\"\r\n\r\n--=_1\r\nContent-Type: text/plain; "
      "charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\nYour score is: 5 =C5=BC and a lo=\r\nng line =3D "
      "end=ZZ\r\n\r\n--=_1\r\n"
      "Content-Type: text/html\r\n\r\n<p>x</p>\r\n--=_1--\r\n";
  EXPECT_EQ(readableMail(mail),
            "From: Homework <h@example.org>\nTo: s@example.org\nDate: Mon, 08 Apr 2019 21:01:02 +0000\n"
            "Subject: [os] [test01] Wyniki – żółw\n\nYour score is: 5 ż and a long line = end=ZZ\n");
  mail.raw = "no parts here";
  EXPECT_EQ(readableMail(mail), "no parts here");
}

TEST(FindMail, TakesAnUnambiguousBeginning) {
  std::vector<OutboxMail> mails(2);
  mails[0].id = "abc1";
  mails[1].id = "abd2";
  EXPECT_EQ(findMail(mails, "abc")->id, "abc1");
  EXPECT_FALSE(findMail(mails, "ab").ok());
  EXPECT_FALSE(findMail(mails, "x").ok());
  EXPECT_FALSE(findMail(mails, "").ok());
}

TEST(OutboxMail, KnowsItsTest) {
  OutboxMail mail;
  mail.stem = "outbox/os/test01/abc";
  EXPECT_EQ(mail.test(), "os/test01");
  mail.stem = "outbox/-/-/abc";
  EXPECT_EQ(mail.test(), "");
}

TEST(WithRecipient, ChangesTheMemberAndTheHeaderAlone) {
  const std::string raw = "From: a@b.c\r\nTo: old@example.org\r\nSubject: x\r\n\r\nTo: old@example.org\r\n";
  const std::string document = R"({"id": "1", "to": "old@example.org", "raw": ")" + base64(raw) + R"("})";
  const auto changed = withRecipient(document, "new@example.org");
  ASSERT_TRUE(changed);
  const Json parsed = *parseJson(*changed);
  EXPECT_EQ(stringMember(parsed, "to"), "new@example.org");
  EXPECT_EQ(stringMember(parsed, "id"), "1");
  EXPECT_EQ(base64Decoded(stringMember(parsed, "raw")),
            "From: a@b.c\r\nTo: new@example.org\r\nSubject: x\r\n\r\nTo: old@example.org\r\n");
  EXPECT_FALSE(withRecipient("{}", "new@example.org"));
  EXPECT_FALSE(withRecipient(R"({"raw": ")" + base64("Subject: x\r\n\r\nTo: no\r\n") + R"("})", "new@example.org"));
}

}  // namespace
}  // namespace hearth::homework::client
