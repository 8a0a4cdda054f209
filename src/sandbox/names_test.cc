#include "sandbox/names.h"

#include <gtest/gtest.h>

namespace hearth::sandbox {
namespace {

using namespace std::string_literals;

constexpr char kA = 1;
constexpr char kAaaa = 28;

std::string encodeName(std::string_view name) {
  std::string bytes;
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    bytes += static_cast<char>(label.size());
    bytes += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  return bytes + '\0';
}

std::string ask(std::string_view name, char type = kA) {
  return "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s + encodeName(name) + "\0"s + type + "\0\x01"s;
}

int codeOf(const std::string& answer) { return answer.size() < 12 ? -1 : answer[3] & 0x0f; }
int countOf(const std::string& answer) { return answer.size() < 12 ? -1 : answer[7]; }

TEST(Names, AwsNamesAreTheEndpoint) {
  for (const char* name :
       {"s3.eu-central-1.amazonaws.com", "bucket.s3.amazonaws.com", "EMAIL.Eu-West-1.AmazonAWS.com"}) {
    const std::string query = ask(name);
    const std::string answer = answerName(query);
    EXPECT_EQ(codeOf(answer), 0) << name;
    EXPECT_EQ(countOf(answer), 1) << name;
    EXPECT_EQ(answer.substr(0, 4), "\x12\x34\x85\x80"s);
    EXPECT_EQ(answer.substr(12, query.size() - 12), query.substr(12));
    EXPECT_EQ(answer.substr(query.size()), "\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01"s);
  }
}

TEST(Names, HaveNoAddressOfAnotherKind) {
  const std::string answer = answerName(ask("s3.eu-central-1.amazonaws.com", kAaaa));
  EXPECT_EQ(codeOf(answer), 0);
  EXPECT_EQ(countOf(answer), 0);
}

TEST(Names, ThereAreNoOthers) {
  for (const char* name :
       {"example.org", "evilamazonaws.com", "s3.amazonaws.com.evil.org", "com", "localhost", ""}) {
    const std::string answer = answerName(ask(name));
    EXPECT_EQ(codeOf(answer), 3) << name;
    EXPECT_EQ(countOf(answer), 0) << name;
  }
  EXPECT_EQ(codeOf(answerName(ask("amazonaws.com"))), 0);
  EXPECT_EQ(countOf(answerName(ask("amazonaws.com"))), 0);
}

TEST(Names, WhatIsNoQuestionGetsNoAnswer) {
  const std::string query = ask("s3.amazonaws.com");
  for (std::size_t size = 0; size < query.size(); ++size) EXPECT_EQ(answerName(query.substr(0, size)), "") << size;
  EXPECT_EQ(answerName(std::string(513, '\0')), "");
  for (const auto& [at, byte] : {std::pair<std::size_t, char>{2, '\x81'},  // an answer
                                 {2, '\x29'},                              // another operation
                                 {5, '\x02'},                              // two questions
                                 {5, '\x00'},                              // none
                                 {12, '\xc0'},                             // a pointer, to itself
                                 {12, '\x40'},                             // a label too long
                                 {query.size() - 1, '\x03'}}) {            // not of the Internet
    std::string bent = query;
    bent[at] = byte;
    EXPECT_EQ(answerName(bent), "") << at;
  }
  std::string name;
  while (name.size() < 256) name += "aaaaaaa.";
  EXPECT_EQ(answerName(ask(name + "amazonaws.com")), "");
}

// EDNS (RFC 6891) rides behind the question.
TEST(Names, MoreBehindTheQuestionIsPassedOver) {
  std::string query = ask("s3.amazonaws.com");
  query[11] = 1;
  query += "\0\0\x29\x04\xd0\0\0\0\0\0\0"s;
  const std::string answer = answerName(query);
  EXPECT_EQ(countOf(answer), 1);
  EXPECT_EQ(answer.substr(8, 4), "\0\0\0\0"s);
}

}  // namespace
}  // namespace hearth::sandbox
