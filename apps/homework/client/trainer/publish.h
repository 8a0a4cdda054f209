// Publishing a course: what would change, and then the change. Everything is uploaded under names of its content
// first; the catalogue comes last and switches all tests over at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/course_folder.h"
#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {

enum class Change : unsigned char { kNew, kQuestions, kKey, kTimes, kNone, kRemoved };

struct PlannedTest {
  PublishedTest test;
  Change change = Change::kNone;
  std::size_t answered = 0;  // students whose answers are stored already; counted where the questions change
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

  bool changesNothing() const;
};

enum class Force : unsigned char { kNo, kYes };

// Compares the folder with what is published. A deadline that the folder leaves open stays as it was published, or
// becomes the next Monday 23:00 of the course. Failures: kRejected for a new test whose deadline has passed, and
// for questions that change although students have answered them, unless forced.
Result<PublishPlan> planPublish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder,
                                Force force);

// Does what the plan says. Failure kRejected when somebody else has published in between.
Status publish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, const PublishPlan& plan);

// One line per test and fact.
std::vector<std::string> planLines(const PublishPlan& plan, Instant now);
Json planJson(const PublishPlan& plan);

// The published catalogue; nullopt when nothing is published.
struct StoredCatalogue {
  Catalogue catalogue;
  std::string etag;
};
Result<std::optional<StoredCatalogue>> readCatalogue(Cloud& cloud, const Deployment& deployment);

}  // namespace hearth::homework::client
