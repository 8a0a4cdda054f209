#include "homework/client/trainer/publish.h"

#include <algorithm>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/course_time.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

using std::chrono::floor;
using std::chrono::milliseconds;

// What the bucket holds under `key`; empty when there is nothing.
Result<std::string> readObject(Cloud& cloud, const std::string& bucket, std::string_view key) {
  auto object = cloud.s3().getObject(bucket, key);
  if (object.ok()) return std::move(object->body);
  if (sdk::isNotFound(object.error())) return std::string();
  return failureOf("read " + std::string(key), object.error());
}

Status writeObject(Cloud& cloud, const std::string& bucket, std::string_view key, std::string_view body,
                   const sdk::PutOptions& options = {}) {
  const auto put = cloud.s3().putObject(bucket, key, body, options);
  if (!put.ok()) return failureOf("write " + std::string(key), put.error());
  return Done{};
}

// How many students have stored answers to the test.
Result<std::size_t> countAnswered(Cloud& cloud, const std::string& bucket, const TestRef& test) {
  const auto listing = cloud.s3().listObjectsV2(bucket, layout::testPrefix(test));
  if (!listing.ok()) return failureOf("count the answers to " + test.path(), listing.error());
  std::size_t count = 0;
  for (const sdk::ListedObject& object : listing->objects)
    count += object.key.ends_with("/testResult.json") ? 1 : 0;
  return count;
}

PublishedTest publishedTest(const TestFolder& folder, const PublishedTest* before, const std::string& zone,
                            Instant now) {
  PublishedTest test;
  test.ref = folder.ref;
  test.title = folder.title;
  test.opens = folder.opens.value_or(before != nullptr ? before->opens : floor<std::chrono::seconds>(now));
  test.due = folder.due ? *folder.due : before != nullptr ? before->due : nextMondayEvening(zone, now);
  test.grace = folder.grace;
  test.late = folder.late;
  test.lateUntil = folder.lateUntil;
  test.questionSet = sha256Hex(folder.questions);
  return test;
}

bool sameTimes(const PublishedTest& a, const PublishedTest& b) {
  return a.title == b.title && a.opens == b.opens && a.due == b.due && a.grace == b.grace && a.late == b.late &&
         a.lateUntil == b.lateUntil;
}

Result<PlannedTest> planTest(Cloud& cloud, const Deployment& deployment, const TestFolder& folder,
                             const PublishedTest* before, const std::string& zone, Force force) {
  const Instant now = cloud.now();
  PlannedTest planned{publishedTest(folder, before, zone, now), Change::kNone, 0, folder.questions, folder.key};
  const PublishedTest& test = planned.test;
  if (before == nullptr || before->due != test.due) {
    if (test.due <= now) {
      return Failure{Exit::kRejected, "The deadline of " + test.ref.path() + " is in the past.",
                     "Change \"due\" in its test.json."};
    }
  }
  if (test.due <= test.opens) {
    return Failure{Exit::kRejected, test.ref.path() + " would close before it opens.",
                   "Give \"due\" in its test.json."};
  }
  if (before == nullptr) {
    planned.change = Change::kNew;
    return planned;
  }
  if (before->questionSet != test.questionSet) {
    planned.change = Change::kQuestions;
    HOMEWORK_TRY(planned.answered, countAnswered(cloud, deployment.dataBucket, test.ref));
    if (planned.answered > 0 && force == Force::kNo) {
      return Failure{Exit::kRejected,
                     "The questions of " + test.ref.path() + " changed, and " + std::to_string(planned.answered) +
                         " students have answered the former ones.",
                     "Publish it under another name, or accept that with  --force"};
    }
    return planned;
  }
  HOMEWORK_TRY(const std::string key,
               readObject(cloud, deployment.dataBucket, layout::answerKey(test.ref, test.questionSet)));
  if (key != folder.key) {
    planned.change = Change::kKey;
  } else if (!sameTimes(*before, test)) {
    planned.change = Change::kTimes;
  }
  return planned;
}

void planRoster(const std::string& before, const std::vector<Student>& students, PublishPlan& plan) {
  plan.rosterChanged = before != rosterJson(students);
  std::set<std::string> known;
  if (const auto roster = parseRoster(before.empty() ? "[]" : before)) {
    for (const Student& student : roster->students()) known.insert(student.id);
  }
  for (const Student& student : students) {
    if (known.erase(student.id) == 0) plan.studentsAdded.push_back(student.id);
  }
  plan.studentsRemoved.assign(known.begin(), known.end());
}

// The zone's table spans every instant that is published.
homework::Zone zoneOf(const std::vector<PublishedTest>& tests, const std::string& zone, Instant now) {
  Instant first = now;
  Instant last = now;
  for (const PublishedTest& test : tests) {
    first = std::min(first, std::min(test.opens, test.due));
    last = std::max(last, test.acceptedUntil());
  }
  return zoneTable(zone, first, last);
}

const char* wordOf(Change change) {
  switch (change) {
    case Change::kNew:
      return "new";
    case Change::kQuestions:
      return "questions";
    case Change::kKey:
      return "key";
    case Change::kTimes:
      return "settings";
    case Change::kNone:
      return "unchanged";
    case Change::kRemoved:
      return "removed";
  }
  return "";
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

bool PublishPlan::changesNothing() const {
  return !courseChanged && !rosterChanged &&
         std::all_of(tests.begin(), tests.end(), [](const PlannedTest& t) { return t.change == Change::kNone; });
}

Result<std::optional<StoredCatalogue>> readCatalogue(Cloud& cloud, const Deployment& deployment) {
  const auto object = cloud.s3().getObject(deployment.dataBucket, layout::kCatalogue);
  if (!object.ok()) {
    if (sdk::isNotFound(object.error())) return std::optional<StoredCatalogue>();
    return failureOf("read the catalogue", object.error());
  }
  auto catalogue = parseCatalogue(object->body);
  if (!catalogue)
    return Failure{Exit::kRejected, "The published catalogue is damaged: " + catalogue.problem().message, ""};
  return std::optional(StoredCatalogue{*std::move(catalogue), object->etag});
}

Result<PublishPlan> planPublish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder,
                                Force force) {
  HOMEWORK_TRY(const auto before, readCatalogue(cloud, deployment));
  PublishPlan plan;
  if (before) plan.catalogueEtag = before->etag;
  std::vector<PublishedTest> published;
  for (const TestFolder& test : folder.tests) {
    const PublishedTest* known = before ? before->catalogue.find(test.ref) : nullptr;
    HOMEWORK_TRY(PlannedTest planned, planTest(cloud, deployment, test, known, folder.course.timezone, force));
    published.push_back(planned.test);
    plan.tests.push_back(std::move(planned));
  }
  if (before) {
    for (const PublishedTest& test : before->catalogue.tests) {
      const bool kept = std::any_of(published.begin(), published.end(),
                                    [&](const PublishedTest& t) { return t.ref == test.ref; });
      if (!kept) plan.tests.push_back({test, Change::kRemoved, 0, "", ""});
    }
  }
  HOMEWORK_TRY(const std::string course, readObject(cloud, deployment.dataBucket, layout::kCourse));
  plan.courseChanged = course != folder.courseJson;
  HOMEWORK_TRY(const std::string roster, readObject(cloud, deployment.dataBucket, layout::kRoster));
  planRoster(roster, folder.students, plan);
  plan.catalogue.publishedAt = floor<std::chrono::seconds>(cloud.now());
  plan.catalogue.zone = zoneOf(published, folder.course.timezone, cloud.now());
  plan.catalogue.tests = std::move(published);
  return plan;
}

Status publish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, const PublishPlan& plan) {
  const std::string& bucket = deployment.dataBucket;
  for (const PlannedTest& planned : plan.tests) {
    if (planned.change == Change::kRemoved || planned.change == Change::kNone || planned.change == Change::kTimes)
      continue;
    const PublishedTest& test = planned.test;
    HOMEWORK_CHECK(writeObject(cloud, bucket, layout::questionSet(test.questionSet), planned.questions));
    HOMEWORK_CHECK(writeObject(cloud, bucket, layout::answerKey(test.ref, test.questionSet), planned.key));
  }
  if (plan.courseChanged) HOMEWORK_CHECK(writeObject(cloud, bucket, layout::kCourse, folder.courseJson));
  if (plan.rosterChanged) HOMEWORK_CHECK(writeObject(cloud, bucket, layout::kRoster, rosterJson(folder.students)));
  for (const PlannedTest& planned : plan.tests) {
    if (planned.change != Change::kNew && planned.change != Change::kQuestions) continue;
    HOMEWORK_CHECK(writeObject(cloud, bucket, layout::questionsCopy(planned.test.ref), planned.questions));
  }
  sdk::PutOptions options;
  if (plan.catalogueEtag.empty()) {
    options.ifNoneMatch = "*";
  } else {
    options.ifMatch = plan.catalogueEtag;
  }
  const std::string catalogue = catalogueJson(plan.catalogue);
  const auto put = cloud.s3().putObject(bucket, layout::kCatalogue, catalogue, options);
  if (put.ok()) return Done{};
  if (sdk::isPreconditionFailed(put.error())) {
    // It may be our own, stored by a try whose answer was lost.
    HOMEWORK_TRY(const std::string stored, readObject(cloud, bucket, layout::kCatalogue));
    if (stored == catalogue) return Done{};
    return Failure{Exit::kRejected, "Somebody else has published in the meantime.",
                   "Look at the new plan:  trainer publish --dry-run"};
  }
  return failureOf("write the catalogue", put.error());
}

std::vector<std::string> planLines(const PublishPlan& plan, Instant now) {
  std::vector<std::string> lines;
  for (const PlannedTest& planned : plan.tests) {
    const PublishedTest& test = planned.test;
    std::string mark = "~";
    if (planned.change == Change::kNew) mark = "+";
    if (planned.change == Change::kRemoved) mark = "-";
    if (planned.change == Change::kNone) mark = " ";
    std::string line = mark + " " + fitted(test.ref.path(), 32) + " " + fitted(wordOf(planned.change), 10);
    if (planned.change == Change::kRemoved) {
      line += " no longer offered; answers and scores stay";
    } else {
      line += " due " + renderLocal(test.due, plan.catalogue.zone) + " (" + plan.catalogue.zone.name + "), " +
              tellDistance(test.due, now);
    }
    if (planned.answered > 0)
      line += ", " + std::to_string(planned.answered) + " students have answered the former questions";
    if (planned.change == Change::kKey) line += ", students who are scored already keep their scores";
    lines.push_back(std::move(line));
  }
  if (plan.courseChanged) lines.push_back("~ course.json");
  if (!plan.studentsAdded.empty()) lines.push_back("+ students: " + joined(plan.studentsAdded));
  if (!plan.studentsRemoved.empty()) lines.push_back("- students: " + joined(plan.studentsRemoved));
  if (plan.rosterChanged && plan.studentsAdded.empty() && plan.studentsRemoved.empty())
    lines.push_back("~ students' addresses or names");
  return lines;
}

Json planJson(const PublishPlan& plan) {
  JsonArray tests;
  for (const PlannedTest& planned : plan.tests) {
    tests.push_back(JsonObject{{"subject", planned.test.ref.subject},
                               {"testId", planned.test.ref.testId},
                               {"change", wordOf(planned.change)},
                               {"due", formatInstant(planned.test.due)},
                               {"questionSet", planned.test.questionSet},
                               {"answered", planned.answered}});
  }
  JsonArray added(plan.studentsAdded.begin(), plan.studentsAdded.end());
  JsonArray removed(plan.studentsRemoved.begin(), plan.studentsRemoved.end());
  return JsonObject{{"tests", std::move(tests)},
                    {"courseChanged", plan.courseChanged},
                    {"rosterChanged", plan.rosterChanged},
                    {"studentsAdded", std::move(added)},
                    {"studentsRemoved", std::move(removed)}};
}

}  // namespace hearth::homework::client
