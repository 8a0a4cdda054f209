// What the functions need of the outside: the course's bucket, mail, time. The package binds them to S3 and SES
// (aws_ports.h), the tests to memory.
#pragma once

#include <hearth/function.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/ids.h"
#include "homework/domain/times.h"

namespace hearth::homework {

// The course's bucket. May be called by several threads at once. Errors are those of sdk::S3Client: isNotFound,
// isPreconditionFailed, everything else is trouble.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual sdk::Outcome<sdk::S3Object> get(std::string_view key) = 0;
  virtual sdk::Outcome<sdk::S3Object> head(std::string_view key) = 0;
  // Returns the ETag.
  virtual sdk::Outcome<std::string> put(std::string_view key, std::string_view body,
                                        const sdk::PutOptions& options) = 0;
  // All keys with the prefix, in order.
  virtual sdk::Outcome<std::vector<sdk::ListedObject>> list(std::string_view prefix) = 0;
};

class MailSender {
 public:
  virtual ~MailSender() = default;
  // Returns the service's message id.
  virtual sdk::Outcome<std::string> send(std::string_view from, std::string_view to, std::string_view mime) = 0;
};

// Other functions of the pipeline.
class Invoker {
 public:
  virtual ~Invoker() = default;
  // Hands `payload` over; nobody waits for what becomes of it.
  virtual sdk::Outcome<std::monostate> invokeLater(std::string_view function, std::string_view payload) = 0;
};

// The options of an object about a single student: the retention rule goes by its tag.
inline sdk::PutOptions personal() {
  sdk::PutOptions options;
  options.tags.emplace(layout::kRetentionTag, layout::kRetentionCourse);
  return options;
}

// The time of the platform during one invocation, which is not always that of the process: a server may simulate
// another. It is taken from the event and goes on from there.
class RunClock {
 public:
  virtual ~RunClock() = default;
  virtual Instant now() = 0;
  virtual void wait(std::chrono::milliseconds duration) = 0;
  // What is left of the invocation.
  virtual std::chrono::milliseconds remaining() = 0;
};

}  // namespace hearth::homework
