#include "homework/client/student/receipts.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "homework/client/student/memory.h"

namespace hearth::homework::client {
namespace {

const std::string kText =
    "Receipt       R-7F3K-Q2MD\nTest          os/test01  Kernels\nReceived      Mon 8 Apr 2019 20:43:07 "
    "Europe/Warsaw\n"
    "              2019-04-08T18:43:07Z\n\n1=a\n";

class Receipts : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/homework-receipts-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    key_ = *makeSigningKey(std::string(32, 'k'));
    keys_ = {*publicKeyOf(key_, {})};
    receipt_ = signedReceipt(kText, key_.keyId, *signReceipt(kText, key_));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  SigningKey key_;
  std::vector<ReceiptKey> keys_;
  std::string receipt_;
};

TEST_F(Receipts, AreToldApart) {
  EXPECT_EQ(checkReceipt(receipt_, keys_).check, ReceiptCheck::kGenuine);
  EXPECT_EQ(checkReceipt(receipt_, keys_).keyId, key_.keyId);
  EXPECT_EQ(checkReceipt(receipt_, {}).check, ReceiptCheck::kUnknownKey);
  EXPECT_EQ(checkReceipt(kText, keys_).check, ReceiptCheck::kUnsigned);
  EXPECT_EQ(checkReceipt("", keys_).check, ReceiptCheck::kUnsigned);
  for (std::size_t i = 0; i < kText.size(); ++i) {
    std::string changed = receipt_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(checkReceipt(changed, keys_).check, ReceiptCheck::kGenuine) << i;
  }
}

TEST_F(Receipts, AreKeptAndListed) {
  const ReceiptStore store(folder_);
  EXPECT_TRUE(store.all().empty());
  store.save("R-7F3K-Q2MD", receipt_);
  std::string earlier = receipt_;
  earlier.replace(earlier.find("2019-04-08T18"), 13, "2019-04-08T17");
  store.save("R-ZZZZ-ZZZZ", earlier);
  const auto all = store.all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].code, "R-ZZZZ-ZZZZ");
  EXPECT_EQ(all[1].test, "os/test01");
  EXPECT_EQ(all[1].received, "Mon 8 Apr 2019 20:43:07 Europe/Warsaw");
  EXPECT_EQ(all[1].text, receipt_);
  EXPECT_FALSE(store.find("../R-7F3K-Q2MD"));
}

TEST_F(Receipts, KeysOfEarlierYearsAreRemembered) {
  const auto file = folder_ / "course.json";
  rememberCourse(file, {"pl", keys_, {"os/test01"}});
  const auto later = publicKeyOf(*makeSigningKey(std::string(32, 'n')), {});
  EXPECT_EQ(rememberCourse(file, {"en", {*later}, {"os/test02"}}).receiptKeys.size(), 2u);
  const CourseMemory memory = recallCourse(file);
  EXPECT_EQ(memory.lang, "en");
  EXPECT_EQ(memory.tests, std::vector<std::string>{"os/test02"});
  EXPECT_EQ(checkReceipt(receipt_, memory.receiptKeys).check, ReceiptCheck::kGenuine);
  EXPECT_TRUE(recallCourse(folder_ / "nothing").receiptKeys.empty());
}

TEST(ReceiptText, IsKeptOnlyWhenItIsPlainText) {
  EXPECT_TRUE(isReceiptText("Receipt   R-1\nAnswers\t1=\xD7\x90\xE2\x80\x8E\n"));  // an answer of any script
  EXPECT_TRUE(isReceiptText(std::string(256u << 10, 'a')));
  EXPECT_FALSE(isReceiptText(""));
  EXPECT_FALSE(isReceiptText(std::string((256u << 10) + 1, 'a')));
  for (const char* hostile : {"a\x1b[2J", "a\rb", "\x7f", "\xC2\x9B", "\xFF", "\x08"}) {
    EXPECT_FALSE(isReceiptText(hostile)) << hostile;
  }
}

}  // namespace
}  // namespace hearth::homework::client
