#include "resolver.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "descriptor.h"

namespace hearth::sdk {
namespace {

using Kind = DnsAnswer::Kind;

// An answer to `question`: a CNAME record first, then one address record, names compressed.
std::string answerTo(std::string question, RecordType type, std::string_view address, unsigned char flagsLow = 0x80,
                     unsigned char flagsHigh = 0x81) {
  question[2] = static_cast<char>(flagsHigh);
  question[3] = static_cast<char>(flagsLow);
  question[7] = 2;
  const std::string name("\xc0\x0c", 2);
  question += name + std::string("\0\5\0\1\0\0\0\x3c\0\4\1x\xc0\x0c", 14);
  question += name + std::string(1, '\0') + static_cast<char>(type) + std::string("\0\1\0\0\0\x3c\0", 7) +
              static_cast<char>(address.size()) + std::string(address);
  return question;
}

TEST(DnsMessage, QuestionIsOneQueryForOneName) {
  EXPECT_EQ(*dnsQuestion(0x1234, "s3.eu.example.", RecordType::kAaaa),
            std::string("\x12\x34\1\0\0\1\0\0\0\0\0\0\2s3\2eu\7example\0\0\x1c\0\1", 31));
  EXPECT_FALSE(dnsQuestion(1, "", RecordType::kA));
  EXPECT_FALSE(dnsQuestion(1, "a..b", RecordType::kA));
  EXPECT_FALSE(dnsQuestion(1, std::string(64, 'a'), RecordType::kA));
  EXPECT_FALSE(dnsQuestion(1, std::string(300, 'a'), RecordType::kA));
}

TEST(DnsMessage, AddressesAreFoundBehindAnAlias) {
  const std::string question = *dnsQuestion(7, "s3.example", RecordType::kA);
  const DnsAnswer answer = parseDnsAnswer(answerTo(question, RecordType::kA, "\1\2\3\4"), question, RecordType::kA);
  ASSERT_EQ(answer.kind, Kind::kRecords);
  EXPECT_EQ(answer.addresses, std::vector<std::string>{"\1\2\3\4"});
}

TEST(DnsMessage, OnlyTheAnswerToTheQuestionCounts) {
  const std::string question = *dnsQuestion(7, "s3.example", RecordType::kA);
  const std::string otherId = *dnsQuestion(8, "s3.example", RecordType::kA);
  const std::string otherName = *dnsQuestion(7, "s4.example", RecordType::kA);
  const auto kind = [&](const std::string& message) {
    return parseDnsAnswer(message, question, RecordType::kA).kind;
  };
  EXPECT_EQ(kind(answerTo(otherId, RecordType::kA, "\1\2\3\4")), Kind::kNotOurs);
  EXPECT_EQ(kind(answerTo(otherName, RecordType::kA, "\1\2\3\4")), Kind::kNotOurs);
  EXPECT_EQ(kind(question), Kind::kMalformed);  // not an answer at all
  EXPECT_EQ(kind(answerTo(question, RecordType::kA, "\1\2\3\4", 0x80, 0x83)), Kind::kTruncated);
  EXPECT_EQ(kind(answerTo(question, RecordType::kA, "\1\2\3\4", 0x82)), Kind::kServerFailure);
}

TEST(DnsMessage, NoPrefixOrFlippedByteOfAnAnswerIsReadBeyondItsEnd) {
  const std::string question = *dnsQuestion(7, "s3.example", RecordType::kA);
  const std::string whole = answerTo(question, RecordType::kA, "\1\2\3\4");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(parseDnsAnswer(whole.substr(0, length), question, RecordType::kA).kind, Kind::kRecords) << length;
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; value += 5) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(value);
      for (const std::string& address : parseDnsAnswer(damaged, question, RecordType::kA).addresses) {
        EXPECT_EQ(address.size(), 4U);
      }
    }
  }
}

class Resolver : public ::testing::Test {
 protected:
  Resolver() {
    char name[] = "/tmp/resolver_testXXXXXX";
    folder_ = mkdtemp(name);
    files_ = {folder_ + "/hosts", folder_ + "/resolv.conf", 0};
  }
  ~Resolver() override {
    std::remove(files_.hosts.c_str());
    std::remove(files_.resolvConf.c_str());
    rmdir(folder_.c_str());
  }

  std::string first(std::string_view host) {
    auto found = resolve(host, 80, std::chrono::steady_clock::now() + std::chrono::seconds(5), files_);
    if (!found) return found.error().code;
    const auto* in = reinterpret_cast<const sockaddr_in*>(&found->front().storage);
    char text[64];
    return inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
  }

  std::string folder_;
  ResolverFiles files_;
};

TEST_F(Resolver, LiteralsAndLocalhostNeedNoFile) {
  EXPECT_EQ(first("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(first("LocalHost"), "127.0.0.1");
  EXPECT_EQ(first("bucket.s3.localhost"), "127.0.0.1");
  EXPECT_EQ(parseAddress("[::1]", 80)->family(), AF_INET6);
  EXPECT_FALSE(parseAddress("1.2.3", 80));
}

TEST_F(Resolver, HostsFileByAnyOfItsNames) {
  std::ofstream(files_.hosts) << "# 9.9.9.9 s3.example\n10.0.0.7\tother  S3.example # us\nbroken s3.example\n";
  EXPECT_EQ(first("s3.EXAMPLE"), "10.0.0.7");
  EXPECT_EQ(first("s4.example"), "Timeout");  // there is no name server to ask
}

TEST_F(Resolver, AsksTheNameServerAndOverTcpWhenCutShort) {
  const Descriptor udp(socket(AF_INET, SOCK_DGRAM, 0));
  const Descriptor tcp(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(tcp.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(tcp.get(), 1), 0);
  socklen_t size = sizeof address;
  getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&address), &size);
  ASSERT_EQ(bind(udp.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  files_.dnsPort = ntohs(address.sin_port);
  std::ofstream(files_.resolvConf) << "search example\nnameserver 127.0.0.1\n";

  std::thread server([&] {
    char buffer[512];
    sockaddr_in peer{};
    socklen_t peerSize = sizeof peer;
    const ssize_t n = recvfrom(udp.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &peerSize);
    const std::string question(buffer, static_cast<std::size_t>(n));
    const std::string cut = answerTo(question, RecordType::kA, "\1\1\1\1", 0x80, 0x83);
    sendto(udp.get(), "stray", 5, 0, reinterpret_cast<sockaddr*>(&peer), peerSize);
    std::string forged = answerTo(question, RecordType::kA, "\6\6\6\6");
    forged[0] = static_cast<char>(forged[0] + 1);
    sendto(udp.get(), forged.data(), forged.size(), 0, reinterpret_cast<sockaddr*>(&peer), peerSize);
    sendto(udp.get(), cut.data(), cut.size(), 0, reinterpret_cast<sockaddr*>(&peer), peerSize);
    const Descriptor accepted(accept(tcp.get(), nullptr, nullptr));
    recv(accepted.get(), buffer, 2 + question.size(), MSG_WAITALL);
    const std::string whole = answerTo(question, RecordType::kA, std::string_view("\x0a\0\0\x09", 4));
    const std::string framed = std::string{0, static_cast<char>(whole.size())} + whole;
    send(accepted.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
  });
  const std::string found = first("s3.example");
  server.join();
  EXPECT_EQ(found, "10.0.0.9");
}

}  // namespace
}  // namespace hearth::sdk
