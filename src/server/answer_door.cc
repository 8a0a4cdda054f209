#include "server/answer_door.h"

#include "base/bytes.h"
#include "base/hash.h"

namespace hearth::server {
namespace {

// What is read of an answer that is too long: enough to say so, instead of breaking off.
constexpr std::size_t kMostRead = 64 << 10;

http::Response refused(int status, const std::string& code, const std::string& message) {
  return http::Response::text(status, "application/xml",
                              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code +
                                  "</Code><Message>" + message + "</Message></Error>");
}

enum class Bucket : unsigned char { kNone, kAnswers, kSignals };

// Which of CloudFormation's buckets a host is. Every request is asked, so that others' hosts cost nothing.
Bucket bucketOf(std::string_view given) {
  const auto begins = [&](std::string_view prefix) {
    return base::equalsIgnoreCase(given.substr(0, prefix.size()), prefix);
  };
  const Bucket bucket = begins(ports::kAnswerBucket)   ? Bucket::kAnswers
                        : begins(ports::kSignalBucket) ? Bucket::kSignals
                                                       : Bucket::kNone;
  if (bucket == Bucket::kNone) return bucket;
  const std::string host = base::toLower(given);
  const bool isOfAws = host.ends_with(".amazonaws.com") && host.find(".s3.") != std::string::npos;
  return isOfAws ? bucket : Bucket::kNone;
}

}  // namespace

bool AnswerDoor::owns(const http::Request& request) { return bucketOf(request.host()) != Bucket::kNone; }

Task<http::Response> AnswerDoor::handle(http::Request& request) {
  if (request.method != "PUT") co_return refused(403, "AccessDenied", "Access Denied");
  ports::Answer answer;
  answer.subject = base::uriDecode(std::string_view(request.path).substr(request.path.starts_with('/') ? 1 : 0));
  for (auto& [name, value] : http::parseQuery(request.query)) {
    if (name == "X-Amz-Signature") answer.token = std::move(value);
  }
  Fault tooLong("EntityTooLarge", "", 400);
  auto body = co_await base::readAll(*request.body, kMostRead, std::move(tooLong));
  if (body.ok()) {
    answer.body = std::move(body).value();
    if (answer.body.size() > ports::kMostAnswerBytes) answer.body.resize(ports::kMostAnswerBytes + 1);
  } else if (body.fault().code == "EntityTooLarge") {
    answer.body.assign(ports::kMostAnswerBytes + 1, ' ');
  } else {
    co_return refused(400, "IncompleteBody", "The request body terminated unexpectedly");
  }
  const std::string tag = base::hexEncode(base::md5(answer.body));
  ports::AnswerReceiver& receiver = bucketOf(request.host()) == Bucket::kSignals ? signals_ : answers_;
  const auto received = co_await receiver.receive(std::move(answer));
  if (!received.ok()) {
    const bool isDenied = received.fault().status == 403;
    co_return refused(isDenied ? 403 : 503, isDenied ? "AccessDenied" : "ServiceUnavailable",
                      isDenied ? "Access Denied" : "Please reduce your request rate.");
  }
  http::Response response;
  response.headers.set("ETag", "\"" + tag + "\"");
  co_return response;
}

}  // namespace hearth::server
