// Stacks of CloudFormation: made, updated, watched until they are done.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "homework/client/trainer/cloud.h"

namespace hearth::homework::client {

struct StackState {
  std::string name;
  std::string status;  // CREATE_COMPLETE, ...
  std::string reason;
  std::map<std::string, std::string> outputs;
  std::map<std::string, std::string> parameters;
};

struct StackEvent {
  std::string id;
  std::string resource;  // the logical id
  std::string type;
  std::string status;
  std::string reason;

  bool failed() const { return status.ends_with("_FAILED"); }
};

struct StackRequest {
  std::string name;
  std::string templateBody;
  std::vector<std::pair<std::string, std::string>> parameters;
  bool mayMakeRoles = false;
};

class Stacks final {
 public:
  using OnEvent = std::function<void(const StackEvent&)>;

  // `cloud` outlives the object. `onEvent` sees the events of operations that are waited for, in order.
  Stacks(Cloud& cloud, OnEvent onEvent) : cloud_(cloud), onEvent_(std::move(onEvent)) {}

  // nullopt when there is no such stack.
  Result<std::optional<StackState>> find(const std::string& name);
  // Creates or updates and waits. A stack whose creation failed before is removed first; an operation under way is
  // waited for. Without anything to change it is fine, too. Failures name the resources that failed.
  Result<StackState> deploy(const StackRequest& request);
  enum class Protection : unsigned char { kOff, kOn };
  // Whether DeleteStack is refused.
  Status protect(const std::string& name, Protection protection);
  // Changes one parameter of a stack; its template and its other parameters stay. Failure kRejected when it has no
  // such parameter.
  Status setParameter(const std::string& name, const std::string& parameter, const std::string& value);
  // Deletes and waits; fine when there is none.
  Status remove(const std::string& name);

 private:
  Result<std::vector<StackEvent>> events(const std::string& name, const std::string& knownId);
  Result<StackState> wait(const std::string& name, std::string lastEvent);
  Result<std::string> latestEvent(const std::string& name);
  Result<AwsAnswer> act(const char* action, std::vector<std::pair<std::string, std::string>> fields);

  Cloud& cloud_;
  OnEvent onEvent_;
};

// Fields of application/x-www-form-urlencoded.
std::string formEncoded(const std::vector<std::pair<std::string, std::string>>& fields);

std::vector<StackState> readStacks(std::string_view describeStacksXml);
// Oldest first; `token` gets the one for the next page, empty at the end.
std::vector<StackEvent> readEvents(std::string_view describeStackEventsXml, std::string& token);

}  // namespace hearth::homework::client
