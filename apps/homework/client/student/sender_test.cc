#include "homework/client/student/sender.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <set>
#include <thread>

namespace hearth::homework::client {
namespace {

constexpr std::size_t kWhole = static_cast<std::size_t>(-1);

// A server of one request per connection that stores what arrives whole, as the function does: the same answers
// once. Each connection is cut by the next rule; behind the last rule nothing is cut.
class CuttingServer final {
 public:
  struct Cut {
    std::size_t request = kWhole;  // bytes that are read before the connection is cut
    std::size_t answer = kWhole;   // bytes that are sent
  };

  CuttingServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~CuttingServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  static std::string answer() {
    const std::string body = R"({"body": "ok", "code": 200, "serverTime": "2019-04-08T18:43:07Z",)"
                             R"( "receipt": {"code": "R-7F3K-Q2MD", "answered": 2, "questions": 3}})";
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }

  // Begins anew with these rules.
  void expect(std::vector<Cut> cuts) {
    const std::lock_guard lock(mutex_);
    cuts_ = std::move(cuts);
    stored_.clear();
  }
  std::size_t storedCount() {
    const std::lock_guard lock(mutex_);
    return stored_.size();
  }
  // Of the last request that came whole.
  std::size_t requestBytes() {
    const std::lock_guard lock(mutex_);
    return requestBytes_;
  }

  std::string url;

 private:
  void serve() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      handle(connection, nextCut());
      ::close(connection);
    }
  }

  Cut nextCut() {
    const std::lock_guard lock(mutex_);
    Cut cut;
    if (cuts_.empty()) return cut;
    cut = cuts_.front();
    cuts_.erase(cuts_.begin());
    return cut;
  }

  void store(const std::string& request, std::size_t bodyAt) {
    const std::lock_guard lock(mutex_);
    requestBytes_ = request.size();
    stored_.insert(request.substr(bodyAt));
  }

  void handle(int connection, const Cut& cut) {
    std::string request;
    while (request.size() < cut.request) {
      char buffer[4096];
      const ssize_t got = ::read(connection, buffer, std::min(sizeof buffer, cut.request - request.size()));
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
      const std::size_t end = request.find("\r\n\r\n");
      const std::size_t length = request.find("Content-Length: ");
      if (end == std::string::npos || length == std::string::npos) continue;
      if (request.size() < end + 4 + std::stoul(request.substr(length + 16))) continue;
      store(request, end + 4);
      const std::string whole = answer();
      const std::string_view sent = std::string_view(whole).substr(0, cut.answer);
      EXPECT_EQ(::send(connection, sent.data(), sent.size(), MSG_NOSIGNAL), static_cast<ssize_t>(sent.size()));
      return;
    }
  }

  int listener_;
  std::mutex mutex_;
  std::vector<Cut> cuts_;
  std::set<std::string> stored_;  // bodies
  std::size_t requestBytes_ = 0;
  std::thread thread_;
};

// Nobody to talk to, and pauses that take no time.
class Silence final : public Dialogue {
 public:
  const Style& style() const override { return style_; }
  void say(std::string_view) override {}
  void note(std::string_view) override {}
  Reply ask(std::string_view) override { return {}; }
  bool pause(std::chrono::milliseconds time) override {
    paused += time;
    return patient;
  }

  bool patient = true;
  std::chrono::milliseconds paused{0};

 private:
  Style style_;
};

class Sending : public ::testing::Test {
 protected:
  Sending() {
    draft_.subject = "os";
    draft_.testId = "test01";
    draft_.questionSet = "set1";
    for (const char* id : {"1", "2", "3"}) draft_.questions.push_back({id, "q", {{"a", ""}, {"b", ""}}});
    draft_.answers = {{"1", "a"}, {"3", "b"}};
  }

  Sent send(std::vector<CuttingServer::Cut> cuts) {
    server_.expect(std::move(cuts));
    Api api({server_.url, "student01", "0123456789abcdef"}, clock_, silence_.style());
    return sendDraft(api, draft_, silence_, clock_, [](const Failure&, std::chrono::milliseconds) {});
  }

  ServerClock clock_;
  Silence silence_;
  Draft draft_;
  CuttingServer server_;
};

TEST_F(Sending, ACutAtEachByteLeavesExactlyOneAttempt) {
  ASSERT_TRUE(send({}).receipt.ok());
  const std::size_t request = server_.requestBytes();
  ASSERT_GT(request, 200u);
  for (std::size_t n = 0; n < request; ++n) {
    const Sent sent = send({{n, kWhole}});
    ASSERT_TRUE(sent.receipt.ok()) << n;
    EXPECT_EQ(sent.receipt->code, "R-7F3K-Q2MD");
    EXPECT_EQ(server_.storedCount(), 1u) << n;
  }
  for (std::size_t n = 0; n < CuttingServer::answer().size(); ++n) {
    const Sent sent = send({{kWhole, n}});
    ASSERT_TRUE(sent.receipt.ok()) << n;
    EXPECT_EQ(sent.tries, 2u) << n;
    EXPECT_EQ(server_.storedCount(), 1u) << n;
  }
}

TEST_F(Sending, WhatMayHaveArrivedIsNeverSaidToBeLost) {
  ASSERT_TRUE(send({}).receipt.ok());
  const std::size_t request = server_.requestBytes();
  for (std::size_t n = 0; n < CuttingServer::answer().size(); ++n) {
    const Sent sent = send({{kWhole, n}, {0, kWhole}, {0, kWhole}});
    ASSERT_FALSE(sent.receipt.ok());
    EXPECT_EQ(sent.receipt.failure().exit, Exit::kNetwork);
    EXPECT_EQ(sent.tries, 3u);
    EXPECT_EQ(server_.storedCount(), 1u);
    EXPECT_TRUE(sent.mayHaveArrived) << n;
  }
  for (std::size_t n = 0; n < request; n += 7) {
    const Sent sent = send({{n, kWhole}, {n, kWhole}, {n, kWhole}});
    ASSERT_FALSE(sent.receipt.ok());
    EXPECT_EQ(server_.storedCount(), 0u);
  }
}

TEST_F(Sending, WithoutAServerNothingHasLeft) {
  Api api({"http://127.0.0.1:9", "student01", "0123456789abcdef"}, clock_, silence_.style());
  const Sent sent = sendDraft(api, draft_, silence_, clock_, [](const Failure&, std::chrono::milliseconds) {});
  ASSERT_FALSE(sent.receipt.ok());
  EXPECT_EQ(sent.tries, 3u);
  EXPECT_FALSE(sent.mayHaveArrived);
  EXPECT_EQ(silence_.paused, std::chrono::milliseconds(2500));
}

TEST_F(Sending, AfterTheDeadlineIsTriedOnce) {
  clock_.learn(*parseInstant("2019-04-08T21:00:01Z"));
  draft_.due = parseInstant("2019-04-08T21:00:00Z");
  const Sent sent = send({{0, kWhole}});
  EXPECT_FALSE(sent.receipt.ok());
  EXPECT_EQ(sent.tries, 1u);
}

TEST_F(Sending, WhoInterruptsIsNotKeptWaiting) {
  silence_.patient = false;
  const Sent sent = send({{0, kWhole}});
  ASSERT_FALSE(sent.receipt.ok());
  EXPECT_EQ(sent.receipt.failure().exit, Exit::kInterrupted);
}

}  // namespace
}  // namespace hearth::homework::client
