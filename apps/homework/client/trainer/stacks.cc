#include "homework/client/trainer/stacks.h"

#include <algorithm>
#include <chrono>
#include <pugixml.hpp>
#include <thread>

#include "homework/client/common/terminal.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
using std::chrono::milliseconds;

constexpr milliseconds kFirstWait(100);
constexpr milliseconds kLongestWait(3000);
constexpr std::size_t kMostPages = 50;

bool isUnderWay(const StackState& state) { return state.status.ends_with("_IN_PROGRESS"); }

// What a creation that failed leaves behind: it can only be removed.
bool isRemains(const StackState& state) {
  return state.status == "ROLLBACK_COMPLETE" || state.status == "ROLLBACK_FAILED" ||
         state.status == "CREATE_FAILED" || state.status == "DELETE_FAILED";
}

bool isGood(const StackState& state) {
  return state.status == "CREATE_COMPLETE" || state.status == "UPDATE_COMPLETE" ||
         state.status == "DELETE_COMPLETE";
}

bool isMissing(const AwsAnswer& answer) {
  return answer.code == "ValidationError" && answer.message.find("does not exist") != std::string::npos;
}

pugi::xml_node findNode(const pugi::xml_document& document, std::string_view name) {
  return document.find_node([name](const pugi::xml_node& node) { return node.name() == name; });
}

std::string tokenOf(const StackRequest& request) {
  // The same request gives the same token within a second, so a repeated call does not make a second operation.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "trainer-" + request.name.substr(0, 60) + "-" +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace

std::string formEncoded(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out += (out.empty() ? "" : "&") + percentEncoded(name) + "=" + percentEncoded(value);
  }
  return out;
}

std::vector<StackState> readStacks(std::string_view xml) {
  std::vector<StackState> stacks;
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) return stacks;
  for (const pugi::xml_node member : findNode(document, "Stacks").children("member")) {
    StackState state;
    state.name = member.child_value("StackName");
    state.status = member.child_value("StackStatus");
    state.reason = cleanedLine(member.child_value("StackStatusReason"), Charset::kUtf8, 1000);
    for (const pugi::xml_node output : member.child("Outputs").children("member")) {
      state.outputs[output.child_value("OutputKey")] = output.child_value("OutputValue");
    }
    for (const pugi::xml_node parameter : member.child("Parameters").children("member")) {
      state.parameters[parameter.child_value("ParameterKey")] = parameter.child_value("ParameterValue");
    }
    stacks.push_back(std::move(state));
  }
  return stacks;
}

std::vector<StackEvent> readEvents(std::string_view xml, std::string& token) {
  std::vector<StackEvent> events;
  token.clear();
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) return events;
  for (const pugi::xml_node member : findNode(document, "StackEvents").children("member")) {
    events.push_back({member.child_value("EventId"), cleanedLine(member.child_value("LogicalResourceId")),
                      cleanedLine(member.child_value("ResourceType")),
                      cleanedLine(member.child_value("ResourceStatus")),
                      cleanedLine(member.child_value("ResourceStatusReason"), Charset::kUtf8, 1000)});
  }
  std::reverse(events.begin(), events.end());
  token = findNode(document, "NextToken").child_value();
  return events;
}

Result<AwsAnswer> Stacks::act(const char* action, Fields fields) {
  fields.insert(fields.begin(), {{"Action", action}, {"Version", "2010-05-15"}});
  AwsCall call;
  call.service = "cloudformation";
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.body = formEncoded(fields);
  return cloud_.call(call);
}

Result<std::optional<StackState>> Stacks::find(const std::string& name) {
  HOMEWORK_TRY(const AwsAnswer answer, act("DescribeStacks", {{"StackName", name}}));
  if (!answer.ok()) {
    if (isMissing(answer)) return std::optional<StackState>();
    return failureOf("look at the stack " + name, answer);
  }
  std::vector<StackState> stacks = readStacks(answer.http.body);
  if (stacks.empty() || stacks.front().status == "DELETE_COMPLETE") return std::optional<StackState>();
  return std::optional(std::move(stacks.front()));
}

// Events behind the one called `knownId`, oldest first.
Result<std::vector<StackEvent>> Stacks::events(const std::string& name, const std::string& knownId) {
  std::vector<StackEvent> fresh;
  std::string token;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    Fields fields = {{"StackName", name}};
    if (!token.empty()) fields.emplace_back("NextToken", token);
    HOMEWORK_TRY(const AwsAnswer answer, act("DescribeStackEvents", std::move(fields)));
    if (isMissing(answer)) return fresh;  // deleted since it was looked at
    if (!answer.ok()) return failureOf("read the events of the stack " + name, answer);
    std::vector<StackEvent> batch = readEvents(answer.http.body, token);
    const auto known =
        std::find_if(batch.begin(), batch.end(), [&](const StackEvent& e) { return e.id == knownId; });
    const bool reached = known != batch.end();
    if (reached) batch.erase(batch.begin(), known + 1);
    fresh.insert(fresh.begin(), batch.begin(), batch.end());
    if (reached || token.empty()) break;
  }
  return fresh;
}

Result<std::string> Stacks::latestEvent(const std::string& name) {
  HOMEWORK_TRY(const AwsAnswer answer, act("DescribeStackEvents", {{"StackName", name}}));
  if (!answer.ok()) return failureOf("read the events of the stack " + name, answer);
  std::string token;
  const std::vector<StackEvent> events = readEvents(answer.http.body, token);
  return events.empty() ? std::string() : events.back().id;
}

// Until no operation is under way. The failure of one tells the events that failed.
Result<StackState> Stacks::wait(const std::string& name, std::string lastEvent) {
  milliseconds pause = kFirstWait;
  std::string reasons;
  for (;;) {
    HOMEWORK_TRY(const auto state, find(name));
    if (!state) return StackState{name, "DELETE_COMPLETE", "", {}, {}};
    HOMEWORK_TRY(const std::vector<StackEvent> fresh, events(name, lastEvent));
    for (const StackEvent& event : fresh) {
      lastEvent = event.id;
      onEvent_(event);
      const bool cancelled = event.reason.find("cancelled") != std::string::npos;
      if (event.failed() && !cancelled)
        reasons += "\n  " + event.resource + " (" + event.type + "): " + event.reason;
    }
    if (!isUnderWay(*state)) {
      if (isGood(*state)) return *state;
      return Failure{Exit::kRejected, "The stack " + name + " is in state " + state->status + "." + reasons, ""};
    }
    if (interrupted())
      return Failure{Exit::kInterrupted, "Not waiting any longer; the stack " + name + " goes on.", ""};
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 3 / 2, kLongestWait);
  }
}

Result<StackState> Stacks::deploy(const StackRequest& request) {
  HOMEWORK_TRY(auto before, find(request.name));
  if (before && isUnderWay(*before)) {
    HOMEWORK_TRY(const std::string latest, latestEvent(request.name));
    if (auto settled = wait(request.name, latest); !settled.ok() && settled.failure().exit != Exit::kRejected)
      return settled;
    HOMEWORK_TRY(before, find(request.name));
  }
  if (before && isRemains(*before)) {
    HOMEWORK_CHECK(remove(request.name));
    before.reset();
  }
  std::string lastEvent;
  if (before) {
    HOMEWORK_TRY(lastEvent, latestEvent(request.name));
  }
  Fields fields = {{"StackName", request.name},
                   {"TemplateBody", request.templateBody},
                   {"ClientRequestToken", tokenOf(request)}};
  if (request.mayMakeRoles) fields.emplace_back("Capabilities.member.1", "CAPABILITY_IAM");
  std::size_t n = 0;
  for (const auto& [name, value] : request.parameters) {
    const std::string prefix = "Parameters.member." + std::to_string(++n);
    fields.emplace_back(prefix + ".ParameterKey", name);
    fields.emplace_back(prefix + ".ParameterValue", value);
  }
  HOMEWORK_TRY(const AwsAnswer answer, act(before ? "UpdateStack" : "CreateStack", std::move(fields)));
  if (!answer.ok()) {
    const bool nothing = before && answer.message.find("No updates are to be performed") != std::string::npos;
    if (nothing) return *before;
    return failureOf(std::string(before ? "update" : "create") + " the stack " + request.name, answer);
  }
  return wait(request.name, lastEvent);
}

Status Stacks::setParameter(const std::string& name, const std::string& parameter, const std::string& value) {
  HOMEWORK_TRY(const auto before, find(name));
  if (!before || !before->parameters.contains(parameter)) {
    return Failure{Exit::kRejected, "The stack " + name + " has no parameter " + parameter + ".",
                   "Bring it up to date with  trainer deploy"};
  }
  if (before->parameters.at(parameter) == value) return Done{};
  HOMEWORK_TRY(const std::string latest, latestEvent(name));
  Fields fields = {{"StackName", name}, {"UsePreviousTemplate", "true"}};
  std::size_t n = 0;
  for (const auto& [key, old] : before->parameters) {
    const std::string prefix = "Parameters.member." + std::to_string(++n);
    fields.emplace_back(prefix + ".ParameterKey", key);
    if (key == parameter)
      fields.emplace_back(prefix + ".ParameterValue", value);
    else
      fields.emplace_back(prefix + ".UsePreviousValue", "true");
  }
  HOMEWORK_TRY(const AwsAnswer answer, act("UpdateStack", std::move(fields)));
  if (!answer.ok()) {
    if (answer.message.find("No updates are to be performed") != std::string::npos) return Done{};
    return failureOf("update the stack " + name, answer);
  }
  HOMEWORK_CHECK(wait(name, latest));
  return Done{};
}

Status Stacks::protect(const std::string& name, Protection protection) {
  const char* enabled = protection == Protection::kOn ? "true" : "false";
  HOMEWORK_TRY(const AwsAnswer answer,
               act("UpdateTerminationProtection", {{"StackName", name}, {"EnableTerminationProtection", enabled}}));
  if (!answer.ok()) return failureOf("change the protection of the stack " + name, answer);
  return Done{};
}

Status Stacks::remove(const std::string& name) {
  HOMEWORK_TRY(const auto before, find(name));
  if (!before) return Done{};
  HOMEWORK_TRY(const std::string latest, latestEvent(name));
  HOMEWORK_TRY(const AwsAnswer answer, act("DeleteStack", {{"StackName", name}}));
  if (!answer.ok()) return failureOf("delete the stack " + name, answer);
  HOMEWORK_CHECK(wait(name, latest));
  return Done{};
}

}  // namespace hearth::homework::client
