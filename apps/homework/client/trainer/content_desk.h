// What the commands about a course's content do, one member function each.
#pragma once

#include <filesystem>
#include <string>

#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/publish.h"

namespace hearth::homework::client {

struct InviteOptions {
  std::string student;
  bool all = false;     // everybody on the roster who has no key yet
  bool rotate = false;  // take the former keys away
  std::string out;      // a folder for one file per student; empty: print
};

class ContentDesk final {
 public:
  // `desk` outlives it.
  explicit ContentDesk(Desk& desk) : desk_(desk) {}

  Status check(const std::filesystem::path& folder);
  enum class Mode : unsigned char { kPlanOnly, kDo };
  Status publish(const std::filesystem::path& folder, Mode mode, Force force);
  Status listRoster();
  Status invite(const InviteOptions& options);
  Status revoke(const std::string& student);

 private:
  Result<CourseFolder> readCourse(const std::filesystem::path& folder);
  void tellFindings(const Findings& findings);

  Desk& desk_;
};

// `student01.invite` and the like, below `folder`.
std::filesystem::path invitePath(const std::filesystem::path& folder, const std::string& studentId);

Json findingsJson(const Findings& findings);

}  // namespace hearth::homework::client
