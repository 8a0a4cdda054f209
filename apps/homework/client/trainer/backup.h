// A course in one file: every current object of its bucket and who has which key. A gzipped tar with a manifest
// first (README.md of the client describes it), readable by its owner alone: it holds answers, scores and the key
// that receipts are signed with.
#pragma once

#include <string>

#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

// Whether the values of students' keys are kept too: with them invites stay valid after a restore elsewhere, and
// whoever has the file can act as any student.
enum class WithKeys : unsigned char { kNo, kYes };

// Replaces `file` when everything was read.
// Whether a file that is there may be replaced.
enum class OverFile : unsigned char { kNo, kYes };
Status saveBackup(Desk& desk, const std::string& file, WithKeys keys, OverFile over = OverFile::kNo);

struct RestoreOptions {
  std::string file;
  bool force = false;   // also over a course that is published there
  bool dryRun = false;  // only check the file
};

// Checks the whole file, then brings it into the desk's deployment. While that is done no test is offered there and
// nothing is scored, so that nobody sees half of it; the catalogue comes last, then schedules. Objects that the
// backup does not hold stay. After a failure or a kill the same call goes on, and ends the same.
Status restoreBackup(Desk& desk, const RestoreOptions& options);

}  // namespace hearth::homework::client
