#include "http/chunked_decoder.h"

#include <gtest/gtest.h>

namespace hearth::http {
namespace {

struct Outcome {
  std::string data;
  std::string rest;
  ChunkedDecoder decoder;
};

Outcome decodeAll(std::string_view input, std::size_t pieceSize, std::size_t most = 1000) {
  Outcome outcome;
  while (!input.empty() && !outcome.decoder.done() && !outcome.decoder.broken()) {
    const auto piece = input.substr(0, pieceSize);
    const std::size_t used = outcome.decoder.decode(piece, outcome.data, most);
    if (used == 0) break;
    input.remove_prefix(used);
  }
  outcome.rest = input;
  return outcome;
}

TEST(ChunkedDecoder, DecodesInPiecesOfAnySize) {
  const std::string input =
      "5\r\nhello\r\n1;name=value;quoted=\"a b\"\r\n,\r\n00006 \t\r\n world\r\nA;x\r\n0123456789\r\n"
      "0;last\r\nX-Trailer: yes\r\nOther: 1\r\n\r\nGET /next";
  for (std::size_t size = 1; size <= input.size(); ++size) {
    const Outcome outcome = decodeAll(input, size);
    ASSERT_TRUE(outcome.decoder.done()) << size;
    EXPECT_EQ(outcome.data, "hello, world0123456789") << size;
    EXPECT_EQ(outcome.rest, "GET /next") << size;
  }
}

TEST(ChunkedDecoder, RespectsTheReadersLimit) {
  const Outcome outcome = decodeAll("a\r\n0123456789\r\n0\r\n\r\n", 100, 3);
  EXPECT_TRUE(outcome.decoder.done());
  EXPECT_EQ(outcome.data, "0123456789");
}

TEST(ChunkedDecoder, TellsHowMuchMayBypassIt) {
  ChunkedDecoder decoder;
  std::string data;
  decoder.decode("10\r\nabcd", data, 100);
  EXPECT_EQ(decoder.dataLeft(), 12U);
  decoder.skipData(12);
  EXPECT_EQ(decoder.dataLeft(), 0U);
  decoder.decode("\r\n0\r\n\r\n", data, 100);
  EXPECT_TRUE(decoder.done());
  EXPECT_EQ(data, "abcd");
}

TEST(ChunkedDecoder, RefusesWhatIsNoChunk) {
  const std::string longLine = "1;" + std::string(5000, 'x') + "\r\na\r\n";
  const std::string longTrailer = "0\r\n" + std::string(20'000, 'x') + "\r\n\r\n";
  std::string manyTrailers = "0\r\n";
  for (int i = 0; i < 10'000; ++i) manyTrailers += "a:\r\n";
  const std::string broken[] = {"\r\n",
                                ";x\r\n",
                                "g\r\n",
                                "-1\r\n",
                                "+1\r\n",
                                "0x1\r\n",
                                " 1\r\na\r\n",
                                "1\na\r\n",
                                "1\r\nab\r\n",
                                "1\r\na\n0\r\n\r\n",
                                "1 x\r\na\r\n",
                                "1\r\ra\r\n",
                                "1\r\na\rx",
                                "0\r\n\rx",
                                "1000000000000000\r\n",
                                "1;\x01\r\na",
                                "0\r\na\nb\r\n",
                                "0\r\na: b\rc",
                                longLine,
                                longTrailer,
                                manyTrailers,
                                "ffffffffffffffff1\r\n"};
  for (const auto& input : broken) {
    EXPECT_TRUE(decodeAll(input, input.size()).decoder.broken()) << input.substr(0, 30);
    EXPECT_TRUE(decodeAll(input, 1).decoder.broken()) << input.substr(0, 30);
  }
}

TEST(ChunkedDecoder, IsNotDoneBeforeTheLastLineFeed) {
  const std::string input = "1\r\na\r\n0\r\n\r\n";
  for (std::size_t cut = 0; cut < input.size(); ++cut) {
    const Outcome outcome = decodeAll(input.substr(0, cut), 3);
    EXPECT_FALSE(outcome.decoder.done()) << cut;
    EXPECT_FALSE(outcome.decoder.broken()) << cut;
  }
}

}  // namespace
}  // namespace hearth::http
