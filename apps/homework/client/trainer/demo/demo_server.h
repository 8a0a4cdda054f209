// Programs that `trainer demo` runs: a Hearth of its own, and the commands that a trainer would type.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "homework/client/common/result.h"

namespace hearth::homework::client {

struct ProgramResult {
  int status = 0;      // exit status; 128 and the signal's number when one ended it
  std::string output;  // standard output
  std::string errors;  // standard error
};

// Runs `program` to its end in `folder`, with `more` beside this process's environment, and nothing to read.
// Throws std::system_error when it cannot be started.
ProgramResult runProgram(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                         const std::filesystem::path& folder, const std::map<std::string, std::string>& more);

// `hearth serve` with its data below `folder`. Stopped when the object goes, unless it was let go of.
class DemoServer final {
 public:
  // `program`: hearth.
  DemoServer(std::filesystem::path program, std::filesystem::path folder);
  DemoServer(const DemoServer&) = delete;
  DemoServer& operator=(const DemoServer&) = delete;
  ~DemoServer();

  // Starts it with this clock; again on the same port. Failure kInternal with the log's end when it does not come
  // up.
  Status start(const std::string& clock);
  // Ends it in order.
  void stop();
  // Leaves it running.
  void release() { pid_ = 0; }

  const std::string& address() const { return address_; }  // 127.0.0.1:PORT
  std::filesystem::path data() const { return folder_ / "data"; }
  // What points AWS's clients at it.
  std::map<std::string, std::string> environment() const;

 private:
  Status waitUntilReady();

  std::filesystem::path program_;
  std::filesystem::path folder_;
  std::string address_;
  pid_t pid_ = 0;
};

}  // namespace hearth::homework::client
