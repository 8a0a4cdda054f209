#include "homework/client/trainer/desk.h"

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {

Desk::Desk(Terminal& terminal, Output output, std::string name)
    : terminal_(terminal), output_(output), name_(std::move(name)) {}

Desk::~Desk() = default;

void Desk::print(const Json& document) { terminal_.say(trimmed(writeJsonPretty(document))); }

void Desk::print(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) terminal_.sayFitting(line);
}

void Desk::tellEvent(const StackEvent& event) {
  const bool done = event.status.ends_with("_COMPLETE") || event.failed() || !event.reason.empty();
  if (done && output_ == Output::kText) {
    terminal_.noteFitting("  " + fitted(cleanedLine(event.status), 28) + cleanedLine(event.resource) +
                          (event.reason.empty() ? "" : ": " + cleanedLine(event.reason, Charset::kUtf8, 2000)));
  }
}

Status Desk::openCloud() {
  if (cloud_) return Done{};
  HOMEWORK_TRY(CloudAccess access, findCloudAccess(ownFolder()));
  cloud_ = std::make_unique<Cloud>(std::move(access));
  stacks_ = std::make_unique<Stacks>(*cloud_, [this](const StackEvent& event) { tellEvent(event); });
  return Done{};
}

Status Desk::openDeployment() {
  if (deployment_) return Done{};
  HOMEWORK_CHECK(openCloud());
  auto found = findDeployment(*stacks_, name_);
  if (!found.ok()) {
    Failure failure = found.failure();
    failure.what += " (Looked at " + cloud_->access().described() + ".)";
    return failure;
  }
  deployment_ = *std::move(found);
  return Done{};
}

Instant Desk::now() const {
  return cloud_ ? cloud_->now() : std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace hearth::homework::client
