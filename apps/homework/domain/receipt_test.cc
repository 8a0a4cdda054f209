#include "homework/domain/receipt.h"

#include <gtest/gtest.h>

#include "homework/domain/attempt.h"
#include "homework/domain/mime.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

std::string bytesOfHex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

const std::string kSeed = bytesOfHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

SigningKey signingKey() { return *makeSigningKey(kSeed); }
std::vector<ReceiptKey> keys() { return {*publicKeyOf(signingKey(), *parseInstant("2019-04-01T10:00:00Z"))}; }

Attempt attempt() {
  Attempt out;
  out.course = "Operating systems";
  out.test = {"operating-systems", "test01"};
  out.studentId = "student01";
  out.questionSet = std::string(64, 'a');
  out.receivedAt = *parseInstant("2019-04-08T18:43:07.123Z");
  out.answers = {{"1", "a"}, {"2", "a,c"}, {"4", "x = y"}};
  PublishedTest test;
  test.ref = out.test;
  test.title = "Kernels\nStudent       student02";
  test.due = *parseInstant("2019-04-08T21:00:00Z");
  QuestionSet set;
  set.questions.resize(6);
  out.receiptText = receiptText(out, test, set, {"Europe/Warsaw", {{Instant{}, 2h}}});
  out.keyId = signingKey().keyId;
  out.signature = *signReceipt(out.receiptText, signingKey());
  return out;
}

std::string problem(std::string_view pasted) {
  const auto verified = verifyReceipt(pasted, keys());
  return verified ? "" : verified.problem().message;
}

// RFC 8032, 7.1, test 2.
TEST(Signatures, AreThoseOfTheStandard) {
  EXPECT_EQ(keys()[0].publicKey, bytesOfHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  EXPECT_EQ(*signReceipt("\x72", signingKey()),
            base64(bytesOfHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")));
}

TEST(Receipts, AreVerifiedWithThePublicKeyAlone) {
  const Attempt made = attempt();
  const auto verified = verifyReceipt(receiptOf(made), keys());
  ASSERT_TRUE(verified.ok()) << verified.problem().message;
  EXPECT_EQ(verified->code, receiptCode(made));
  EXPECT_EQ(verified->course, made.course);
  EXPECT_EQ(verified->test, made.test);
  EXPECT_EQ(verified->studentId, "student01");  // not what the title would have
  EXPECT_EQ(verified->receivedAt, made.receivedAt);
  EXPECT_EQ(verified->questionSet, made.questionSet);
  EXPECT_EQ(verified->answers, made.answers);
  EXPECT_EQ(verified->text, made.receiptText);
}

TEST(Receipts, BearBeingPasted) {
  const std::string receipt = receiptOf(attempt());
  std::string windows;
  for (const char c : receipt) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  std::string oldMac = receipt;
  for (char& c : oldMac) c = c == '\n' ? '\r' : c;
  for (const std::string& pasted :
       {windows, oldMac, "Dear trainer,\n\n" + receipt + "\nRegards", "\xef\xbb\xbf" + receipt,
        receipt.substr(0, receipt.size() - 1), receipt.substr(0, receipt.size() - 1) + "  \n"}) {
    EXPECT_EQ(problem(pasted), "") << pasted;
  }
}

TEST(Receipts, NoChangeGoesUnnoticed) {
  const std::string receipt = receiptOf(attempt());
  const std::size_t end = receipt.find("signature:");
  for (std::size_t i = 0; i < end; ++i) {
    std::string changed = receipt;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_NE(problem(changed), "") << i;
  }
  std::string added = receipt;
  added.insert(end, "6=a\n");
  EXPECT_NE(problem(added), "");
}

TEST(Receipts, SayWhatIsWrong) {
  const Attempt made = attempt();
  EXPECT_NE(problem(made.receiptText).find("no signature"), std::string::npos);
  EXPECT_NE(problem("hello").find("not a receipt"), std::string::npos);
  EXPECT_NE(problem("").find("not a receipt"), std::string::npos);
  EXPECT_NE(problem(std::string(2 << 20, 'x')).find("too long"), std::string::npos);
  EXPECT_NE(problem(made.receiptText + "signature: ed25519:" + made.keyId + ":AAAA\n").find("not complete"),
            std::string::npos);
  EXPECT_NE(problem(made.receiptText + "signature: ed25519:x\n").find("not complete"), std::string::npos);
  EXPECT_NE(problem(signedReceipt(made.receiptText, "00000000", made.signature)).find("never signed"),
            std::string::npos);
  const SigningKey other = *makeSigningKey(std::string(32, 'k'));
  EXPECT_NE(problem(signedReceipt(made.receiptText, made.keyId, *signReceipt(made.receiptText, other)))
                .find("does not belong"),
            std::string::npos);
}

TEST(Receipts, KeysComeBackAndLiesDoNot) {
  const auto signing = parseSigningKey(signingKeyJson(signingKey()));
  ASSERT_TRUE(signing.ok());
  EXPECT_EQ(signing->privateKey, kSeed);
  EXPECT_EQ(parseReceiptKeys(receiptKeysJson(keys()))->at(0).publicKey, keys()[0].publicKey);
  EXPECT_FALSE(parseSigningKey(R"({"keyId":"00000000","privateKey":")" + base64(kSeed) + "\"}").ok());
  EXPECT_FALSE(parseSigningKey(R"({"keyId":"x","privateKey":"AAAA"})").ok());
  EXPECT_FALSE(parseReceiptKeys(R"({"keys":[{"keyId":"00000000","publicKey":")" + base64(kSeed) + "\"}]}").ok());
  EXPECT_FALSE(parseReceiptKeys("[]").ok());
  EXPECT_FALSE(makeSigningKey("short").ok());
}

TEST(Attempts, KeepTheirReceipt) {
  const auto again = parseAttempt(attemptJson(attempt()));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(receiptOf(*again), receiptOf(attempt()));
  EXPECT_EQ(receiptCode(*again), receiptCode(attempt()));
}

}  // namespace
}  // namespace hearth::homework
