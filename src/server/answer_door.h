// AnswerDoor: the URLs at which the functions of custom resources answer CloudFormation, and nothing else: a PUT
// with a secret that is good once. On AWS they are presigned URLs of a bucket of CloudFormation's.
#pragma once

#include "http/message.h"
#include "ports/answer_receiver.h"

namespace hearth::server {

// On the loop.
class AnswerDoor final {
 public:
  explicit AnswerDoor(ports::AnswerReceiver& receiver) : receiver_(receiver) {}
  AnswerDoor(const AnswerDoor&) = delete;

  // By the host alone.
  static bool owns(const http::Request& request);
  // In the words of S3: 200 once, 403 for everything that is not such an answer.
  Task<http::Response> handle(http::Request& request);

 private:
  ports::AnswerReceiver& receiver_;
};

}  // namespace hearth::server
