// hearth deploy TEMPLATE --stack NAME --param K=V: creates or updates a stack and shows how it goes.
#include <poll.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <pugixml.hpp>
#include <set>

#include "base/file.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

constexpr std::size_t kMostTemplateBytes = 51'200;  // AWS's limit for a template in the request
constexpr int kPollMillis = 200;

struct Options {
  std::string folder;
  std::string templatePath;
  std::string stack;
  std::vector<std::string> parameters;
  std::vector<std::string> tags;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

Parameters action(const char* name) { return {{"Action", name}, {"Version", "2010-05-15"}}; }

Result<pugi::xml_document> call(const Client& client, const Parameters& parameters) {
  HEARTH_TRY(std::string xml, client.query("cloudformation", parameters));
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size()))
    return Fault("Failed", "The server's answer is not the XML that was expected.");
  return document;
}

// Adds "Name.member.N.FirstKey=..., .SecondKey=..." for every KEY=VALUE.
Result<void> addPairs(Parameters& into, const std::vector<std::string>& pairs, const std::string& list,
                      const char* key, const char* value) {
  int number = 0;
  for (const std::string& pair : pairs) {
    auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return Fault("InvalidArgument", "'" + pair + "' is not NAME=VALUE.");
    std::string prefix = list + ".member." + std::to_string(++number) + ".";
    into.emplace_back(prefix + key, pair.substr(0, equals));
    into.emplace_back(prefix + value, pair.substr(equals + 1));
  }
  return {};
}

// Prints the events that were not shown yet, oldest first.
Result<void> showEvents(const Client& client, const std::string& stackId, const std::string& token,
                        std::set<std::string>& shown, bool print) {
  Parameters parameters = action("DescribeStackEvents");
  parameters.emplace_back("StackName", stackId);
  HEARTH_TRY(pugi::xml_document document, call(client, parameters));
  auto events = document.select_nodes("//StackEvents/member");
  for (std::size_t i = events.size(); i-- > 0;) {
    pugi::xml_node event = events[i].node();
    if (!token.empty() && token != event.child("ClientRequestToken").text().get()) continue;
    if (!shown.insert(event.child("EventId").text().get()).second || !print) continue;
    std::printf("%-36s %-28s %-26s %s\n", forTerminal(event.child("LogicalResourceId").text().get()).c_str(),
                forTerminal(event.child("ResourceType").text().get()).c_str(),
                event.child("ResourceStatus").text().get(),
                forTerminal(event.child("ResourceStatusReason").text().get()).c_str());
    std::fflush(stdout);
  }
  return {};
}

Result<int> follow(const Client& client, const std::string& stackId, const std::string& token) {
  std::set<std::string> shown;
  while (true) {
    Parameters parameters = action("DescribeStacks");
    parameters.emplace_back("StackName", stackId);
    HEARTH_TRY(pugi::xml_document document, call(client, parameters));
    std::string status = document.select_node("//StackStatus").node().text().get();
    HEARTH_CHECK(showEvents(client, stackId, token, shown, true));
    if (!status.ends_with("_IN_PROGRESS")) {
      for (const auto& output : document.select_nodes("//Outputs/member"))
        std::printf("%s = %s\n", forTerminal(output.node().child("OutputKey").text().get()).c_str(),
                    forTerminal(output.node().child("OutputValue").text().get()).c_str());
      bool good = status == "CREATE_COMPLETE" || status == "UPDATE_COMPLETE";
      if (!good) std::fprintf(stderr, "hearth: the stack ended as %s; the events above say why.\n", status.c_str());
      return good ? kOk : kFailed;
    }
    ::poll(nullptr, 0, kPollMillis);
  }
}

Result<int> deploy(const Options& options) {
  auto text = base::readFile(options.templatePath, kMostTemplateBytes);
  if (!text.ok()) {
    if (text.fault().code == "FileTooLarge")
      return Fault("InvalidArgument",
                   "The template has more than 51200 bytes. Put it into a bucket and use: aws "
                   "cloudformation create-stack --template-url");
    return Fault("InvalidArgument", "The template cannot be read: " + text.fault().message);
  }
  HEARTH_TRY(Client client, Client::connect(resolveDataFolder(options.folder)));
  Parameters describe = action("DescribeStacks");
  describe.emplace_back("StackName", options.stack);
  auto existing = call(client, describe);
  bool exists = existing.ok();
  if (!exists && existing.fault().message.find("does not exist") == std::string::npos) return existing.fault();

  base::SystemRandom random;
  std::string token = "hearth-" + base::randomUuid(random);
  Parameters order = action(exists ? "UpdateStack" : "CreateStack");
  order.emplace_back("StackName", options.stack);
  order.emplace_back("TemplateBody", *text);
  order.emplace_back("ClientRequestToken", token);
  order.emplace_back("Capabilities.member.1", "CAPABILITY_IAM");
  order.emplace_back("Capabilities.member.2", "CAPABILITY_NAMED_IAM");
  order.emplace_back("Capabilities.member.3", "CAPABILITY_AUTO_EXPAND");
  HEARTH_CHECK(addPairs(order, options.parameters, "Parameters", "ParameterKey", "ParameterValue"));
  HEARTH_CHECK(addPairs(order, options.tags, "Tags", "Key", "Value"));
  auto ordered = call(client, order);
  if (!ordered.ok()) {
    Fault fault = ordered.fault();
    // As on AWS, what was never made whole cannot be updated.
    if (fault.message.find("is in ROLLBACK_COMPLETE state") != std::string::npos)
      fault.message +=
          "\nIts creation had failed and nothing of it is left: delete it, then deploy again:\naws "
          "--endpoint-url " +
          client.endpoint() + " cloudformation delete-stack --stack-name " + options.stack;
    if (fault.message != "No updates are to be performed.") return fault;
    std::printf("Nothing to change: the stack %s is as the template says.\n", options.stack.c_str());
    return kOk;
  }
  return follow(client, ordered->select_node("//StackId").node().text().get(), token);
}

}  // namespace

void addDeployCommand(Application& application) {
  auto options = std::make_shared<Options>();
  auto& command = application.add(
      "deploy", "Create or update a stack from a CloudFormation template, as the account's root", [options] {
        auto done = deploy(*options);
        return done.ok() ? *done : report(done.fault());
      });
  command.add_option("TEMPLATE", options->templatePath, "JSON or YAML")->required();
  command.add_option("--stack", options->stack, "Name of the stack")->required();
  command.add_option("--param", options->parameters, "KEY=VALUE, repeatable");
  command.add_option("--tag", options->tags, "KEY=VALUE, repeatable");
  command.add_option("--data", options->folder, "The server's data folder");
}

}  // namespace hearth::cli
