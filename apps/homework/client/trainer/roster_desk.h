// What the commands about students and their keys do, one member function each.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "homework/client/common/account.h"
#include "homework/client/trainer/class_board.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

struct RosterImportOptions {
  std::string file;
  std::string course = ".";
  bool dryRun = false;
};

struct InviteOptions {
  std::string student;
  bool all = false;     // everybody on the roster who has no key yet
  bool rotate = false;  // take the former keys away
  bool force = false;   // one more for whom has one
  bool mail = false;    // to the student instead of printing
  bool dryRun = false;
  std::string out;  // a folder for one file per student; empty: print
};

class RosterDesk final {
 public:
  // `desk` outlives it.
  explicit RosterDesk(Desk& desk) : desk_(desk) {}

  Status importStudents(const RosterImportOptions& options);
  Status list();
  Status invite(const InviteOptions& options);
  Status revoke(const std::string& student);

 private:
  Result<std::vector<Student>> choose(const InviteOptions& options, const PublishedCourse& published);
  Status inviteOne(const Student& student, const InviteOptions& options, const PublishedCourse& published,
                   JsonArray& made);
  Status mailInvite(const Student& student, const Account& account, const PublishedCourse& published);
  std::vector<std::string> orphansOf(const std::vector<std::string>& removed);

  Desk& desk_;
};

// How a roster changes: ids that come and go, and `student01: email, name` for who stays.
struct RosterChanges {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
  std::size_t mailsChanged = 0;

  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};
RosterChanges compareRosters(const std::vector<Student>& before, const std::vector<Student>& after);

// `student01.invite` and the like, below `folder`.
std::filesystem::path invitePath(const std::filesystem::path& folder, const std::string& studentId);

}  // namespace hearth::homework::client
