// Publishing a course: what would change, and then the change. Everything is uploaded under names of its content
// first; the catalogue comes last and switches all tests over at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/deployment.h"
#include "homework/client/trainer/schedules.h"

namespace hearth::homework::client {

enum class Change : unsigned char { kNew, kQuestions, kKey, kTimes, kNone, kRemoved };

struct PlannedTest {
  PublishedTest test;
  Change change = Change::kNone;
  std::size_t answered = 0;  // students whose answers are stored already; counted where something changes
  std::string settings;      // which settings change, for people; may be empty
  std::string questions;     // bytes; empty for kRemoved
  std::string key;
};

struct PublishPlan {
  std::vector<PlannedTest> tests;
  Catalogue catalogue;
  std::string catalogueEtag;  // of what was published before; empty for nothing
  bool courseChanged = false;
  bool rosterChanged = false;
  std::vector<std::string> studentsAdded;
  std::vector<std::string> studentsRemoved;
  std::vector<std::string> orphans;   // of those removed: have answered, and are not scored any more
  std::vector<Extension> extensions;  // in effect, and kept
  std::vector<WantedSchedule> wanted;
  std::optional<ScheduleChanges> schedules;  // absent: the deployment is from before there were any
  std::vector<std::string> notices;          // tests (subject/test) that students are told of at once
  std::vector<std::string> announced;        // tests whose notice this publication brings: now, or by a schedule
  std::vector<std::string> owed;             // tests of which earlier publications have not told, as stored
  bool pageChanged = false;                  // the address of the students' page

  // Whether the catalogue or what it leads to changes.
  bool changesNothing() const;
};

enum class Force : unsigned char { kNo, kYes };
enum class Notices : unsigned char { kNo, kYes };

// Compares the folder with what is published. A deadline that the folder leaves open stays as it was published, or
// becomes the next Monday 23:00 of the course. Failures: kRejected for a new test whose deadline has passed, and
// for questions that change although students have answered them, unless forced.
Result<PublishPlan> planPublish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, Force force,
                                Notices notices);

// Uploads what the plan says and switches over; then brings the schedules into line. Failure kRejected when
// somebody else has published in between. Safe to repeat after any failure. Which notices are owed is noted before
// the switch: whoever publishes after this was killed finds them in the plan.
Status publish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, const PublishPlan& plan);

// The notices of the plan have been sent, but for those of `failed`, which stay owed.
Status settleNotices(Cloud& cloud, const Deployment& deployment, const PublishPlan& plan,
                     const std::vector<std::string>& failed);

// One line per test and fact.
std::vector<std::string> planLines(const PublishPlan& plan, Instant now);
Json planJson(const PublishPlan& plan);

// When those who have not answered are reminded: nullopt for never, also when the test opens after that.
std::optional<Instant> reminderOf(const Course& course, const PublishedTest& test);

// The published catalogue; nullopt when nothing is published.
struct StoredCatalogue {
  Catalogue catalogue;
  std::string etag;
};
Result<std::optional<StoredCatalogue>> readCatalogue(Cloud& cloud, const Deployment& deployment);

}  // namespace hearth::homework::client
