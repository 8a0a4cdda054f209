#include "homework/client/trainer/demo/demo_story.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "homework/client/common/account.h"
#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/student/api.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTest = "operating-systems/test01";
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kLook{150};

// The week of the deadline, in Warsaw, in summer time.
constexpr const char* kDue = "2019-04-08 23:00";
constexpr const char* kNextDue = "2019-04-15 23:00";
constexpr const char* kExtendedDue = "2019-04-10 12:00";
// The question whose key is mistaken at first: what it says, and what it should say.
constexpr std::string_view kMistakenKey = R"("questionId": "4", "answer": "d")";
constexpr std::string_view kRightKey = R"("questionId": "4", "answer": "a")";

std::vector<double> difficulties() { return {-1.2, 0.2, -0.4, -0.6, 0.4, 0.8}; }

Failure unreadable(const fs::path& file) {
  return {Exit::kInternal, "The sample course is not as expected: " + file.string(),
          "Mend the checkout and try again."};
}

std::string quoted(const std::string& word) {
  return word.find_first_of(" ;\"'*") == std::string::npos ? word : "\"" + word + "\"";
}

}  // namespace

DemoStory::DemoStory(Terminal& terminal, Output output, fs::path programs, fs::path files, fs::path folder)
    : terminal_(terminal),
      output_(output),
      programs_(std::move(programs)),
      files_(std::move(files)),
      folder_(std::move(folder)),
      server_(programs_ / "hearth", folder_),
      students_(demoClass()) {}

DemoStory::~DemoStory() = default;

Status DemoStory::tell() {
  using Chapter = Status (DemoStory::*)();
  for (const Chapter chapter : {&DemoStory::firstEvening, &DemoStory::reminder, &DemoStory::monday,
                                &DemoStory::lastMinutes, &DemoStory::afterTheDeadline, &DemoStory::brokenMail,
                                &DemoStory::wrongKey, &DemoStory::wednesday, &DemoStory::theEnd}) {
    HOMEWORK_CHECK((this->*chapter)());
    if (interrupted()) return Failure{Exit::kInterrupted, "", ""};
  }
  return Done{};
}

void DemoStory::tellLine(const std::string& text) {
  if (output_ == Output::kText) terminal_.sayWrapped(cleaned(text, terminal_.style().charset));
}

Status DemoStory::moveTo(const std::string& clock, const std::string& told) {
  server_.stop();
  HOMEWORK_CHECK(server_.start(clock));
  environment_ = server_.environment();
  for (const char* other : {"AWS_SESSION_TOKEN", "AWS_PROFILE"})
    environment_.try_emplace(other, "");  // the user's own
  if (output_ == Output::kText) {
    terminal_.say("");
    const std::string line = std::string(terminal_.style().charset == Charset::kUtf8 ? "── " : "-- ") + told;
    terminal_.say(terminal_.style().bold(line));
  }
  return Done{};
}

Result<std::string> DemoStory::type(const std::vector<std::string>& arguments, Show show) {
  std::string line = "$ trainer";
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  tellLine(line);
  std::map<std::string, std::string> environment = environment_;
  environment["HOMEWORK_FILES"] = files_.string();
  environment["COLUMNS"] = std::to_string(terminal_.style().width > 40 ? terminal_.style().width - 4 : 36);
  const ProgramResult done = runProgram(programs_ / "trainer", arguments, folder_, environment);
  if (done.status != 0) {
    return Failure{Exit::kInternal, "The demo stopped at  " + line.substr(2) + " : " + cleaned(done.errors),
                   "The server's log: " + (folder_ / "server.log").string()};
  }
  if (output_ == Output::kText && show == Show::kAll && !trimmed(done.output).empty()) {
    for (const std::string_view text : split(trimmed(done.output), '\n'))
      terminal_.sayFitting(text.empty() ? "" : "    " + cleaned(text, terminal_.style().charset));
  }
  return done.output;
}

Result<Json> DemoStory::ask(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const ProgramResult done = runProgram(programs_ / "trainer", arguments, folder_, environment_);
  if (done.status != 0)
    return Failure{Exit::kInternal,
                   "The demo stopped at  trainer " + arguments.front() + " : " + cleaned(done.errors), ""};
  return parseJson(done.output).value_or(Json());
}

Status DemoStory::waitForMails(const std::string& kind, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    HOMEWORK_TRY(const Json list, ask({"mail", "list"}));
    std::size_t done = 0;
    for (const Json& mail : arrayMember(list, "mails"))
      done += stringMember(mail, "kind") == kind && stringMember(mail, "state") != "pending" ? 1 : 0;
    if (done >= count) return Done{};
    if (interrupted()) return Failure{Exit::kInterrupted, "", ""};
    if (std::chrono::steady_clock::now() > end) {
      return Failure{Exit::kInternal,
                     "The mails of kind " + kind + " did not come: " + std::to_string(done) + " of " +
                         std::to_string(count) + ".",
                     "The server's log: " + (folder_ / "server.log").string()};
    }
    std::this_thread::sleep_for(kLook);
  }
}

Status DemoStory::writeCourse() {
  const fs::path course = folder_ / "course";
  fs::copy(files_ / "sample", course, fs::copy_options::recursive);
  replaceFile(course / "students.csv", demoRoster(students_));
  for (const auto& [test, due] : {std::pair{"test01", kDue}, {"test02", kNextDue}}) {
    const fs::path file = course / "subjects" / "operating-systems" / test / "test.json";
    auto settings = parseJson(findFile(file).value_or(""));
    if (!settings || !settings->is_object()) return unreadable(file);
    settings->as_object()["due"] = due;
    replaceFile(file, writeJsonPretty(*settings));
  }
  return mend("subjects/operating-systems/test01/questionsKey.json", kRightKey, kMistakenKey);
}

Status DemoStory::mend(const fs::path& file, std::string_view from, std::string_view to) {
  const fs::path path = folder_ / "course" / file;
  std::string text = findFile(path).value_or("");
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return unreadable(path);
  replaceFile(path, text.replace(at, from.size(), to));
  return Done{};
}

// What is really right: the students know better than the mistaken key.
Status DemoStory::readItems() {
  const fs::path test = files_ / "sample" / "subjects" / "operating-systems" / "test01";
  const Json questions = parseJson(findFile(test / "questions.json").value_or("")).value_or(Json());
  const Json key = parseJson(findFile(test / "questionsKey.json").value_or("")).value_or(Json());
  if (!questions.is_array() || !key.is_array() || key.get_array().size() != questions.get_array().size())
    return unreadable(test);
  const std::vector<double> known = difficulties();
  for (const Json& question : questions.get_array()) {
    DemoItem item;
    item.questionId = stringMember(question, "questionId");
    for (const Json& option : arrayMember(question, "answers"))
      item.options.push_back(stringMember(option, "answerId"));
    for (const Json& entry : key.get_array())
      if (stringMember(entry, "questionId") == item.questionId) item.right = stringMember(entry, "answer");
    item.difficulty = known[items_.size() % known.size()];
    items_.push_back(std::move(item));
  }
  return Done{};
}

Result<bool> DemoStory::answerOne(const DemoStudent& student, int attempt) {
  HOMEWORK_TRY(Account account, parseInvite(findFile(folder_ / "invites" / (student.id + ".invite")).value_or("")));
  ServerClock clock;
  Api api(std::move(account), clock, terminal_.style());
  HOMEWORK_TRY(const TestList list, api.listTests());
  const auto test =
      std::find_if(list.tests.begin(), list.tests.end(), [](const TestInfo& info) { return info.name() == kTest; });
  if (test == list.tests.end())
    return Failure{Exit::kInternal, std::string(kTest) + " is not offered to " + student.id + ".", ""};
  const auto receipt =
      api.submit(test->subject, test->testId, test->questionSet, demoAnswers(student, items_, attempt));
  if (!receipt.ok() && receipt.failure().exit == Exit::kClosed) return false;
  if (!receipt.ok()) return receipt.failure();
  return true;
}

Result<std::size_t> DemoStory::answer(DemoHabit habit, int attempt) {
  std::size_t received = 0;
  for (const DemoStudent& student : students_) {
    if (student.habit != habit) continue;
    HOMEWORK_TRY(const bool taken, answerOne(student, attempt));
    received += taken ? 1 : 0;
  }
  return received;
}

Status DemoStory::firstEvening() {
  HOMEWORK_CHECK(writeCourse());
  HOMEWORK_CHECK(readItems());
  HOMEWORK_CHECK(
      moveTo("2019-04-07T18:00:00Z", "Sunday 7 April 2019, 20:00. Tomorrow at 23:00 the homework is due."));
  tellLine(
      "A course is a folder of files. It is checked, deployed to a Hearth of this demo's own, and published; the "
      "students get a mail and a key each.");
  HOMEWORK_CHECK(type({"check", "course"}));
  HOMEWORK_CHECK(type({"deploy", "--course", "course"}));
  HOMEWORK_CHECK(type({"publish", "course"}));
  HOMEWORK_CHECK(type({"roster", "invite", "--all", "--out", "invites"}, Show::kNothing));
  HOMEWORK_TRY(const std::size_t early, answer(DemoHabit::kEarly));
  facts_["early"] = early;
  tellLine(std::to_string(early) +
           " students answer at once. (They type  homework ; here the demo does it for them.)");
  return Done{};
}

Status DemoStory::reminder() {
  HOMEWORK_CHECK(moveTo("2019-04-07T20:59:58Z",
                        "Sunday, 23:00. A day before the deadline, who has not answered is reminded."));
  std::size_t waiting = 0;
  for (const DemoStudent& student : students_) waiting += student.habit == DemoHabit::kEarly ? 0 : 1;
  HOMEWORK_CHECK(waitForMails("reminder", waiting));
  facts_["reminders"] = waiting;
  tellLine(std::to_string(waiting) + " reminders went out by themselves.");
  return Done{};
}

Status DemoStory::monday() {
  HOMEWORK_CHECK(moveTo("2019-04-08T15:00:00Z",
                        "Monday, 17:00. Karim is ill and gets two more days; he sees the new deadline."));
  HOMEWORK_CHECK(type({"extend", "student11", "test01", "until", kExtendedDue, "--reason", "ill"}));
  HOMEWORK_TRY(const std::size_t afternoon, answer(DemoHabit::kAfternoon));
  HOMEWORK_TRY(const bool again, answerOne(students_.front(), 2));
  facts_["afternoon"] = afternoon + (again ? 1 : 0);
  tellLine(std::to_string(afternoon) + " more answer, and Ada hands in a second attempt.");
  return Done{};
}

Status DemoStory::lastMinutes() {
  HOMEWORK_CHECK(moveTo("2019-04-08T20:50:00Z", "Monday, 22:50. Ten minutes left."));
  HOMEWORK_TRY(const std::size_t rush, answer(DemoHabit::kLastMinute));
  facts_["lastMinutes"] = rush;
  tellLine(std::to_string(rush) + " more hand in.");
  HOMEWORK_CHECK(type({"status", "test01"}));
  return Done{};
}

Status DemoStory::afterTheDeadline() {
  HOMEWORK_CHECK(moveTo("2019-04-08T21:01:35Z",
                        "Monday, 23:01. The deadline and its minute of grace are over; scoring runs by itself."));
  HOMEWORK_TRY(const std::size_t late, answer(DemoHabit::kLate));
  facts_["lateAccepted"] = late;
  if (late != 0) return Failure{Exit::kInternal, "A late submission was accepted.", ""};
  tellLine("Quinn is too late, and is told so.");
  HOMEWORK_TRY(const Json board, ask({"status", "test01"}));
  const auto received = integerMember(arrayMember(board, "tests").at(0), "received").value_or(0);
  facts_["received"] = received;
  HOMEWORK_CHECK(waitForMails("score", static_cast<std::size_t>(received)));
  HOMEWORK_CHECK(waitForMails("digest", 1));
  HOMEWORK_CHECK(type({"status", "test01"}));
  return Done{};
}

Status DemoStory::brokenMail() {
  if (output_ == Output::kText) terminal_.say("");
  tellLine(
      "Hanna's address has two dots, so her mails did not go out; nobody else's waited for it. The address is "
      "mended in "
      "students.csv:");
  HOMEWORK_CHECK(type({"mail", "list", "--failed"}));
  HOMEWORK_CHECK(mend("students.csv", kDemoMistaken, kDemoMended));
  HOMEWORK_CHECK(type({"publish", "course"}, Show::kNothing));
  HOMEWORK_CHECK(type({"mail", "resend", "student08"}));
  return Done{};
}

Status DemoStory::wrongKey() {
  if (output_ == Output::kText) terminal_.say("");
  tellLine("The statistics doubt question 4: those who know the rest chose another answer than the key's.");
  HOMEWORK_CHECK(type({"stats", "test01", "--svg", "plots"}));
  tellLine(
      "The trainer looks, and the key was wrong. It is mended in questionsKey.json, and the test graded again; "
      "only "
      "who has another score gets a mail.");
  HOMEWORK_CHECK(mend("subjects/operating-systems/test01/questionsKey.json", kMistakenKey, kRightKey));
  HOMEWORK_CHECK(type({"publish", "course"}, Show::kNothing));
  HOMEWORK_CHECK(type({"regrade", "test01", "--reason", "Q4 key fixed", "--dry-run"}));
  HOMEWORK_CHECK(type({"regrade", "test01", "--reason", "Q4 key fixed", "--yes"}, Show::kNothing));
  HOMEWORK_TRY(const Json list, ask({"mail", "list"}));
  std::size_t corrections = 0;
  for (const Json& mail : arrayMember(list, "mails"))
    corrections += stringMember(mail, "kind") == "correction" && stringMember(mail, "state") == "sent" ? 1 : 0;
  facts_["corrections"] = corrections;
  tellLine(std::to_string(corrections) + " corrections were mailed.");
  return Done{};
}

Status DemoStory::wednesday() {
  HOMEWORK_CHECK(moveTo("2019-04-10T09:30:00Z", "Wednesday, 11:30. Karim is well again."));
  HOMEWORK_TRY(const std::size_t extended, answer(DemoHabit::kExtended));
  facts_["extended"] = extended;
  HOMEWORK_TRY(const Json before, ask({"mail", "list"}));
  std::size_t scored = 0;
  for (const Json& mail : arrayMember(before, "mails")) scored += stringMember(mail, "kind") == "score" ? 1 : 0;
  HOMEWORK_CHECK(
      moveTo("2019-04-10T10:01:35Z", "Wednesday, 12:01. His own deadline is over, and he is scored by himself."));
  HOMEWORK_CHECK(waitForMails("score", scored + 1));
  return Done{};
}

Status DemoStory::theEnd() {
  if (output_ == Output::kText) terminal_.say("");
  HOMEWORK_CHECK(type({"grades", "export", "--out", "grades.csv"}));
  HOMEWORK_CHECK(type({"status", "--page", "--out", "trainer.html"}));
  HOMEWORK_TRY(const Json list, ask({"mail", "list"}));
  std::size_t unsent = 0;
  for (const Json& mail : arrayMember(list, "mails")) unsent += stringMember(mail, "state") != "sent" ? 1 : 0;
  facts_["mails"] = arrayMember(list, "mails").size();
  facts_["mailsUnsent"] = unsent;
  facts_["students"] = students_.size();
  return Done{};
}

}  // namespace hearth::homework::client
