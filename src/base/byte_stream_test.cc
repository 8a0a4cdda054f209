#include "base/byte_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace hearth::base {
namespace {

// Gives one byte per read, does not tell its size, and breaks off after `good` bytes.
class TricklingStream final : public ByteStream {
 public:
  explicit TricklingStream(std::size_t good) : good_(good) {}
  Task<Result<std::size_t>> read(std::string& into, std::size_t) override {
    if (given_ == good_) co_return Fault("Broken", "broken off");
    into.push_back('x');
    ++given_;
    co_return std::size_t{1};
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  std::size_t given() const { return given_; }

 private:
  std::size_t good_;
  std::size_t given_ = 0;
};

Result<std::string> readAllNow(ByteStream& stream, std::size_t limit) {
  boost::asio::io_context loop;
  Result<std::string> result = Fault("Unset", "not finished");
  boost::asio::co_spawn(
      loop,
      [&]() -> Task<void> {
        Fault tooLarge("EntityTooLarge", "too large");
        result = co_await readAll(stream, limit, std::move(tooLarge));
      },
      boost::asio::detached);
  loop.run();
  return result;
}

TEST(StringStream, IsReadInPiecesOnce) {
  boost::asio::io_context loop;
  StringStream stream("abcdef");
  std::string got;
  std::vector<std::size_t> counts;
  boost::asio::co_spawn(
      loop,
      [&]() -> Task<void> {
        for (int i = 0; i < 4; ++i) counts.push_back(*co_await stream.read(got, 4));
      },
      boost::asio::detached);
  loop.run();
  EXPECT_EQ(got, "abcdef");
  EXPECT_EQ(counts, (std::vector<std::size_t>{4, 2, 0, 0}));
  EXPECT_EQ(stream.size(), 6U);
}

TEST(ReadAll, StopsAtTheLimit) {
  StringStream exact(std::string(200000, 'x'));
  EXPECT_EQ(readAllNow(exact, 200000)->size(), 200000U);
  StringStream larger(std::string(11, 'x'));
  EXPECT_EQ(readAllNow(larger, 10).fault().code, "EntityTooLarge");
  TricklingStream endless(1 << 20);
  EXPECT_EQ(readAllNow(endless, 10).fault().code, "EntityTooLarge");
  EXPECT_EQ(endless.given(), 11U);  // No more is taken than is needed to know.
}

TEST(ReadAll, PassesFaultsOn) {
  TricklingStream broken(5);
  EXPECT_EQ(readAllNow(broken, 10).fault().code, "Broken");
}

}  // namespace
}  // namespace hearth::base
