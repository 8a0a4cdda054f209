// A scoring run over the whole course: which tests, in what order, under a lease, and the trainer always hears of
// it.
#pragma once

#include <string>

#include "homework/domain/catalogue.h"
#include "homework/domain/course.h"
#include "homework/domain/extensions.h"
#include "homework/domain/json_text.h"
#include "homework/functions/course_files.h"
#include "homework/functions/ports.h"
#include "homework/functions/score_request.h"

namespace hearth::homework {

// From the function's environment, for courses that do not say it themselves.
struct ScoreSettings {
  std::string from;
  std::string trainer;
  std::string runId;  // who holds the lease; for people
  std::size_t workers = 32;
};

// What the trainer has published.
struct Published {
  Course course;
  Catalogue catalogue;
  Roster roster;
  Extensions extensions;
};
// With the settings where the course says nothing. A Problem when nobody is left to send mails from.
Outcome<Published> loadPublished(CourseFiles& files, const ScoreSettings& settings);

struct ScoreSummary {
  json::object document;              // the function's result
  std::vector<std::string> problems;  // what kept the run from being complete; the next run goes on there
  // Whether the trainers have a mail about each of the problems, so that they need no other about the failed run.
  bool told = false;
};

// A Problem when nothing could be done at all.
Outcome<ScoreSummary> runScoring(const ScoreRequest& request, const ScoreSettings& settings, ObjectStore& store,
                                 MailSender& sender, RunClock& clock);

}  // namespace hearth::homework
