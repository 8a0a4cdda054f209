#include "mail/mime.h"

#include <gtest/gtest.h>

namespace hearth::mail {
namespace {

base::Time someTime() { return base::parseIso8601("2019-04-08T21:00:00Z").value(); }

TEST(ParseHead, ReadsWhatItNeeds) {
  const auto head = parseHead(
      "Received: x\r\n"
      "SUBJECT : =?utf-8?B?T2NlbmE=?=\r\n =?utf-8?Q?=5F1?=\r\n"
      "From: Teacher <t@example.org>\r\n"
      "To: a@example.org,\r\n\tB <b@example.org>\r\n"
      "Cc: c@example.org\r\n"
      "bcc: d@example.org\r\n"
      "to: e@example.org\r\n"
      "\r\n"
      "To: body@example.org\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->subject, "Ocena_1");
  ASSERT_EQ(head->from.size(), 1u);
  EXPECT_EQ(head->from[0].address, "t@example.org");
  ASSERT_EQ(head->to.size(), 3u);
  EXPECT_EQ(head->to[1].address, "b@example.org");
  EXPECT_EQ(head->to[2].address, "e@example.org");
  ASSERT_EQ(head->cc.size(), 1u);
  ASSERT_EQ(head->bcc.size(), 1u);
}

TEST(ParseHead, AcceptsBareLineFeedsAndNoBody) {
  EXPECT_EQ(parseHead("Subject: a\nTo: b@c\n\nSubject: d").value().subject, "a");
  EXPECT_EQ(parseHead("Subject: a").value().subject, "a");
  EXPECT_EQ(parseHead("Subject: a\n b").value().subject, "a b");
  EXPECT_EQ(parseHead("").value().subject, "");
  EXPECT_EQ(parseHead("no field\r\nSubject: a\r\n").value().subject, "");
  EXPECT_EQ(parseHead("Subject: first\r\nSubject: second\r\n").value().subject, "first");
  EXPECT_EQ(parseHead("\r\nSubject: body\r\n").value().subject, "");
}

TEST(ParseHead, HasALimit) {
  const std::string big(300 * 1024, 'x');
  EXPECT_EQ(parseHead("X: " + big).fault().code, "InvalidParameterValue");
  EXPECT_FALSE(parseHead("X: a\r\n " + big + "\r\nTo: a@b\r\n\r\n").ok());
  EXPECT_FALSE(parseHead(big).ok());
  std::string many;
  while (many.size() < big.size()) many += "X-Field-Number: 12345678\r\n";
  EXPECT_FALSE(parseHead(many + "To: a@b\r\n\r\nbody\r\n").ok());
  EXPECT_TRUE(parseHead("To: a@b\r\n\r\n" + big).ok());
  EXPECT_TRUE(parseHead("To: a@b\r\n\r\n" + big + "\r\n" + big).ok());
}

TEST(WithoutBcc, KeepsTheRestBitForBit) {
  EXPECT_EQ(withoutBcc("A: 1\r\nBcc: x@y,\r\n z@y\r\nB: 2\n\tc\r\n\r\nBcc: body\r\n"),
            "A: 1\r\nB: 2\n\tc\r\n\r\nBcc: body\r\n");
  EXPECT_EQ(withoutBcc("BCC: x@y\r\nbcc: z@y\r\n"), "");
  EXPECT_EQ(withoutBcc("Bcc-Note: kept\r\n\r\n"), "Bcc-Note: kept\r\n\r\n");
  const std::string odd("A: \xff\0\r\r\n\n.\r\n..\n no end", 23);
  EXPECT_EQ(withoutBcc(odd), odd);
}

TEST(WithCrlf, MendsEveryLineEnd) {
  EXPECT_EQ(withCrlf("a\nb\r\nc\rd\n\n\r\r\n"), "a\r\nb\r\nc\r\nd\r\n\r\n\r\n\r\n");
  EXPECT_EQ(withCrlf(""), "");
  EXPECT_EQ(withCrlf("no end"), "no end");
  EXPECT_EQ(withCrlf("\n.\n"), "\r\n.\r\n");
}

Draft simpleDraft() {
  Draft draft;
  draft.from = "Teacher <teacher@example.org>";
  draft.to = {"ann@example.org"};
  draft.subject = "Your score";
  draft.date = someTime();
  return draft;
}

TEST(BuildMessage, PlainText) {
  base::SystemRandom random;
  auto draft = simpleDraft();
  draft.text = "Hello\n.\nbye";
  const auto message = buildMessage(draft, random).value();
  EXPECT_TRUE(
      message.starts_with("Date: Mon, 08 Apr 2019 21:00:00 +0000\r\n"
                          "From: \"Teacher\" <teacher@example.org>\r\n"
                          "To: ann@example.org\r\n"
                          "Message-ID: <"));
  EXPECT_TRUE(
      message.ends_with("@example.org>\r\n"
                        "Subject: Your score\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: 7bit\r\n"
                        "\r\n"
                        "Hello\r\n.\r\nbye\r\n"));
}

TEST(BuildMessage, QuotedPrintable) {
  base::SystemRandom random;
  auto draft = simpleDraft();
  draft.html = "<p>Za\xC5\xBC\xC3\xB3\xC5\x82\xC4\x87 = 5 </p> \r\n" + std::string(100, 'x') + "\n";
  const auto message = buildMessage(draft, random).value();
  EXPECT_NE(
      message.find("Content-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"),
      std::string::npos);
  EXPECT_TRUE(message.ends_with("\r\n\r\n<p>Za=C5=BC=C3=B3=C5=82=C4=87 =3D 5 </p>=20\r\n" + std::string(75, 'x') +
                                "=\r\n" + std::string(25, 'x') + "\r\n"));
}

TEST(BuildMessage, BothBodies) {
  base::SystemRandom random;
  auto draft = simpleDraft();
  draft.text = "t";
  draft.html = "<b>h</b>";
  const auto message = buildMessage(draft, random).value();
  const std::string marker = "boundary=\"";
  const auto at = message.find(marker) + marker.size();
  const auto boundary = message.substr(at, message.find('"', at) - at);
  EXPECT_TRUE(message.ends_with("\r\n\r\n--" + boundary +
                                "\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n"
                                "\r\nt\r\n--" +
                                boundary +
                                "\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n"
                                "\r\n<b>h</b>\r\n--" +
                                boundary + "--\r\n"));
}

TEST(BuildMessage, ComesBackThroughTheParser) {
  base::SystemRandom random;
  auto draft = simpleDraft();
  draft.to = {"Żaneta <a@example.org>, b@example.org", "c@example.org"};
  draft.cc = {"\"D, E\" <d@example.org>"};
  draft.replyTo = {"r@example.org"};
  draft.subject = "Wynik: zażółć gęślą jaźń, a to jest dość długi temat, który trzeba złamać";
  draft.text = "x";
  const auto head = parseHead(buildMessage(draft, random).value()).value();
  EXPECT_EQ(head.subject, draft.subject);
  ASSERT_EQ(head.to.size(), 3u);
  EXPECT_EQ(head.to[0].name, "Żaneta");
  EXPECT_EQ(head.to[2].address, "c@example.org");
  ASSERT_EQ(head.cc.size(), 1u);
  EXPECT_EQ(head.cc[0].name, "D, E");
}

TEST(BuildMessage, RefusesInjection) {
  base::SystemRandom random;
  auto draft = simpleDraft();
  draft.text = "x";
  const auto refused = [&](const Draft& bad) { return !buildMessage(bad, random).ok(); };
  EXPECT_FALSE(refused(draft));
  auto bad = draft;
  bad.subject = "a\r\nBcc: x@y";
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.to = {"a\r\nBcc: x@y <b@example.org>"};
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.from = "a@example.org, b@example.org";
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.from = "";
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.cc = {"nobody"};
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.text = "\xff";
  EXPECT_TRUE(refused(bad));
  bad = draft;
  bad.text.reset();
  EXPECT_TRUE(refused(bad));
}

}  // namespace
}  // namespace hearth::mail
