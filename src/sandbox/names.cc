#include "sandbox/names.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>

namespace hearth::sandbox {

namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kLongestQuery = 512;  // without EDNS, section 4.2.1
constexpr std::size_t kLongestName = 255;
constexpr std::uint8_t kLongestLabel = 63;
constexpr int kQueriesPerTurn = 16;
constexpr std::string_view kAwsDomain = "amazonaws.com.";

constexpr unsigned kTypeA = 1;
constexpr unsigned kTypeAny = 255;
constexpr unsigned kClassInternet = 1;

// The second word of the header, section 4.1.1.
constexpr unsigned kResponse = 0x8000;
constexpr unsigned kOpcode = 0x7800;
constexpr unsigned kAuthoritative = 0x0400;
constexpr unsigned kRecursionDesired = 0x0100;
constexpr unsigned kRecursionAvailable = 0x0080;
constexpr unsigned kNoSuchName = 3;

unsigned numberAt(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned>(static_cast<std::uint8_t>(bytes[at])) << 8U |
         static_cast<std::uint8_t>(bytes[at + 1]);
}

void append(std::string& bytes, unsigned number) {
  bytes += static_cast<char>(number >> 8U & 0xffU);
  bytes += static_cast<char>(number & 0xffU);
}

struct Question {
  std::string name;  // lower case, each label followed by a dot
  unsigned type = 0;
  std::size_t end = 0;  // behind it
};

// Questions are not compressed: there is nothing before them to point to.
std::optional<Question> readQuestion(std::string_view query) {
  Question question;
  std::size_t at = kHeader;
  for (;;) {
    if (at >= query.size()) return std::nullopt;
    const auto length = static_cast<std::uint8_t>(query[at++]);
    if (length == 0) break;
    if (length > kLongestLabel || query.size() - at < length) return std::nullopt;
    for (const char c : query.substr(at, length))
      question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    question.name += '.';
    at += length;
    if (question.name.size() >= kLongestName) return std::nullopt;
  }
  if (query.size() - at < 4) return std::nullopt;
  question.type = numberAt(query, at);
  if (numberAt(query, at + 2) != kClassInternet) return std::nullopt;
  question.end = at + 4;
  return question;
}

bool isBelowAws(std::string_view name) {
  return name.size() > kAwsDomain.size() + 1 && name.ends_with(kAwsDomain) &&
         name[name.size() - kAwsDomain.size() - 1] == '.';
}

}  // namespace

base::Fd openNameSocket() {
  base::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) base::throwErrno("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(53);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    base::throwErrno("bind the name server");
  return socket;
}

std::string answerName(std::string_view query) {
  if (query.size() < kHeader || query.size() > kLongestQuery) return {};
  const unsigned flags = numberAt(query, 2);
  if ((flags & (kResponse | kOpcode)) != 0 || numberAt(query, 4) != 1) return {};
  const auto question = readQuestion(query);
  if (!question) return {};
  const bool known = isBelowAws(question->name);
  const bool given = known && (question->type == kTypeA || question->type == kTypeAny);
  const bool exists = known || question->name == kAwsDomain;

  std::string answer(query.substr(0, 2));
  append(answer, kResponse | kAuthoritative | (flags & kRecursionDesired) | kRecursionAvailable |
                     (exists ? 0U : kNoSuchName));
  for (const unsigned count : {1U, given ? 1U : 0U, 0U, 0U}) append(answer, count);
  answer += query.substr(kHeader, question->end - kHeader);
  if (!given) return answer;
  append(answer, 0xc000U | kHeader);  // the name of the question
  append(answer, kTypeA);
  append(answer, kClassInternet);
  append(answer, 0);
  append(answer, 60);  // seconds
  append(answer, 4);
  answer += {127, 0, 0, 1};
  return answer;
}

void answerNames(int socket) {
  for (int count = 0; count < kQueriesPerTurn; ++count) {
    std::array<char, kLongestQuery + 1> query{};
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    const ssize_t size =
        recvfrom(socket, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&peer), &length);
    if (size < 0) return;
    const std::string answer = answerName({query.data(), static_cast<std::size_t>(size)});
    if (!answer.empty())
      sendto(socket, answer.data(), answer.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&peer), length);
  }
}

}  // namespace hearth::sandbox
