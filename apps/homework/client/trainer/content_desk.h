// What the commands about a course's content do, one member function each. The roster's: roster_desk.h.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/exchange/exchange.h"
#include "homework/client/trainer/publish.h"

namespace hearth::homework::client {

struct InitOptions {
  std::string folder = ".";
  std::string name;  // empty: the folder's
  std::string timeZone = "Europe/Warsaw";
};

struct ImportOptions {
  std::string file;
  std::string test;  // subject/testId
  std::string course = ".";
  std::string format;  // empty: guessed
  std::string title;   // empty: the file's category
  bool force = false;
  bool dryRun = false;
};

struct ExportOptions {
  std::string test;
  std::string course = ".";
  ExchangeFormat format = ExchangeFormat::kGift;
  std::string out;  // empty: standard output
};

struct PreviewOptions {
  std::string test;
  std::string course = ".";
  bool page = false;
  std::string out;  // of the page; empty: a file in the folder for temporary files
};

struct PublishOptions {
  std::string course = ".";
  bool dryRun = false;
  bool force = false;
  bool notices = true;
};

class ContentDesk final {
 public:
  // `desk` outlives it.
  explicit ContentDesk(Desk& desk) : desk_(desk) {}

  Status init(const InitOptions& options);
  Status check(const std::filesystem::path& folder);
  Status importQuestions(const ImportOptions& options);
  Status exportQuestions(const ExportOptions& options);
  Status preview(const PreviewOptions& options);
  Status publish(const PublishOptions& options);

 private:
  Result<CourseFolder> readCourse(const std::filesystem::path& folder);
  Result<Sheet> readExchanged(const ImportOptions& options);

  Desk& desk_;
};

// Findings for people; nothing with --json.
void tellFindings(Desk& desk, const Findings& findings);
Json findingsJson(const Findings& findings);
// What a command fails with that found errors. `documented`: they were printed as JSON already.
Failure faultyFiles(const Findings& findings, std::string hint, bool documented);

}  // namespace hearth::homework::client
