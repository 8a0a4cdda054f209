#include "homework/client/trainer/class_board.h"

#include <algorithm>
#include <set>

#include "homework/client/common/closest.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/publish.h"

namespace hearth::homework::client {
namespace {

StudentState* findState(ClassBoard& board, std::string_view id) {
  for (StudentState& state : board.students) {
    if (state.student.id == id) return &state;
  }
  return nullptr;
}

std::size_t countIf(const ClassBoard& board, bool (*holds)(const StudentState&)) {
  return static_cast<std::size_t>(std::count_if(board.students.begin(), board.students.end(), holds));
}

}  // namespace

Result<PublishedCourse> readPublishedCourse(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(auto stored, readCatalogue(cloud, deployment));
  if (!stored) return Failure{Exit::kUsage, "Nothing is published yet.", "Run  trainer publish"};
  PublishedCourse published{{}, {}, std::move(stored->catalogue), {}};
  HOMEWORK_TRY(const auto bodies, findObjects(cloud, deployment.dataBucket,
                                              {std::string(layout::kCourse), std::string(layout::kRoster),
                                               std::string(layout::kExtensions)}));
  auto course = parseCourse(bodies[0].value_or("{}"));
  if (!course) return Failure{Exit::kRejected, "The published " + course.problem().message, "Run  trainer publish"};
  auto roster = parseRoster(bodies[1].value_or("[]"));
  if (!roster) {
    return Failure{Exit::kRejected, "In what is published, " + roster.problem().message, "Run  trainer publish"};
  }
  if (bodies[2]) {
    auto extensions = parseExtensions(*bodies[2]);
    if (!extensions) return Failure{Exit::kRejected, "In what is published, " + extensions.problem().message, ""};
    published.extensions = *std::move(extensions);
  }
  published.course = *std::move(course);
  published.roster = *std::move(roster);
  return published;
}

Result<std::vector<PublishedTest>> findTests(const Catalogue& catalogue, const std::string& name) {
  std::vector<PublishedTest> found;
  std::string names;
  std::vector<std::string> words;
  for (const PublishedTest& test : catalogue.tests) {
    if (name.empty() || test.ref.path() == name || test.ref.testId == name) found.push_back(test);
    names += (names.empty() ? "" : ", ") + test.ref.path();
    words.insert(words.end(), {test.ref.path(), test.ref.testId});
  }
  if (found.empty() && !name.empty()) {
    const auto meant = closestWord(name, words);
    return Failure{Exit::kUsage, "No test called " + inQuotes(name) + " is published.",
                   (meant ? "Did you mean  " + *meant + " ? " : "") + "Published: " + names};
  }
  return found;
}

Result<PublishedTest> findTest(const Catalogue& catalogue, const std::string& name) {
  HOMEWORK_TRY(const std::vector<PublishedTest> tests, findTests(catalogue, name));
  if (tests.size() == 1) return tests.front();
  if (tests.empty()) return Failure{Exit::kUsage, "Nothing is published yet.", "Run  trainer publish"};
  std::string names;
  for (const PublishedTest& test : tests) names += (names.empty() ? "" : ", ") + test.ref.path();
  if (name.empty()) return Failure{Exit::kUsage, "More than one test is published.", "Say which: " + names};
  return Failure{Exit::kUsage, "More than one test is called " + inQuotes(name) + ".", "Say which: " + names};
}

Result<Student> findStudent(const Roster& roster, const std::string& id) {
  if (const Student* student = roster.find(id)) return *student;
  std::vector<std::string> ids;
  for (const Student& student : roster.students()) ids.push_back(student.id);
  const auto meant = closestWord(id, ids);
  return Failure{Exit::kUsage, "There is no student " + inQuotes(id) + " on the published roster.",
                 meant ? "Did you mean  " + *meant + " ?"
                       : "See  trainer roster list . Who is new in students.csv comes with  trainer publish"};
}

void addObjects(ClassBoard& board, const std::vector<sdk::ListedObject>& objects) {
  std::set<std::string> orphans;
  for (const sdk::ListedObject& object : objects) {
    const auto parts = split(object.key, '/');
    if (parts.size() < 4) continue;
    StudentState* state = findState(board, parts[2]);
    if (parts.size() == 4 && parts[3] == "testResult.json") {
      if (state == nullptr) {
        orphans.emplace(parts[2]);
        continue;
      }
      state->received = true;
      if (!state->receivedAt) state->receivedAt = parseInstant(object.lastModified);
    }
    if (parts.size() == 5 && parts[3] == "attempts" && state != nullptr) {
      ++state->attempts;
      if (const auto at = parseCompactInstant(parts[4].substr(0, parts[4].find('-')))) {
        // Keys come in the order of time; an attempt's name knows the time better than the copy's.
        state->receivedAt = *at;
        board.submissions.push_back(*at);
      }
    }
  }
  for (const StudentState& state : board.students) {
    if (state.received && state.attempts == 0 && state.receivedAt) board.submissions.push_back(*state.receivedAt);
  }
  board.orphans.assign(orphans.begin(), orphans.end());
}

void addReport(ClassBoard& board, const Json& report) {
  board.scoredAt = parseInstant(stringMember(report, "at"));
  if (const Json* statistics = findMember(report, "statistics")) board.statistics = parseStatistics(*statistics);
  for (const Json& entry : arrayMember(report, "students")) {
    StudentState* state = findState(board, stringMember(entry, "studentId"));
    if (state == nullptr) continue;
    state->status = stringMember(entry, "status");
    state->reason = stringMember(entry, "reason");
    state->score = integerMember(entry, "score");
    state->points = integerMember(entry, "points");
    state->maxPoints = integerMember(entry, "maxPoints");
    state->percent = stringMember(entry, "percent");
    state->grade = stringMember(entry, "grade");
    state->receipt = stringMember(entry, "receipt");
    state->late = boolMember(entry, "late") || state->status == "late";
    state->mail = stringMember(entry, "mail");
  }
}

void addMails(ClassBoard& board, const std::vector<OutboxMail>& mails) {
  for (const OutboxMail& mail : mails) {
    if (mail.state == "failed" || mail.state == "pending")
      board.mailTroubles.push_back({mail.id, mail.studentId, mail.kind, mail.to, mail.state, mail.problem});
    StudentState* state = findState(board, mail.studentId);
    if (mail.kind == "reminder" && mail.state == "sent" && state != nullptr)
      state->remindedAt = parseInstant(mail.createdAt);  // the mails come in the order of time
  }
}

ClassBoard emptyBoard(const PublishedTest& test, const Roster& roster, const Extensions& extensions) {
  ClassBoard board;
  board.test = test;
  for (const Student& student : roster.students()) {
    StudentState state;
    state.student = student;
    const EffectiveTest own = extensions.effective(test, student.id);
    if (own.extended) state.due = own.test.due;
    state.excused = own.excused;
    if (const Extension* extension = extensions.find(test.ref, student.id))
      state.extensionReason = extension->reason;
    board.students.push_back(std::move(state));
  }
  return board;
}

Result<ClassBoard> readClassBoard(Cloud& cloud, const Deployment& deployment, const PublishedCourse& published,
                                  const PublishedTest& test) {
  ClassBoard board = emptyBoard(test, published.roster, published.extensions);
  HOMEWORK_TRY(const auto objects, listObjects(cloud, deployment.dataBucket, layout::testPrefix(test.ref)));
  addObjects(board, objects);
  HOMEWORK_TRY(const auto reports,
               findObjects(cloud, deployment.dataBucket, {layout::report(test.ref), layout::finished(test.ref)}));
  board.final = reports[1].has_value();
  if (const auto& report = reports[0] ? reports[0] : reports[1])
    addReport(board, parseJson(*report).value_or(Json()));
  HOMEWORK_TRY(const auto mails, readOutbox(cloud, deployment, layout::outboxPrefix(test.ref)));
  addMails(board, mails);
  return board;
}

std::size_t ClassBoard::receivedCount() const {
  return countIf(*this, [](const StudentState& state) { return state.received; });
}

std::size_t ClassBoard::gradedCount() const {
  return countIf(*this, [](const StudentState& state) { return state.score.has_value(); });
}

std::size_t ClassBoard::missingCount() const {
  return countIf(*this, [](const StudentState& state) { return !state.received && !state.excused; });
}

std::size_t ClassBoard::extendedCount() const {
  return countIf(*this, [](const StudentState& state) { return state.due.has_value(); });
}

Json classBoardJson(const ClassBoard& board) {
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
  const auto instant = [](const std::optional<Instant>& value) {
    return value ? Json(formatInstant(*value)) : Json();
  };
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  JsonArray students;
  for (const StudentState& state : board.students) {
    students.push_back(JsonObject{{"studentId", state.student.id},
                                  {"name", text(state.student.name)},
                                  {"received", state.received},
                                  {"receivedAt", instant(state.receivedAt)},
                                  {"attempts", state.attempts},
                                  {"remindedAt", instant(state.remindedAt)},
                                  {"extendedUntil", instant(state.due)},
                                  {"excused", state.excused},
                                  {"status", text(state.status)},
                                  {"score", number(state.score)},
                                  {"points", number(state.points)},
                                  {"maxPoints", number(state.maxPoints)},
                                  {"percent", text(state.percent)},
                                  {"grade", text(state.grade)},
                                  {"receipt", text(state.receipt)},
                                  {"late", state.late},
                                  {"mail", text(state.mail)}});
  }
  JsonArray troubles;
  for (const MailTrouble& trouble : board.mailTroubles) {
    troubles.push_back(JsonObject{{"id", trouble.id},
                                  {"studentId", text(trouble.studentId)},
                                  {"kind", trouble.kind},
                                  {"state", trouble.state},
                                  {"problem", text(trouble.problem)}});
  }
  return JsonObject{{"subject", board.test.ref.subject},
                    {"testId", board.test.ref.testId},
                    {"title", board.test.title},
                    {"due", formatInstant(board.test.due)},
                    {"questionSet", board.test.questionSet},
                    {"received", board.receivedCount()},
                    {"missing", board.missingCount()},
                    {"final", board.final},
                    {"scoredAt", instant(board.scoredAt)},
                    {"students", std::move(students)},
                    {"mailTroubles", std::move(troubles)},
                    {"statistics", board.scoredAt ? Json(statisticsJson(board.statistics)) : Json()},
                    {"orphans", JsonArray(board.orphans.begin(), board.orphans.end())}};
}

}  // namespace hearth::homework::client
