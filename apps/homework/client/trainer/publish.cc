#include "homework/client/trainer/publish.h"

#include <algorithm>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/bucket.h"
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
  HOMEWORK_TRY(const auto objects, listObjects(cloud, bucket, layout::testPrefix(test)));
  std::size_t count = 0;
  for (const sdk::ListedObject& object : objects) count += object.key.ends_with("/testResult.json") ? 1 : 0;
  return count;
}

PublishedTest publishedTest(const TestFolder& folder, const PublishedTest* before, const Course& course,
                            Instant now) {
  PublishedTest test;
  test.ref = folder.ref;
  test.title = folder.title;
  test.opens = folder.opens.value_or(before != nullptr ? before->opens : floor<std::chrono::seconds>(now));
  test.due = folder.due ? *folder.due : before != nullptr ? before->due : nextMondayEvening(course.timezone, now);
  test.grace = folder.grace;
  test.late = folder.late;
  test.lateUntil = folder.lateUntil;
  test.questionSet = sha256Hex(folder.questions);
  test.attempts = folder.attempts;
  test.shuffle = folder.shuffle;
  test.partial = folder.partial;
  test.remindAt = reminderOf(course, test);
  return test;
}

// Which settings differ, for people: "due, attempts".
std::string differingSettings(const PublishedTest& a, const PublishedTest& b) {
  const std::pair<const char*, bool> settings[] = {{"title", a.title != b.title},
                                                   {"opens", a.opens != b.opens},
                                                   {"due", a.due != b.due},
                                                   {"grace", a.grace != b.grace},
                                                   {"late", a.late != b.late || a.lateUntil != b.lateUntil},
                                                   {"reminder", a.remindAt != b.remindAt},
                                                   {"attempts", a.attempts != b.attempts},
                                                   {"shuffle", a.shuffle != b.shuffle},
                                                   {"partial", a.partial != b.partial}};
  std::string out;
  for (const auto& [name, differs] : settings) {
    if (differs) out += (out.empty() ? "" : ", ") + std::string(name);
  }
  return out;
}

Result<PlannedTest> planTest(Cloud& cloud, const Deployment& deployment, const TestFolder& folder,
                             const PublishedTest* before, const Course& course, Force force) {
  const Instant now = cloud.now();
  PlannedTest planned{
      publishedTest(folder, before, course, now), Change::kNone, 0, "", folder.questions, folder.key};
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
  planned.settings = differingSettings(*before, test);
  if (before->questionSet != test.questionSet) {
    planned.change = Change::kQuestions;
    HOMEWORK_TRY(planned.answered, countAnswered(cloud, deployment.dataBucket, test.ref));
    if (planned.answered > 0 && force == Force::kNo) {
      return Failure{
          Exit::kRejected,
          "The questions of " + test.ref.path() + " changed, and " + std::to_string(planned.answered) +
              " students have answered the former ones.",
          "They are scored with the former questions. Publish it under another name, or accept that with  "
          "--force"};
    }
    return planned;
  }
  HOMEWORK_TRY(const std::string key,
               readObject(cloud, deployment.dataBucket, layout::answerKey(test.ref, test.questionSet)));
  if (key != folder.key) {
    planned.change = Change::kKey;
  } else if (!planned.settings.empty()) {
    planned.change = Change::kTimes;
  }
  if (planned.change != Change::kNone) {
    HOMEWORK_TRY(planned.answered, countAnswered(cloud, deployment.dataBucket, test.ref));
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

// Who is taken off the roster and has answered a test of the catalogue.
Status findOrphans(Cloud& cloud, const Deployment& deployment, const Catalogue& catalogue, PublishPlan& plan) {
  if (plan.studentsRemoved.empty()) return Done{};
  const std::set<std::string> removed(plan.studentsRemoved.begin(), plan.studentsRemoved.end());
  std::set<std::string> found;
  for (const PublishedTest& test : catalogue.tests) {
    const std::string prefix = layout::testPrefix(test.ref);
    HOMEWORK_TRY(const auto objects, listObjects(cloud, deployment.dataBucket, prefix));
    for (const sdk::ListedObject& object : objects) {
      const std::string student =
          object.key.substr(prefix.size(), object.key.find('/', prefix.size()) - prefix.size());
      if (removed.contains(student)) found.insert(student);
    }
  }
  plan.orphans.assign(found.begin(), found.end());
  return Done{};
}

Result<Extensions> readExtensions(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(const std::string text, readObject(cloud, deployment.dataBucket, layout::kExtensions));
  if (text.empty()) return Extensions();
  auto extensions = parseExtensions(text);
  if (!extensions)
    return Failure{Exit::kRejected, "The published extensions are damaged: " + extensions.problem().message, ""};
  return *std::move(extensions);
}

// Schedules that this publication wants; none for notices when nobody wants any.
std::vector<WantedSchedule> schedulesOf(const Catalogue& catalogue, const Extensions& extensions, Notices notices) {
  std::vector<WantedSchedule> wanted = wantedSchedules(catalogue, extensions);
  if (notices == Notices::kNo)
    std::erase_if(wanted, [](const WantedSchedule& schedule) { return schedule.kind == ScheduleKind::kNotice; });
  return wanted;
}

// {"version": 1, "tests": ["subject/test"]}. What cannot be read owes nothing.
std::set<std::string> parseOwed(const std::string& text) {
  std::set<std::string> owed;
  const Json document = parseJson(text).value_or(Json());
  for (const Json& entry : arrayMember(document, "tests")) {
    const auto* name = entry.if_string();
    if (name != nullptr && parseTestRef({name->data(), name->size()})) owed.emplace(name->data(), name->size());
  }
  return owed;
}

std::string owedJson(const std::set<std::string>& owed) {
  return writeJsonPretty(JsonObject{{"version", 1}, {"tests", JsonArray(owed.begin(), owed.end())}});
}

// Tests that are open now and that somebody has not been told of: new ones, everything for new students, what an
// earlier publication still owes, and tests whose schedule for the notice has not started it although it is time.
void planNotices(PublishPlan& plan, Instant now) {
  const auto contains = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const PlannedTest& planned : plan.tests) {
    if (planned.change == Change::kRemoved) continue;
    const std::string test = planned.test.ref.path();
    const bool missed =
        plan.schedules && contains(plan.schedules->deleted, scheduleName(ScheduleKind::kNotice, test));
    const bool news = planned.change == Change::kNew || missed || contains(plan.owed, test);
    const Phase phase = planned.test.phaseAt(now);
    if (news && phase == Phase::kBefore) plan.announced.push_back(test);
    if (phase != Phase::kOnTime || !(news || !plan.studentsAdded.empty())) continue;
    plan.announced.push_back(test);
    plan.notices.push_back(test);
  }
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

// What a line of the plan says about a test that stays or comes.
std::string toldChange(const PlannedTest& planned) {
  std::string out;
  if (!planned.settings.empty()) out += ", " + planned.settings + " changed";
  if (planned.answered > 0) {
    out += ", " + std::to_string(planned.answered) + (planned.answered == 1 ? " student has" : " students have") +
           " answered already";
  }
  if (planned.change == Change::kKey && planned.answered > 0) {
    out += "; who is scored keeps the score until  trainer regrade " + planned.test.ref.path() + " --reason WHY";
  }
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

bool PublishPlan::changesNothing() const {
  return !courseChanged && !rosterChanged && !pageChanged &&
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

std::optional<Instant> reminderOf(const Course& course, const PublishedTest& test) {
  if (course.reminder == std::chrono::minutes(0)) return std::nullopt;
  const Instant at = test.due - course.reminder;
  return at > test.opens ? std::optional(at) : std::nullopt;
}

Result<PublishPlan> planPublish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, Force force,
                                Notices notices) {
  HOMEWORK_TRY(const auto before, readCatalogue(cloud, deployment));
  PublishPlan plan;
  if (before) plan.catalogueEtag = before->etag;
  std::vector<PublishedTest> published;
  for (const TestFolder& test : folder.tests) {
    const PublishedTest* known = before ? before->catalogue.find(test.ref) : nullptr;
    HOMEWORK_TRY(PlannedTest planned, planTest(cloud, deployment, test, known, folder.course, force));
    published.push_back(planned.test);
    plan.tests.push_back(std::move(planned));
  }
  if (before) {
    for (const PublishedTest& test : before->catalogue.tests) {
      const bool kept = std::any_of(published.begin(), published.end(),
                                    [&](const PublishedTest& t) { return t.ref == test.ref; });
      if (!kept) plan.tests.push_back({test, Change::kRemoved, 0, "", "", ""});
    }
  }
  HOMEWORK_TRY(const std::string course, readObject(cloud, deployment.dataBucket, layout::kCourse));
  plan.courseChanged = course != folder.courseJson;
  HOMEWORK_TRY(const std::string roster, readObject(cloud, deployment.dataBucket, layout::kRoster));
  planRoster(roster, folder.students, plan);
  plan.catalogue.publishedAt = floor<std::chrono::seconds>(cloud.now());
  plan.catalogue.zone = zoneOf(published, folder.course.timezone, cloud.now());
  plan.catalogue.tests = std::move(published);
  plan.catalogue.page = pageAddress(cloud.access(), deployment);
  plan.pageChanged = before && before->catalogue.page != plan.catalogue.page;
  if (before) HOMEWORK_CHECK(findOrphans(cloud, deployment, before->catalogue, plan));
  HOMEWORK_TRY(const Extensions extensions, readExtensions(cloud, deployment));
  for (const Extension& extension : extensions.entries()) {
    if (plan.catalogue.find(extension.test) != nullptr) plan.extensions.push_back(extension);
  }
  HOMEWORK_TRY(const std::string owed, readObject(cloud, deployment.dataBucket, layout::kNotices));
  const std::set<std::string> owedTests = parseOwed(owed);
  plan.owed.assign(owedTests.begin(), owedTests.end());
  const Notices wanted = folder.course.notice ? notices : Notices::kNo;
  if (deployment.canSchedule()) {
    plan.wanted = schedulesOf(plan.catalogue, extensions, wanted);
    HOMEWORK_TRY(plan.schedules, reconcileSchedules(cloud, deployment, plan.wanted, ScheduleMode::kPlanOnly));
    if (wanted == Notices::kYes) planNotices(plan, cloud.now());
  }
  return plan;
}

namespace {

Status uploadAll(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, const PublishPlan& plan) {
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
  return Done{};
}

// The switch: over exactly the catalogue that the plan was made for.
Status switchOver(Cloud& cloud, const Deployment& deployment, const PublishPlan& plan) {
  const std::string& bucket = deployment.dataBucket;
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

}  // namespace

namespace {

// Over exactly what was read; nothing is written where `change` changes nothing.
Status changeOwed(Cloud& cloud, const Deployment& deployment,
                  const std::function<void(std::set<std::string>&)>& change) {
  return changeObject(cloud, deployment.dataBucket, layout::kNotices,
                      [&](const std::string& text) -> Result<std::optional<std::string>> {
                        const std::set<std::string> before = parseOwed(text);
                        std::set<std::string> owed = before;
                        change(owed);
                        return owed == before ? std::nullopt : std::optional(owedJson(owed));
                      });
}

}  // namespace

Status publish(Cloud& cloud, const Deployment& deployment, const CourseFolder& folder, const PublishPlan& plan) {
  HOMEWORK_CHECK(changeOwed(cloud, deployment, [&](std::set<std::string>& owed) {
    owed.insert(plan.announced.begin(), plan.announced.end());
  }));
  if (!plan.changesNothing()) {
    HOMEWORK_CHECK(uploadAll(cloud, deployment, folder, plan));
    HOMEWORK_CHECK(switchOver(cloud, deployment, plan));
  }
  if (plan.schedules) HOMEWORK_CHECK(reconcileSchedules(cloud, deployment, plan.wanted, ScheduleMode::kDo));
  return Done{};
}

Status settleNotices(Cloud& cloud, const Deployment& deployment, const PublishPlan& plan,
                     const std::vector<std::string>& failed) {
  return changeOwed(cloud, deployment, [&](std::set<std::string>& owed) {
    for (const std::vector<std::string>* settled : {&plan.announced, &plan.owed}) {
      for (const std::string& test : *settled) owed.erase(test);
    }
    owed.insert(failed.begin(), failed.end());
  });
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
    line += toldChange(planned);
    lines.push_back(std::move(line));
  }
  if (plan.courseChanged) lines.push_back("~ course.json");
  if (!plan.studentsAdded.empty()) lines.push_back("+ students: " + joined(plan.studentsAdded));
  if (!plan.studentsRemoved.empty()) lines.push_back("- students: " + joined(plan.studentsRemoved));
  if (plan.rosterChanged && plan.studentsAdded.empty() && plan.studentsRemoved.empty())
    lines.push_back("~ students' addresses or names");
  if (!plan.orphans.empty()) {
    lines.push_back("  removed, although they have answered: " + joined(plan.orphans) +
                    " (their answers stay; nobody scores them)");
  }
  if (plan.pageChanged) lines.push_back("~ address of the students' page: " + plan.catalogue.page);
  for (const Extension& extension : plan.extensions) {
    lines.push_back("  " + fitted(extension.test.path(), 32) + " extension  " + extension.studentId + " keeps " +
                    (extension.due ? renderLocal(*extension.due, plan.catalogue.zone) : "being excused"));
  }
  if (!plan.schedules) {
    lines.emplace_back(
        "! no schedules: the stacks are from before there were any. Run  trainer deploy , then publish again");
  } else {
    for (const std::string& line : scheduleLines(*plan.schedules, plan.catalogue.zone, now))
      lines.push_back(line.substr(0, 2) + "schedule " + line.substr(2));
  }
  for (const std::string& test : plan.notices)
    lines.push_back("  mail: " + test + " is open, to who has not been told");
  return lines;
}

Json planJson(const PublishPlan& plan) {
  JsonArray tests;
  for (const PlannedTest& planned : plan.tests) {
    tests.push_back(
        JsonObject{{"subject", planned.test.ref.subject},
                   {"testId", planned.test.ref.testId},
                   {"change", wordOf(planned.change)},
                   {"due", formatInstant(planned.test.due)},
                   {"remindAt", planned.test.remindAt ? Json(formatInstant(*planned.test.remindAt)) : Json()},
                   {"questionSet", planned.test.questionSet},
                   {"settings", planned.settings},
                   {"answered", planned.answered}});
  }
  JsonArray added(plan.studentsAdded.begin(), plan.studentsAdded.end());
  JsonArray removed(plan.studentsRemoved.begin(), plan.studentsRemoved.end());
  return JsonObject{{"tests", std::move(tests)},
                    {"courseChanged", plan.courseChanged},
                    {"rosterChanged", plan.rosterChanged},
                    {"studentsAdded", std::move(added)},
                    {"studentsRemoved", std::move(removed)},
                    {"orphans", JsonArray(plan.orphans.begin(), plan.orphans.end())},
                    {"extensionsKept", plan.extensions.size()},
                    {"page", plan.catalogue.page},
                    {"schedules", plan.schedules ? scheduleChangesJson(*plan.schedules) : Json()},
                    {"notices", JsonArray(plan.notices.begin(), plan.notices.end())}};
}

}  // namespace hearth::homework::client
