// What the course knows about one student: all of it in one archive, or none of it any more.
#pragma once

#include <optional>
#include <string>

#include "homework/client/trainer/consent.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

// What is kept, where, why and how long.
Status privacyInventory(Desk& desk);

// Everything about the student as JSON and as a readable page: into the zip `out`, or into the folder `out` when it
// does not end in .zip.
Status privacyExport(Desk& desk, const std::string& student, const std::string& out);

struct EraseOptions {
  std::string student;
  bool keepStatistics = false;  // numbers of tests in which the student took part stay; they name nobody
  bool dryRun = false;
  Consent consent = Consent::kAsk;
};

// Takes the student's keys away, takes them off the roster, and removes every version of every object that is
// theirs or names them; documents about the class are written anew without them. Safe to repeat after an
// interruption. Failure kRejected when something that names them could not be removed.
Status privacyErase(Desk& desk, const EraseOptions& options);

// Reads (days 0) or sets how long data of students is kept: course.json in `folder`, when there is one, and the
// bucket's rule.
Status retention(Desk& desk, std::optional<int> days, const std::string& folder);

}  // namespace hearth::homework::client
