// The parts of the demo: a course, a class that answers, a clock that moves, and commands that are typed.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/demo/demo_class.h"
#include "homework/client/trainer/demo/demo_server.h"

namespace hearth::homework::client {

class DemoStory final {
 public:
  // `programs`: where hearth and trainer are. `files`: the folder of sample/ and deploy/. `folder` is there and
  // empty.
  DemoStory(Terminal& terminal, Output output, std::filesystem::path programs, std::filesystem::path files,
            std::filesystem::path folder);
  ~DemoStory();

  // From an empty folder to the third day.
  Status tell();

  DemoServer& server() { return server_; }
  const JsonObject& facts() const { return facts_; }  // numbers of what happened

 private:
  enum class Show : unsigned char { kAll, kNothing };

  // Chapters, in order.
  Status firstEvening();
  Status reminder();
  Status monday();
  Status lastMinutes();
  Status afterTheDeadline();
  Status brokenMail();
  Status wrongKey();
  Status wednesday();
  Status theEnd();

  // The server comes back with this time on its clock.
  Status moveTo(const std::string& clock, const std::string& told);
  void tellLine(const std::string& text);
  // Runs `trainer` and shows it as it would be typed. Its standard output.
  Result<std::string> type(const std::vector<std::string>& arguments, Show show = Show::kAll);
  Result<Json> ask(std::vector<std::string> arguments);  // with --json, not shown
  // Until the answer of `trainer mail list` has so many mails of the kind that are no longer pending.
  Status waitForMails(const std::string& kind, std::size_t count);

  Status writeCourse();
  Status readItems();
  // Lets everybody of a habit answer; returns how many got a receipt.
  Result<std::size_t> answer(DemoHabit habit, int attempt = 1);
  Result<bool> answerOne(const DemoStudent& student, int attempt);
  // Puts other text into a file of the course.
  Status mend(const std::filesystem::path& file, std::string_view from, std::string_view to);

  Terminal& terminal_;
  Output output_;
  std::filesystem::path programs_;
  std::filesystem::path files_;
  std::filesystem::path folder_;
  DemoServer server_;
  std::map<std::string, std::string> environment_;
  std::vector<DemoStudent> students_;
  std::vector<DemoItem> items_;
  JsonObject facts_;
};

}  // namespace hearth::homework::client
