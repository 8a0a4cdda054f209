// AnswerDoor: the URLs at which the functions of custom resources answer CloudFormation, and those that wait
// conditions are signalled at, and nothing else: a PUT with a secret. On AWS they are presigned URLs of buckets of
// CloudFormation's.
#pragma once

#include "http/message.h"
#include "ports/answer_receiver.h"

namespace hearth::server {

// On the loop.
class AnswerDoor final {
 public:
  AnswerDoor(ports::AnswerReceiver& answers, ports::AnswerReceiver& signals)
      : answers_(answers), signals_(signals) {}
  AnswerDoor(const AnswerDoor&) = delete;

  // By the host alone.
  static bool owns(const http::Request& request);
  // In the words of S3: 200, or 403 for everything that is not such an answer.
  Task<http::Response> handle(http::Request& request);

 private:
  ports::AnswerReceiver& answers_;
  ports::AnswerReceiver& signals_;
};

}  // namespace hearth::server
