#include "homework/client/trainer/class_board.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "homework/client/trainer/csv.h"
#include "homework/client/trainer/publish.h"

namespace hearth::homework::client {
namespace {

StudentState* findState(ClassBoard& board, std::string_view id) {
  for (StudentState& state : board.students) {
    if (state.student.id == id) return &state;
  }
  return nullptr;
}

Result<std::optional<Json>> readReport(Cloud& cloud, const Deployment& deployment, const std::string& key) {
  const auto object = cloud.s3().getObject(deployment.dataBucket, key);
  if (!object.ok()) {
    if (sdk::isNotFound(object.error())) return std::optional<Json>();
    return failureOf("read " + key, object.error());
  }
  return parseJson(object->body);
}

std::string percentText(const StudentState& state) {
  if (!state.points || !state.maxPoints || *state.maxPoints <= 0) return "";
  // Rounded half up to hundredths, in whole numbers.
  const std::int64_t hundredths = (*state.points * 20'000 + *state.maxPoints) / (2 * *state.maxPoints);
  char text[48];
  std::snprintf(text, sizeof text, "%lld.%02lld", static_cast<long long>(hundredths / 100),
                static_cast<long long>(hundredths % 100));
  return text;
}

std::string who(const StudentState& state, const Style& style) {
  const std::string name = cleanedLine(state.student.name, style.charset, 30);
  return state.student.id + (name.empty() ? "" : " " + name);
}

std::string receivedText(const StudentState& state, const homework::Zone& zone, const Style& style) {
  std::string text = who(state, style);
  if (state.receivedAt) text += " " + renderLocal(*state.receivedAt, zone);
  if (state.attempts > 1) text += " attempt " + std::to_string(state.attempts);
  if (state.score) {
    text += ", score " + std::to_string(*state.score);
    if (state.points && state.maxPoints)
      text += " (" + std::to_string(*state.points) + " of " + std::to_string(*state.maxPoints) + ")";
  }
  if (state.late) text += ", late";
  if (state.status == "invalid") text += ", INVALID: " + cleanedLine(state.reason, style.charset, 80);
  return text;
}

void addGroup(std::vector<std::string>& lines, const std::string& name, const std::vector<std::string>& items,
              const Style& style) {
  if (items.empty()) return;
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : std::string(style.separator())) + item;
  const std::string indent(15, ' ');
  std::vector<std::string> block = wrapped(text, style.width, indent);
  block.front().replace(0, indent.size(), "  " + fitted(name, 13));
  lines.insert(lines.end(), block.begin(), block.end());
}

}  // namespace

Result<PublishedCourse> readPublishedCourse(Cloud& cloud, const Deployment& deployment) {
  HOMEWORK_TRY(auto stored, readCatalogue(cloud, deployment));
  if (!stored) return Failure{Exit::kUsage, "Nothing is published yet.", "Run  trainer publish"};
  PublishedCourse published{{}, {}, std::move(stored->catalogue)};
  const auto course = cloud.s3().getObject(deployment.dataBucket, layout::kCourse);
  if (!course.ok()) return failureOf("read course.json", course.error());
  const auto roster = cloud.s3().getObject(deployment.dataBucket, layout::kRoster);
  if (!roster.ok()) return failureOf("read the roster", roster.error());
  auto parsedCourse = parseCourse(course->body);
  if (!parsedCourse) return Failure{Exit::kRejected, "The published " + parsedCourse.problem().message, ""};
  auto parsedRoster = parseRoster(roster->body);
  if (!parsedRoster) return Failure{Exit::kRejected, "In what is published, " + parsedRoster.problem().message, ""};
  published.course = *std::move(parsedCourse);
  published.roster = *std::move(parsedRoster);
  return published;
}

Result<std::vector<PublishedTest>> findTests(const Catalogue& catalogue, const std::string& name) {
  std::vector<PublishedTest> found;
  std::string names;
  for (const PublishedTest& test : catalogue.tests) {
    if (name.empty() || test.ref.path() == name || test.ref.testId == name) found.push_back(test);
    names += (names.empty() ? "" : ", ") + test.ref.path();
  }
  if (found.empty() && !name.empty()) {
    return Failure{Exit::kUsage, "No test called " + inQuotes(name) + " is published.", "Published: " + names};
  }
  return found;
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
      }
    }
  }
  board.orphans.assign(orphans.begin(), orphans.end());
}

void addReport(ClassBoard& board, const Json& report) {
  board.scoredAt = parseInstant(stringMember(report, "at"));
  for (const Json& entry : arrayMember(report, "students")) {
    StudentState* state = findState(board, stringMember(entry, "studentId"));
    if (state == nullptr) continue;
    state->status = stringMember(entry, "status");
    state->reason = stringMember(entry, "reason");
    state->score = integerMember(entry, "score");
    state->points = integerMember(entry, "points");
    state->maxPoints = integerMember(entry, "maxPoints");
    state->late = boolMember(entry, "late") || state->status == "late";
    state->mail = stringMember(entry, "mail");
  }
}

Result<ClassBoard> readClassBoard(Cloud& cloud, const Deployment& deployment, const PublishedCourse& published,
                                  const PublishedTest& test) {
  ClassBoard board;
  board.test = test;
  for (const Student& student : published.roster.students()) {
    StudentState state;
    state.student = student;
    board.students.push_back(std::move(state));
  }
  const auto listing = cloud.s3().listObjectsV2(deployment.dataBucket, layout::testPrefix(test.ref));
  if (!listing.ok()) return failureOf("list the answers to " + test.ref.path(), listing.error());
  addObjects(board, listing->objects);
  HOMEWORK_TRY(const auto last, readReport(cloud, deployment, layout::report(test.ref)));
  HOMEWORK_TRY(const auto final, readReport(cloud, deployment, layout::finished(test.ref)));
  board.final = final.has_value();
  if (last || final) addReport(board, last ? *last : *final);
  return board;
}

std::vector<std::string> classBoardLines(const ClassBoard& board, const homework::Zone& zone, Instant now,
                                         const Style& style) {
  const PublishedTest& test = board.test;
  const std::string dot(style.separator());
  const std::string head = test.ref.path() + dot + cleanedLine(test.title, style.charset, 60) + dot +
                           (now <= test.due ? "due " : "closed ") + renderLocal(test.due, zone) + ", " +
                           tellDistance(test.due, now) + dot + "set " + test.questionSet.substr(0, 6);
  std::vector<std::string> lines;
  for (const std::string& line : wrapped(head, style.width)) lines.push_back(style.bold(line));
  std::vector<std::string> missing;
  std::vector<std::string> received;
  std::vector<std::string> mail;
  std::size_t scored = 0;
  for (const StudentState& state : board.students) {
    (state.received ? received : missing)
        .push_back(state.received ? receivedText(state, zone, style) : who(state, style));
    scored += state.score ? 1 : 0;
    if (state.mail == "failed" || state.mail == "pending") mail.push_back(state.student.id + " " + state.mail);
  }
  lines.push_back("");
  lines.push_back("  received " + std::to_string(received.size()) + " of " + std::to_string(board.students.size()) +
                  "   not yet " + std::to_string(missing.size()) + "   scored " + std::to_string(scored) +
                  "   mail problems " + std::to_string(mail.size()));
  if (board.scoredAt) {
    lines.push_back("  last scoring run " + renderLocal(*board.scoredAt, zone) + (board.final ? ", final" : ""));
  }
  lines.push_back("");
  addGroup(lines, "not yet", missing, style);
  addGroup(lines, "received", received, style);
  addGroup(lines, "mail", mail, style);
  addGroup(lines, "not on roster", board.orphans, style);
  return lines;
}

Json classBoardJson(const ClassBoard& board) {
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
  JsonArray students;
  for (const StudentState& state : board.students) {
    students.push_back(
        JsonObject{{"studentId", state.student.id},
                   {"received", state.received},
                   {"receivedAt", state.receivedAt ? Json(formatInstant(*state.receivedAt)) : Json()},
                   {"attempts", state.attempts},
                   {"status", state.status.empty() ? Json() : Json(state.status)},
                   {"score", number(state.score)},
                   {"points", number(state.points)},
                   {"maxPoints", number(state.maxPoints)},
                   {"late", state.late},
                   {"mail", state.mail.empty() ? Json() : Json(state.mail)}});
  }
  JsonArray orphans(board.orphans.begin(), board.orphans.end());
  return JsonObject{{"subject", board.test.ref.subject},
                    {"testId", board.test.ref.testId},
                    {"title", board.test.title},
                    {"due", formatInstant(board.test.due)},
                    {"questionSet", board.test.questionSet},
                    {"final", board.final},
                    {"scoredAt", board.scoredAt ? Json(formatInstant(*board.scoredAt)) : Json()},
                    {"students", std::move(students)},
                    {"orphans", std::move(orphans)}};
}

std::string gradesCsv(const std::vector<ClassBoard>& boards) {
  std::string out = "student_id,name";
  for (const ClassBoard& board : boards) {
    for (const char* column : {"score", "points", "max_points", "percent", "arrived"}) {
      out += "," + csvCell(board.test.ref.path() + " " + column);
    }
  }
  out += "\r\n";
  const std::size_t students = boards.empty() ? 0 : boards.front().students.size();
  for (std::size_t i = 0; i < students; ++i) {
    const Student& student = boards.front().students[i].student;
    out += csvCell(student.id) + "," + csvCell(student.name);
    for (const ClassBoard& board : boards) {
      const StudentState& state = board.students[i];
      const auto number = [](const std::optional<std::int64_t>& value) {
        return value ? std::to_string(*value) : std::string();
      };
      const std::string arrived = !state.received ? "missing" : state.late ? "late" : "on time";
      out += "," + number(state.score) + "," + number(state.points) + "," + number(state.maxPoints) + "," +
             percentText(state) + "," + arrived;
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace hearth::homework::client
