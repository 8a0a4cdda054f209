#include "wire/aws_chunked.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <sstream>

#include "base/bytes.h"
#include "wire/body_digest.h"
#include "wire/sigv4_signer.h"

namespace hearth::wire {
namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kScope = "20130524/us-east-1/s3/aws4_request";
constexpr std::string_view kTimestamp = "20130524T000000Z";

// Gives at most `step` bytes at a time, as a slow network does.
class DripStream final : public base::ByteStream {
 public:
  DripStream(std::string bytes, std::size_t step) : bytes_(std::move(bytes)), step_(step) {}
  Task<Result<std::size_t>> read(std::string& into, std::size_t most) override {
    const std::size_t count = std::min({most, step_, bytes_.size() - at_});
    into.append(bytes_, at_, count);
    at_ += count;
    co_return count;
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  std::string bytes_;
  std::size_t step_;
  std::size_t at_ = 0;
};

// Reads a stream whose sources never wait.
Result<std::string> drain(base::ByteStream& stream, std::size_t most = 1U << 20) {
  boost::asio::io_context loop;
  std::string bytes;
  std::optional<Fault> fault;
  const auto reading = [&]() -> Task<void> {
    while (true) {
      const auto count = co_await stream.read(bytes, most);
      if (!count.ok()) fault = count.fault();
      if (!count.ok() || *count == 0) co_return;
    }
  };
  boost::asio::co_spawn(loop, reading(), boost::asio::detached);
  loop.run();
  if (fault) return *fault;
  return bytes;
}

ChunkSigning signingFrom(std::string seed) {
  ChunkSigning signing;
  signing.key = std::make_shared<base::HmacSha256Key>(deriveSigningKey(kSecret, {"20130524", "us-east-1", "s3"}));
  signing.timestamp = kTimestamp;
  signing.scope = kScope;
  signing.seedSignature = std::move(seed);
  return signing;
}

struct Coded {
  AwsChunkedOptions options;
  std::string bytes;
};

Result<std::string> decode(const Coded& coded, std::size_t step = 1U << 20, std::size_t most = 1U << 20) {
  AwsChunkedStream stream(std::make_unique<DripStream>(coded.bytes, step), coded.options);
  return drain(stream, most);
}
std::string codeOf(const Coded& coded) {
  const auto result = decode(coded);
  return result.ok() ? "" : result.fault().code;
}
Coded replaced(Coded coded, const std::string& from, const std::string& to) {
  const auto where = coded.bytes.find(from);
  EXPECT_NE(where, std::string::npos) << from;
  coded.bytes.replace(where, from.size(), to);
  return coded;
}

// The example of sigv4-streaming.html: 65 KiB of 'a' in chunks of 64 KiB and 1 KiB.
Coded documentedChunks() {
  Coded coded;
  coded.options.mode = PayloadMode::kSignedChunks;
  coded.options.signing = signingFrom("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  coded.options.decodedLength = 66560;
  coded.bytes = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
                std::string(65536, 'a') +
                "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
                std::string(1024, 'a') +
                "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  return coded;
}

// The example of sigv4-streaming-trailers.html.
Coded documentedTrailer() {
  Coded coded;
  coded.options.mode = PayloadMode::kSignedChunksTrailer;
  coded.options.signing = signingFrom("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  coded.options.decodedLength = 66560;
  coded.options.trailer = "x-amz-checksum-crc32c";
  coded.bytes = "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n" +
                std::string(65536, 'a') +
                "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n" +
                std::string(1024, 'a') +
                "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
  return coded;
}

// What SDKs send by default over TLS.
Coded unsignedTrailer() {
  Coded coded;
  coded.options.decodedLength = 11;
  coded.options.trailer = "x-amz-checksum-crc32";
  coded.bytes = "6\r\nhello \r\n5\r\nworld\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
  return coded;
}

TEST(AwsChunked, DecodesTheDocumentedExamples) {
  const std::string data(66560, 'a');
  for (const std::size_t step : {std::size_t{1} << 20, std::size_t{4096}, std::size_t{7}, std::size_t{1}}) {
    EXPECT_EQ(decode(documentedChunks(), step).value(), data) << step;
    EXPECT_EQ(decode(documentedTrailer(), step).value(), data) << step;
    EXPECT_EQ(decode(unsignedTrailer(), step).value(), "hello world") << step;
  }
  EXPECT_EQ(decode(documentedTrailer(), 1000, 13).value(), data);
}

TEST(AwsChunked, ShowsTheTrailer) {
  const auto coded = unsignedTrailer();
  AwsChunkedStream stream(std::make_unique<DripStream>(coded.bytes, 5), coded.options);
  EXPECT_EQ(stream.size(), 11U);
  ASSERT_TRUE(drain(stream).ok());
  EXPECT_EQ(stream.trailers().find("x-amz-checksum-crc32"), "DUoRhQ==");
}

TEST(AwsChunked, EverySignatureCounts) {
  for (const auto& good : {documentedChunks(), documentedTrailer()}) {
    for (const std::string start : {"10000;chunk-signature=", "400;chunk-signature=", "0;chunk-signature="}) {
      const auto where = good.bytes.find(start) + start.size();
      auto bad = good;
      bad.bytes[where] = bad.bytes[where] == '1' ? '2' : '1';
      EXPECT_EQ(codeOf(bad), "SignatureDoesNotMatch") << start;
    }
    auto data = good;
    data.bytes[1000] = 'b';
    EXPECT_EQ(codeOf(data), "SignatureDoesNotMatch");
    auto seed = good;
    seed.options.signing.seedSignature[0] = 'f';
    EXPECT_EQ(codeOf(seed), "SignatureDoesNotMatch");
  }
  EXPECT_EQ(codeOf(replaced(documentedTrailer(), "x-amz-trailer-signature:d", "x-amz-trailer-signature:e")),
            "SignatureDoesNotMatch");
  EXPECT_EQ(codeOf(replaced(documentedTrailer(), "sOO8/Q==", "sOO8/g==")), "SignatureDoesNotMatch");
}

TEST(AwsChunked, AForgedChunkEndsTheStreamForGood) {
  auto bad = documentedChunks();
  bad.bytes[1000] = 'b';
  AwsChunkedStream stream(std::make_unique<DripStream>(bad.bytes, 5000), bad.options);
  EXPECT_FALSE(drain(stream).ok());
  EXPECT_EQ(drain(stream).fault().code, "SignatureDoesNotMatch");
}

TEST(AwsChunked, TruncationIsNoticedEverywhere) {
  const std::string whole = unsignedTrailer().bytes;
  for (std::size_t cut = 0; cut < whole.find("\r\n\r\n"); ++cut) {
    auto coded = unsignedTrailer();
    coded.bytes.resize(cut);
    EXPECT_FALSE(decode(coded).ok()) << cut;
  }
  const auto end = documentedChunks().bytes.size();
  for (const std::size_t cut : {end - 5, end - 100, end - 200, std::size_t{70}, std::size_t{10}}) {
    auto coded = documentedChunks();
    coded.bytes.resize(cut);
    EXPECT_EQ(codeOf(coded), "IncompleteBody") << cut;
  }
}

TEST(AwsChunked, TheAnnouncedLengthHolds) {
  for (const std::uint64_t length : {0U, 5U, 10U, 12U}) {
    auto coded = unsignedTrailer();
    coded.options.decodedLength = length;
    EXPECT_EQ(codeOf(coded), "IncompleteBody") << length;
  }
  Coded empty;
  empty.bytes = "0\r\n\r\n";
  EXPECT_EQ(decode(empty).value(), "");
}

TEST(AwsChunked, MalformedChunksAreRefused) {
  for (const std::string head :
       {"", "x", "-6", "+6", " 6", "6 ", "0x6", "ffffffffffffffff", "1000000000000000", "6\n"}) {
    EXPECT_EQ(codeOf(replaced(unsignedTrailer(), "6\r\n", head + "\r\n")), "IncompleteBody") << head;
  }
  EXPECT_EQ(codeOf(replaced(unsignedTrailer(), "6\r\n", "6;" + std::string(2000, 'x') + "\r\n")), "IncompleteBody");
  EXPECT_EQ(codeOf(replaced(unsignedTrailer(), "hello \r\n", "hello !\r\n")), "IncompleteBody");
  EXPECT_EQ(codeOf(replaced(documentedChunks(), ";chunk-signature=", ";chunk-signatur=")), "IncompleteBody");
  EXPECT_EQ(codeOf(replaced(documentedChunks(), "400;chunk-signature=", "400;x=")), "IncompleteBody");
}

TEST(AwsChunked, TrailersAreWhatWasAnnounced) {
  const std::string field = "x-amz-checksum-crc32:DUoRhQ==\r\n";
  const auto with = [&](const std::string& trailer) { return codeOf(replaced(unsignedTrailer(), field, trailer)); };
  EXPECT_EQ(with("X-Amz-Checksum-CRC32 :  DUoRhQ== \r\n"), "");
  EXPECT_EQ(with("\r\n" + field + "\r\n"), "");
  EXPECT_EQ(with("x-amz-checksum-crc32:DUoRhg==\r\n"), "BadDigest");
  EXPECT_EQ(with("x-amz-checksum-crc32:DUoR\r\n"), "InvalidRequest");
  EXPECT_EQ(with("x-amz-checksum-crc32:?\r\n"), "InvalidRequest");
  EXPECT_EQ(with(""), "MalformedTrailerError");
  EXPECT_EQ(with("nonsense\r\n"), "MalformedTrailerError");
  EXPECT_EQ(with(field + field), "MalformedTrailerError");
  EXPECT_EQ(with(field + "x-amz-meta-a:1\r\n"), "MalformedTrailerError");
  EXPECT_EQ(with("x-amz-checksum-crc32c:DUoRhQ==\r\n"), "MalformedTrailerError");
  EXPECT_EQ(with(field + "x:" + std::string(9000, 'x') + "\r\n"), "MalformedTrailerError");
  EXPECT_EQ(codeOf(replaced(documentedTrailer(), "x-amz-trailer-signature:", "x-amz-trailer-signatur:")),
            "MalformedTrailerError");
  auto none = unsignedTrailer();
  none.options.trailer.clear();
  EXPECT_EQ(codeOf(none), "MalformedTrailerError");
}

TEST(AwsChunked, SignedChunksHaveALeastSize) {
  const ChunkSigning signing = signingFrom(std::string(64, '0'));
  Coded coded;
  coded.options.mode = PayloadMode::kSignedChunks;
  coded.options.signing = signing;
  coded.options.decodedLength = 16384;
  std::string previous = signing.seedSignature;
  for (const std::size_t size : {8191U, 8193U, 0U}) {
    const std::string data(size, 'x');
    const std::string text = "AWS4-HMAC-SHA256-PAYLOAD\n" + std::string(kTimestamp) + "\n" + std::string(kScope) +
                             "\n" + previous + "\n" + std::string(kEmptyHash) + "\n" + base::sha256Hex(data);
    previous = base::hexEncode(signing.key->sign(text));
    std::stringstream head;
    head << std::hex << size << ";chunk-signature=" << previous << "\r\n";
    coded.bytes += head.str() + data + "\r\n";
  }
  EXPECT_EQ(codeOf(coded), "InvalidChunkSizeError");
}

Result<std::string> openAndDrain(http::Request& request, const Verified& verified, std::string body) {
  request.body = std::make_unique<DripStream>(std::move(body), 3);
  HEARTH_TRY(const auto stream, openBody(request, verified));
  return drain(*stream);
}

TEST(OpenBody, ChecksWhatWasSigned) {
  http::Request request;
  Verified verified;
  verified.payload = PayloadMode::kUnsigned;
  EXPECT_EQ(openAndDrain(request, verified, "anything").value(), "anything");
  verified.payload = PayloadMode::kHashed;
  verified.payloadHash = base::sha256Hex("hello");
  EXPECT_EQ(openAndDrain(request, verified, "hello").value(), "hello");
  const auto wrong = openAndDrain(request, verified, "hell0");
  EXPECT_EQ(wrong.fault().code, "XAmzContentSHA256Mismatch");
  EXPECT_EQ(wrong.fault().details.at(1).second, base::sha256Hex("hell0"));
}

TEST(OpenBody, ReadsTheHeadersOfChunks) {
  Verified verified;
  verified.payload = PayloadMode::kUnsignedChunksTrailer;
  const auto coded = unsignedTrailer();
  const auto make = [](const std::vector<std::pair<std::string, std::string>>& fields) {
    http::Request request;
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    return request;
  };
  auto request = make({{"x-amz-decoded-content-length", "11"},
                       {"X-Amz-Trailer", "X-Amz-Checksum-CRC32"},
                       {"Content-Encoding", "gzip, aws-chunked"}});
  EXPECT_EQ(openAndDrain(request, verified, coded.bytes).value(), "hello world");
  EXPECT_EQ(request.headers.find("x-amz-sdk-checksum-algorithm"), "CRC32");
  EXPECT_EQ(request.headers.find("content-encoding"), "gzip");
  auto plain = make({{"x-amz-decoded-content-length", "0"}, {"Content-Encoding", "AWS-Chunked"}});
  EXPECT_EQ(openAndDrain(plain, verified, "0\r\n\r\n").value(), "");
  EXPECT_FALSE(plain.headers.contains("content-encoding"));
  auto noLength = make({});
  EXPECT_EQ(openAndDrain(noLength, verified, coded.bytes).fault().code, "MissingContentLength");
  auto badLength = make({{"x-amz-decoded-content-length", "-1"}});
  EXPECT_EQ(openAndDrain(badLength, verified, coded.bytes).fault().code, "InvalidArgument");
  auto badTrailer = make({{"x-amz-decoded-content-length", "11"}, {"x-amz-trailer", "x-amz-meta-a"}});
  EXPECT_EQ(openAndDrain(badTrailer, verified, coded.bytes).fault().code, "InvalidRequest");
}

TEST(ExpectedDigests, ReadsTheHead) {
  const auto check = [](const std::vector<std::pair<std::string, std::string>>& fields, const std::string& body) {
    http::Headers headers;
    for (const auto& [name, value] : fields) headers.add(name, value);
    auto expected = expectedDigests(headers);
    if (!expected.ok()) return expected.fault().code;
    const auto whole = checkDigests(body, *expected);
    DigestStream stream(std::make_unique<DripStream>(body, 2), std::move(expected).value());
    const auto streamed = drain(stream);
    EXPECT_EQ(whole.ok(), streamed.ok());
    return whole.ok() ? std::string() : whole.fault().code + ": " + whole.fault().message;
  };
  EXPECT_EQ(check({}, "x"), "");
  EXPECT_EQ(check({{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hello"), "");
  EXPECT_EQ(check({{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hell0"),
            "BadDigest: The Content-MD5 you specified did not match what we received.");
  EXPECT_EQ(check({{"Content-MD5", "XUFAKrxL"}}, "hello"), "InvalidDigest");
  EXPECT_EQ(check({{"Content-MD5", "\x01"}}, "hello"), "InvalidDigest");
  const std::vector<std::pair<std::string, std::string>> sums = {
      {"x-amz-checksum-crc32", "NhCmhg=="},
      {"x-amz-checksum-crc32c", "mnG7TA=="},
      {"x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="},
      {"x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}};
  for (const auto& sum : sums) {
    EXPECT_EQ(check({sum}, "hello"), "") << sum.first;
    EXPECT_EQ(check({sum}, "hullo").substr(0, 9), "BadDigest") << sum.first;
    EXPECT_EQ(check({{sum.first, "AAAA"}}, "hello"), "InvalidRequest") << sum.first;
  }
  EXPECT_EQ(check({{"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}}, "123456789"), "");
  EXPECT_EQ(check({sums[0], sums[1]}, "hello"), "InvalidRequest");
  EXPECT_EQ(check({sums[0], {"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hello"), "");
  EXPECT_EQ(check({{"x-amz-checksum-md4", "AAAA"}}, "hello"), "InvalidRequest");
  EXPECT_EQ(check({{"x-amz-checksum-mode", "ENABLED"}, {"x-amz-checksum-type", "COMPOSITE"}}, "hello"), "");
  EXPECT_EQ(check({{"x-amz-checksum-crc32", "NhCmhg=="}}, "hullo"),
            "BadDigest: The CRC32 you specified did not match the calculated checksum.");
}

}  // namespace
}  // namespace hearth::wire
