#include "homework/client/trainer/demo/demo.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "homework/client/common/text.h"
#include "homework/client/trainer/build_files.h"
#include "homework/client/trainer/cloud_access.h"
#include "homework/client/trainer/demo/demo_story.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

Result<fs::path> makeFolder(const std::string& wanted) {
  if (!wanted.empty()) {
    fs::create_directories(wanted);
    if (!fs::is_empty(wanted))
      return Failure{Exit::kUsage, "The folder " + wanted + " is not empty.",
                     "Name another one:  trainer demo --folder NEW"};
    return fs::absolute(wanted);
  }
  std::string name = (fs::temp_directory_path() / "homework-demo-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  return fs::path(name);
}

void tellHowToGoOn(Terminal& terminal, const fs::path& programs, const fs::path& folder) {
  const std::string bin = programs.string() + "/";
  const std::string data = (folder / "data").string();
  terminal.say("");
  terminal.say("The server runs on. To look around:");
  terminal.say("  cd " + folder.string());
  terminal.say("  eval \"$(" + bin + "hearth env --data " + data + ")\"");
  terminal.say("  " + bin + "trainer status            the boards; trainer.html is the same for a browser");
  terminal.say("  " + bin + "trainer mail list         every mail; then: trainer mail show ID");
  terminal.say("  " + bin + "hearth mail list --data " + data + "   what the mail service was given");
  terminal.say("  " + bin + "homework login --invite-file invites/student02.invite");
  terminal.say("To stop it:");
  terminal.say("  " + bin + "hearth stop --data " + data + "   and remove the folder");
}

}  // namespace

Status runDemo(Terminal& terminal, Output output, const DemoOptions& options) {
  const fs::path programs = ownFolder();
  const auto files = findPipelineFiles(programs);
  if (!files || !fs::exists(programs / "hearth")) {
    return Failure{Exit::kUsage,
                   "The demo needs the checkout and a whole build: hearth beside trainer, and apps/homework.",
                   "Build it with  ./start , or run it in the checkout."};
  }
  const auto begin = std::chrono::steady_clock::now();
  HOMEWORK_TRY(const fs::path folder, makeFolder(options.folder));
  Status told = Done{};
  JsonObject facts;
  {
    DemoStory story(terminal, output, programs, *files, folder);
    told = story.tell();
    facts = story.facts();
    if (told.ok() && options.keep) story.server().release();
  }
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
  // What has failed is left to be looked at; what was interrupted is not.
  const bool stays = !options.folder.empty() || (told.ok() ? options.keep : !interrupted());
  if (!stays) fs::remove_all(folder);
  if (!told.ok()) return told;
  if (output == Output::kJson) {
    facts["seconds"] = took.count();
    facts["folder"] = stays ? Json(folder.string()) : Json();
    terminal.say(trimmed(writeJsonPretty(facts)));
    return Done{};
  }
  terminal.say("");
  terminal.sayWrapped("Four days of a course in " + std::to_string(took.count()) +
                      " s: " + std::to_string(facts.at("received").as_int64() + 1) + " of " +
                      std::to_string(facts.at("students").to_number<std::int64_t>()) + " students graded, " +
                      std::to_string(facts.at("mails").to_number<std::int64_t>()) + " mails.");
  if (options.keep) {
    tellHowToGoOn(terminal, programs, folder);
  } else {
    terminal.say(stays ? "The folder " + folder.string() + " stays; the server was stopped."
                       : "Server and folder are gone. To look around afterwards:  trainer demo --keep");
  }
  return Done{};
}

}  // namespace hearth::homework::client
