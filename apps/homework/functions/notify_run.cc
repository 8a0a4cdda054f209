#include "homework/functions/notify_run.h"

#include <algorithm>
#include <set>

#include "homework/domain/student_mail.h"
#include "homework/domain/trainer_mail.h"
#include "homework/functions/test_scoring.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxEvent = 256 * 1024;
constexpr std::size_t kMaxStudents = 10'000;
constexpr int kTries = 3;  // of the mails that may go out a moment later
constexpr std::chrono::seconds kBetweenTries{5};
constexpr std::chrono::seconds kAfterTries{30};

std::string_view kindName(NotifyKind kind) {
  switch (kind) {
    case NotifyKind::kNotice:
      return "notice";
    case NotifyKind::kReminder:
      return "reminder";
    case NotifyKind::kReceipt:
      break;
  }
  return "receipt";
}

class Notify final {
 public:
  Notify(const NotifyRequest& request, const ScoreSettings& settings, ObjectStore& store, MailSender& sender,
         RunClock& clock)
      : request_(request),
        settings_(settings),
        store_(store),
        clock_(clock),
        files_(store),
        lease_(store, clock, settings.runId),
        outbox_(store, sender, clock, request.test) {}

  Outcome<json::object> run();

 private:
  struct Letter {
    const Student* student;
    EffectiveTest test;
    std::string id;
  };

  Outcome<bool> load();
  bool isAsked(const std::string& student) const;
  Outcome<std::set<std::string, std::less<>>> submitted();
  Outcome<bool> choose();
  MailText write(const Letter& letter) const;
  Outcome<bool> sendAll();
  Outcome<bool> sendReceipt();
  json::object answer() const;

  const NotifyRequest& request_;
  const ScoreSettings& settings_;
  ObjectStore& store_;
  RunClock& clock_;
  CourseFiles files_;
  Lease lease_;
  Outbox outbox_;
  Published published_;
  const PublishedTest* test_ = nullptr;  // into published_
  std::vector<Letter> letters_;
};

Outcome<bool> Notify::load() {
  auto published = loadPublished(files_, settings_);
  if (!published) return published.problem();
  published_ = std::move(*published);
  test_ = published_.catalogue.find(request_.test);
  if (test_ == nullptr) return Problem{"there is no published test " + request_.test.path()};
  return true;
}

bool Notify::isAsked(const std::string& student) const {
  return !request_.students ||
         std::find(request_.students->begin(), request_.students->end(), student) != request_.students->end();
}

// Whoever has sent anything at all; one listing.
Outcome<std::set<std::string, std::less<>>> Notify::submitted() {
  const std::string prefix = layout::testPrefix(test_->ref);
  auto listing = store_.list(prefix);
  if (!listing) return Problem{prefix + ": " + listing.error().code};
  std::set<std::string, std::less<>> out;
  for (const sdk::ListedObject& object : *listing) {
    const std::string_view rest = std::string_view(object.key).substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    const std::string_view name = rest.substr(slash + 1);
    if (name == "testResult.json" || name.starts_with("attempts/")) out.emplace(rest.substr(0, slash));
  }
  return out;
}

// Who gets a mail that they have not got yet: students who may submit, and for a reminder, have not.
Outcome<bool> Notify::choose() {
  letters_.clear();
  if (request_.kind == NotifyKind::kNotice && !published_.course.notice && !request_.again) return true;
  std::set<std::string, std::less<>> done;
  if (request_.kind == NotifyKind::kReminder) {
    auto found = submitted();
    if (!found) return found.problem();
    done = std::move(*found);
  }
  const std::string minute =
      request_.again ? compactInstant(std::chrono::floor<std::chrono::minutes>(request_.time)) : "";
  for (const Student& student : published_.roster.students()) {
    if (!isAsked(student.id) || done.contains(student.id)) continue;
    EffectiveTest test = published_.extensions.effective(*test_, student.id);
    const Phase phase = test.test.phaseAt(clock_.now());
    if (test.excused || (phase != Phase::kOnTime && phase != Phase::kLate)) continue;
    const std::string version =
        (request_.kind == NotifyKind::kReminder ? formatInstant(test.test.due) : "") + minute;
    std::string id = mailId(kindName(request_.kind), test_->ref.path(), student.id, version);
    if (!outbox_.contains(id)) letters_.push_back({&student, std::move(test), std::move(id)});
  }
  return true;
}

MailText Notify::write(const Letter& letter) const {
  const MailCourse in{published_.course, published_.catalogue.zone, published_.catalogue.page};
  return request_.kind == NotifyKind::kNotice ? noticeMail(in, letter.test, *letter.student, request_.time)
                                              : reminderMail(in, letter.test, *letter.student, request_.time);
}

// Under the lease of the scoring, so that nobody else sends what waits here.
Outcome<bool> Notify::sendAll() {
  if (auto held = lease_.acquire(); !held) return held;
  const auto work = [&]() -> Outcome<bool> {
    if (auto loaded = outbox_.load(); !loaded) return loaded;  // again: another run may have been at work till now
    if (auto chosen = choose(); !chosen) return chosen;
    for (const Letter& letter : letters_) {
      OutboxMail mail = makeMail(published_.course, kindName(request_.kind), letter.id, letter.student->email,
                                 write(letter), request_.time);
      mail.studentId = letter.student->id;
      auto done = lease_.keep();
      if (done) done = outbox_.queue(mail);
      if (!done) return done;
    }
    for (int round = 1;; ++round) {
      if (auto sent = outbox_.deliver(settings_.workers, lease_); !sent) return sent;
      if (outbox_.counts().pending == 0 || round == kTries || clock_.remaining() < kAfterTries) return true;
      clock_.wait(kBetweenTries);
    }
  };
  auto done = work();
  lease_.release();
  return done;
}

Outcome<bool> Notify::sendReceipt() {
  const Student* student = published_.roster.find(request_.students->front());
  if (student == nullptr) return true;  // who has left the course gets nothing
  auto object = store_.get(layout::attempt(test_->ref, student->id, request_.attempt));
  if (!object) return Problem{"attempts/: " + object.error().code};
  auto attempt = parseAttempt(object->body);
  if (!attempt) return attempt.problem();
  const MailText text = receiptMail({published_.course, published_.catalogue.zone, published_.catalogue.page},
                                    *test_, *student, *attempt);
  std::string id = mailId("receipt", test_->ref.path(), student->id, request_.attempt);
  OutboxMail mail =
      makeMail(published_.course, "receipt", std::move(id), student->email, text, attempt->receivedAt);
  mail.studentId = student->id;
  mail.createdAt = clock_.now();  // who finds it waiting knows how long
  letters_.push_back({student, {*test_, false, false}, mail.id});
  return outbox_.queueAndSend(mail);
}

json::object Notify::answer() const {
  json::array to;
  json::array problems;
  for (const Letter& letter : letters_) {
    to.emplace_back(letter.student->id);
    if (const std::string problem = outbox_.problem(letter.id); !problem.empty()) {
      problems.emplace_back(letter.student->id + ": " + problem);
    }
  }
  const Outbox::Counts counts = outbox_.counts();
  json::object out{{"kind", kindName(request_.kind)}, {"test", request_.test.path()}, {"to", std::move(to)}};
  out["mails"] = json::object{{"sent", counts.sent}, {"failed", counts.failed}, {"pending", counts.pending}};
  out["problems"] = std::move(problems);
  if (request_.dryRun && !letters_.empty()) {
    const MailText first = write(letters_.front());
    out["subject"] = first.subject;
    out["text"] = first.text;
  }
  return out;
}

Outcome<json::object> Notify::run() {
  if (auto loaded = load(); !loaded) return loaded.problem();
  if (request_.kind == NotifyKind::kReceipt) {
    if (auto sent = sendReceipt(); !sent) return sent.problem();
    return answer();
  }
  if (auto loaded = outbox_.load(); !loaded) return loaded.problem();
  if (auto chosen = choose(); !chosen) return chosen.problem();
  if (request_.dryRun || (letters_.empty() && outbox_.counts().pending == 0)) return answer();
  if (auto sent = sendAll(); !sent) return sent.problem();
  return answer();
}

Outcome<std::optional<std::vector<std::string>>> studentsMember(const json::object& object) {
  const json::value* member = findMember(object, "students");
  if (member == nullptr || member->is_null()) return std::optional<std::vector<std::string>>();
  const auto* array = member->if_array();
  if (array == nullptr || array->size() > kMaxStudents) return Problem{"the event's students are not a list"};
  std::vector<std::string> students;
  for (const json::value& element : *array) {
    const auto* id = element.if_string();
    if (id == nullptr || !isId({id->data(), id->size()}))
      return Problem{"the event's students are not a list of ids"};
    students.emplace_back(id->data(), id->size());
  }
  return std::optional<std::vector<std::string>>(std::move(students));
}

}  // namespace

Outcome<NotifyRequest> parseNotifyRequest(std::string_view event, Instant fallback) {
  auto parsed = parseJson(event, kMaxEvent, "the event");
  if (!parsed) return parsed.problem();
  const auto* object = parsed->if_object();
  if (object == nullptr) return Problem{"the event is not an object"};
  NotifyRequest request;
  request.time = fallback;
  if (const json::value* time = findMember(*object, "time"); time != nullptr && !time->is_null()) {
    const auto instant = parseInstant(findString(*object, "time").value_or(""));
    if (!instant) return Problem{"the event's time is not an RFC 3339 time"};
    request.time = *instant;
  }
  const std::string_view kind = findString(*object, "kind").value_or("");
  if (kind == "reminder") {
    request.kind = NotifyKind::kReminder;
  } else if (kind == "receipt") {
    request.kind = NotifyKind::kReceipt;
  } else if (kind != "notice") {
    return Problem{"the event's kind is notice, reminder or receipt"};
  }
  const auto test = parseTestRef(findString(*object, "test").value_or(""));
  if (!test) return Problem{"the event's test is not subject/testId"};
  request.test = *test;
  auto students = studentsMember(*object);
  if (!students) return students.problem();
  request.students = std::move(*students);
  for (auto [name, target] : {std::pair{"again", &request.again}, {"dryRun", &request.dryRun}}) {
    const json::value* member = findMember(*object, name);
    if (member == nullptr || member->is_null()) continue;
    if (!member->is_bool()) return Problem{"the event's " + std::string(name) + " is not true or false"};
    *target = member->get_bool();
  }
  request.attempt = findString(*object, "attempt").value_or("");
  if (request.kind == NotifyKind::kReceipt &&
      (!parseAttemptName(request.attempt) || !request.students || request.students->size() != 1)) {
    return Problem{"a receipt is of one student and one attempt"};
  }
  return request;
}

Outcome<json::object> runNotify(const NotifyRequest& request, const ScoreSettings& settings, ObjectStore& store,
                                MailSender& sender, RunClock& clock) {
  return Notify(request, settings, store, sender, clock).run();
}

Outcome<json::object> runAlarm(std::string_view event, const Course& course, const ScoreSettings& settings,
                               MailSender& sender) {
  auto record = parseFailureRecord(event);
  if (!record) return record.problem();
  if (record->told) return json::object{{"messageId", nullptr}};
  if (addressOf(settings.from).empty() || !isMailAddress(settings.trainer)) {
    return Problem{"emailSender and trainerEmail are not addresses"};
  }
  Course from = course;
  from.from = settings.from;
  from.trainers = {settings.trainer};
  const OutboxMail mail = makeMail(from, "alarm", mailId("failure", record->requestId, settings.trainer, ""),
                                   settings.trainer, failureMail(from, *record), record->at);
  auto sent = sender.send(mail.from, mail.to, mail.raw);
  if (!sent) return Problem{sent.error().code + ": " + sent.error().message};
  return json::object{{"messageId", *sent}};
}

}  // namespace hearth::homework
