#include "http/message.h"

#include <gtest/gtest.h>

namespace hearth::http {
namespace {

TEST(Headers, CompareNamesWithoutCaseAndKeepOrder) {
  Headers headers;
  headers.add("X-A", "1");
  headers.add("Content-Type", "text/plain");
  headers.add("x-a", "2");
  EXPECT_EQ(headers.find("X-a"), "1");
  EXPECT_EQ(headers.joined("x-A"), "1, 2");
  EXPECT_EQ(headers.joined("absent"), "");
  EXPECT_FALSE(headers.find("absent"));
  headers.set("X-A", "3");
  EXPECT_EQ(headers.joined("x-a"), "3");
  EXPECT_EQ(headers.begin()->first, "Content-Type");
  headers.remove("CONTENT-TYPE");
  EXPECT_EQ(headers.size(), 1U);
}

TEST(Request, HostLosesItsPort) {
  const auto hostOf = [](const std::string& field) {
    Request request;
    request.headers.add("Host", field);
    return std::string(request.host());
  };
  EXPECT_EQ(hostOf("example.org:8080"), "example.org");
  EXPECT_EQ(hostOf("example.org"), "example.org");
  EXPECT_EQ(hostOf("[::1]:80"), "[::1]");
  EXPECT_EQ(hostOf("[::1]"), "[::1]");
  EXPECT_EQ(Request().host(), "");
}

TEST(ParseQuery, DecodesPairsInOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parseQuery("a=1&b=x%20y+z&acl&c=&=d&&a=2=3"),
            (Pairs{{"a", "1"}, {"b", "x y z"}, {"acl", ""}, {"c", ""}, {"", "d"}, {"a", "2=3"}}));
  EXPECT_EQ(parseQuery("b=x+y", false), (Pairs{{"b", "x+y"}}));
  EXPECT_EQ(parseQuery(""), Pairs{});
  EXPECT_EQ(parseQuery("%41=%zz"), (Pairs{{"A", "%zz"}}));
}

TEST(ReasonPhrase, IsNeverEmpty) {
  EXPECT_EQ(reasonPhrase(404), "Not Found");
  EXPECT_EQ(reasonPhrase(299), "OK");
  EXPECT_EQ(reasonPhrase(599), "Error");
}

}  // namespace
}  // namespace hearth::http
