#include "gateway/authorizer_cache.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

using std::chrono::seconds;

std::shared_ptr<const AuthorizerAnswer> answer(std::string principal, std::size_t bytes = 0) {
  auto made = std::make_shared<AuthorizerAnswer>();
  made->principalId = std::move(principal);
  made->bytes = bytes;
  return made;
}

std::string who(AuthorizerCache& cache, std::string_view key, base::Time now) {
  const auto found = cache.find(key, now);
  return found ? found->principalId : "-";
}

TEST(AuthorizerCache, KeepsAnswersForTheirTime) {
  const base::Time start = base::parseIso8601("2026-04-07T12:00:00Z").value();
  AuthorizerCache cache(1 << 20);
  cache.put("a", answer("ada"), start, seconds(300));
  EXPECT_EQ(who(cache, "a", start), "ada");
  EXPECT_EQ(who(cache, "a", start + seconds(299)), "ada");
  EXPECT_EQ(who(cache, "b", start), "-");
  EXPECT_EQ(who(cache, "a", start + seconds(300)), "-");
  EXPECT_EQ(cache.size(), 0U);
}

TEST(AuthorizerCache, EndsWhenTheClockGoesBack) {
  const base::Time start = base::parseIso8601("2026-04-07T12:00:00Z").value();
  AuthorizerCache cache(1 << 20);
  cache.put("a", answer("ada"), start, seconds(300));
  EXPECT_EQ(who(cache, "a", start - seconds(1)), "-");
}

TEST(AuthorizerCache, ReplacesAnAnswer) {
  const base::Time start{};
  AuthorizerCache cache(1 << 20);
  cache.put("a", answer("ada"), start, seconds(300));
  cache.put("a", answer("grace"), start, seconds(300));
  EXPECT_EQ(who(cache, "a", start), "grace");
  EXPECT_EQ(cache.size(), 1U);
}

TEST(AuthorizerCache, MakesRoomAtTheOldEnd) {
  const base::Time start{};
  AuthorizerCache cache(64 << 10);
  for (int i = 0; i < 1000; ++i) cache.put("key" + std::to_string(i), answer("x"), start, seconds(300));
  EXPECT_GT(cache.size(), 0U);
  EXPECT_LE(cache.size(), 64U);
  EXPECT_EQ(who(cache, "key0", start), "-");
  EXPECT_EQ(who(cache, "key999", start), "x");
  // One that is larger than everything displaces nothing.
  const std::size_t before = cache.size();
  cache.put("large", answer("y", 1 << 20), start, seconds(300));
  EXPECT_EQ(cache.size(), before);
  EXPECT_EQ(who(cache, "large", start), "-");
}

}  // namespace
}  // namespace hearth::gateway
