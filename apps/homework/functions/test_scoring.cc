#include "homework/functions/test_scoring.h"

#include <algorithm>

#include "homework/domain/attempt.h"
#include "homework/domain/student_mail.h"
#include "homework/domain/trainer_mail.h"
#include "homework/functions/parallel.h"

namespace hearth::homework {
namespace {

constexpr std::chrono::seconds kReserve{
    5};  // of the invocation; what is not graded by then is left to the next run

std::string scoreMailKind(const ScoreRecord& score) { return score.previous ? "correction" : "score"; }

std::string scoreMailId(const TestRef& test, const BoardRow& row) {
  return mailId(scoreMailKind(*row.score), test.path(), row.studentId, std::to_string(row.score->version));
}

}  // namespace

OutboxMail makeMail(const Course& course, std::string_view kind, std::string id, std::string_view to,
                    const MailText& text, Instant date) {
  OutboxMail mail;
  mail.kind = kind;
  mail.to = to;
  mail.from = course.from;
  mail.subject = text.subject;
  mail.createdAt = date;
  const std::string replyTo = course.trainers.empty() ? "" : course.trainers.front();
  mail.raw = composeMail({mail.from, mail.to, replyTo, id, date}, text);
  mail.id = std::move(id);
  return mail;
}

Outcome<const TestScoring::Material*> TestScoring::material(const std::string& hash) {
  const std::lock_guard lock(mutex_);
  if (const auto known = materials_.find(hash); known != materials_.end()) return &known->second;
  auto set = context_.files.questionSet(hash);
  if (!set) return set.problem();
  auto key = context_.files.answerKey(test_.ref, *set);
  if (!key) return key.problem();
  return &materials_.emplace(hash, Material{std::move(*set), std::move(*key)}).first->second;
}

// One listing says who has submitted what and who has a score. Only exact keys count.
Outcome<bool> TestScoring::find() {
  const std::string prefix = layout::testPrefix(test_.ref);
  auto listing = context_.store.list(prefix);
  if (!listing) return Problem{prefix + ": " + listing.error().code};
  for (const sdk::ListedObject& object : *listing) {
    const std::string_view rest = std::string_view(object.key).substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) continue;
    const std::string_view name = rest.substr(slash + 1);
    constexpr std::string_view kAttempts = "attempts/";
    constexpr std::string_view kJson = ".json";
    if (name.starts_with(kAttempts) && name.ends_with(kJson)) {
      const std::string_view attempt = name.substr(kAttempts.size(), name.size() - kAttempts.size() - kJson.size());
      if (!parseAttemptName(attempt)) continue;
      Found& found = found_[std::string(rest.substr(0, slash))];
      found.newest = std::max(found.newest, std::string(attempt));
      ++found.attempts;
    } else if (name == "testResult.json") {
      Found& found = found_[std::string(rest.substr(0, slash))];
      found.result = true;
      found.modified = parseInstant(object.lastModified).value_or(context_.clock.now());
    } else if (name == "score.json") {
      found_[std::string(rest.substr(0, slash))].score = true;
    }
  }
  return true;
}

Outcome<TestScoring::Standing> TestScoring::readScore(const Student& student, BoardRow& row) {
  auto object = context_.store.get(layout::score(test_.ref, student.id));
  if (!object) return Problem{"score.json: " + object.error().code};
  Standing standing{object->etag, 0};
  auto score = parseScore(object->body);
  if (score) {
    standing.version = score->version;
    row.status = Status::kGraded;
    row.score = std::move(*score);
    row.receipt = row.score->receipt;
    if (auto read = readQuestions(student, row); !read) return read.problem();
  } else {
    row.status = Status::kInvalid;
    row.reason = score.problem().message;
  }
  return standing;
}

// What the score is made of; nothing where that was not written, or not for this version.
Outcome<bool> TestScoring::readQuestions(const Student& student, BoardRow& row) {
  if (row.score->questionSet.empty()) return true;
  auto object = context_.store.get(layout::result(test_.ref, student.id));
  if (!object && isNotFound(object.error())) return true;
  if (!object) return Problem{"result.json: " + object.error().code};
  const auto result = parseResult(object->body);
  if (!result || result->version != row.score->version) return true;
  for (const ResultQuestion& question : result->questions) row.questions.push_back(question.points);
  return true;
}

Outcome<bool> TestScoring::writeResult(const Student& student, const ResultRecord& result) {
  auto stored = context_.store.put(layout::result(test_.ref, student.id), resultJson(result), personal());
  if (!stored) return Problem{"result.json: " + stored.error().code};
  return true;
}

// The score that counts is the one that is stored in the end: this one, or the one that another run has put there
// since `standing` was read.
Outcome<bool> TestScoring::keepScore(const Student& student, Graded graded, const Standing& standing,
                                     BoardRow& row) {
  if (!context_.request.dryRun) {
    if (auto written = writeResult(student, graded.result); !written) return written;
    sdk::PutOptions unchanged = personal();
    if (standing.etag.empty()) {
      unchanged.ifNoneMatch = "*";
    } else {
      unchanged.ifMatch = standing.etag;
    }
    auto stored = context_.store.put(layout::score(test_.ref, student.id), scoreJson(graded.score), unchanged);
    if (!stored && isPreconditionFailed(stored.error())) {
      auto there = readScore(student, row);
      if (!there) return there.problem();
      return true;
    }
    if (!stored) return Problem{"score.json: " + stored.error().code};
  }
  row.score = std::move(graded.score);
  row.questions = std::move(graded.questions);
  return true;
}

Outcome<TestScoring::Submitted> TestScoring::readAttempt(const Student& student, const std::string& name) {
  auto object = context_.store.get(layout::attempt(test_.ref, student.id, name));
  if (!object) return Problem{"attempts/: " + object.error().code};
  Submitted submitted{{true, parseAttemptName(name)->receivedAt, std::nullopt}, name, test_.questionSet, "", {}};
  auto attempt = parseAttempt(object->body);
  if (attempt) {
    submitted.receipt = receiptCode(*attempt);
    submitted.questionSet = std::move(attempt->questionSet);
    submitted.answers = std::move(attempt->answers);
  } else {
    submitted.evidence.unreadable = attempt.problem();
  }
  return submitted;
}

// The newest attempt is the one that counts. testResult.json holds it, or an older one while a submission is under
// way; without an attempt's name it was put there by other hands, and is taken as it is.
Outcome<TestScoring::Submitted> TestScoring::submission(const Student& student, const Found& found) {
  if (!found.result) return readAttempt(student, found.newest);
  auto object = context_.store.get(layout::testResult(test_.ref, student.id));
  if (!object) return Problem{"testResult.json: " + object.error().code};
  Submitted submitted{{true, found.modified, std::nullopt}, "", test_.questionSet, "", {}};
  if (const auto set = object->metadata.find(std::string(layout::kQuestionSetMetadata));
      set != object->metadata.end()) {
    submitted.questionSet = set->second;
  }
  if (const auto name = object->metadata.find(std::string(layout::kAttemptMetadata));
      name != object->metadata.end()) {
    if (const auto attempt = parseAttemptName(name->second)) {
      if (name->second < found.newest) return readAttempt(student, found.newest);
      submitted.evidence.receivedAt = attempt->receivedAt;
      submitted.attempt = name->second;
      const auto receipt = object->metadata.find(std::string(layout::kReceiptMetadata));
      if (receipt != object->metadata.end()) submitted.receipt = receipt->second;
    }
  }
  auto answers = parseStoredAnswers(object->body);
  if (answers) {
    submitted.answers = std::move(*answers);
  } else {
    submitted.evidence.unreadable = answers.problem();
  }
  return submitted;
}

Outcome<TestScoring::Graded> TestScoring::evaluate(const Submitted& submitted, bool late, int version) {
  auto with = material(submitted.questionSet);
  if (!with) return with.problem();
  Points points = countPoints((*with)->key, (*with)->set, submitted.answers, test_.partial);
  Graded graded;
  ScoreRecord& score = graded.score;
  score.points = points.points;
  score.maxPoints = points.maxPoints;
  score.scale = context_.course.scale;
  score.rounding = context_.course.rounding;
  score.score = scaleScore(points.points, points.maxPoints, score.scale, score.rounding);
  score.grade = gradeOf(context_.course.grades, points.points, points.maxPoints, score.score);
  score.version = version;
  score.late = late;
  score.attempt = submitted.attempt;
  score.receipt = submitted.receipt;
  score.questionSet = submitted.questionSet;
  score.receivedAt = submitted.evidence.receivedAt;
  score.scoredAt = context_.clock.now();
  graded.result = makeResult(version, points, (*with)->key);
  graded.questions = std::move(points.questions);
  return graded;
}

Outcome<bool> TestScoring::grade(const Student& student, const EffectiveTest& test, const Submitted& submitted,
                                 const Standing& standing, BoardRow& row) {
  const Classified classified = classify(test.test, submitted.evidence);
  row.status = classified.status;
  row.reason = classified.reason;
  row.receivedAt = submitted.evidence.receivedAt;
  row.receipt = submitted.receipt;
  if (row.status != Status::kGraded) return true;
  auto graded = evaluate(submitted, classified.late, standing.version + 1);
  if (!graded) return graded.problem();
  return keepScore(student, std::move(*graded), standing, row);
}

// A submission that was under way while its student was scored has its receipt, and so it gets its score: as the
// next version, in place of the one that `row` holds. A score without an attempt's name was decided by other hands.
Outcome<bool> TestScoring::gradeAgain(const Student& student, const EffectiveTest& test, const Found& found,
                                      const Standing& standing, BoardRow& row) {
  if (!row.score || row.score->attempt.empty() || found.newest <= row.score->attempt) return true;
  auto submitted = submission(student, found);
  if (!submitted) return submitted.problem();
  if (submitted->attempt <= row.score->attempt) return true;
  BoardRow again;
  again.studentId = row.studentId;
  again.name = row.name;
  again.attempts = row.attempts;
  if (auto done = grade(student, test, *submitted, standing, again); !done) return done;
  if (again.score) row = std::move(again);
  return true;
}

// Who may still submit is left alone by the clock, and taken as they are when a person says now.
bool TestScoring::mayBeGraded(const EffectiveTest& test) const {
  if (context_.request.now || context_.clock.now() >= test.test.onTimeUntil() + kSettle) return true;
  return !test.extended && !context_.request.regrade;
}

void TestScoring::fillWithoutScore(const EffectiveTest& test, bool received, BoardRow& row) const {
  const bool open = context_.clock.now() < test.test.onTimeUntil() + kSettle;
  if (received || (test.extended && open && !test.excused)) {
    row.status = Status::kExtended;
    row.due = test.test.due;
  } else {
    row.status = test.excused ? Status::kExcused : Status::kMissing;
  }
}

Outcome<bool> TestScoring::fillRow(const Student& student, BoardRow& row) {
  row.studentId = student.id;
  row.name = student.name;
  const EffectiveTest test = context_.extensions.effective(test_, student.id);
  const auto found = found_.find(student.id);
  if (found == found_.end()) {
    fillWithoutScore(test, false, row);
    return true;
  }
  row.attempts = found->second.attempts;
  if (const auto newest = parseAttemptName(found->second.newest)) row.receivedAt = newest->receivedAt;
  if (found->second.score) {
    auto standing = readScore(student, row);
    if (!standing) return standing.problem();
    return gradeAgain(student, test, found->second, *standing, row);
  }
  if (!mayBeGraded(test)) {
    fillWithoutScore(test, true, row);
    return true;
  }
  auto submitted = submission(student, found->second);
  if (!submitted) return submitted.problem();
  return grade(student, test, *submitted, {}, row);
}

Outcome<bool> TestScoring::forEachStudent(const std::function<Outcome<bool>(std::size_t)>& work) {
  std::mutex mutex;
  std::optional<Problem> trouble;  // guarded by mutex
  forEachParallel(context_.roster.students().size(), context_.workers, [&](std::size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (trouble) return;
      if (context_.clock.remaining() < kReserve) {
        trouble = Problem{"the time of this run was over before everybody was graded; the next run goes on"};
        return;
      }
    }
    auto done = context_.request.dryRun ? Outcome<bool>(true) : context_.lease.keep();
    if (done) done = work(i);
    if (!done) {
      const std::lock_guard lock(mutex);
      trouble = done.problem();
    }
  });
  if (trouble) return *trouble;
  return true;
}

Outcome<bool> TestScoring::fillBoard() {
  const std::vector<Student>& students = context_.roster.students();
  board_.test = test_.ref;
  board_.title = test_.title;
  board_.at = context_.clock.now();
  board_.closed = board_.at >= context_.extensions.lastAccepted(test_) + kSettle;
  board_.rows.resize(students.size());
  auto done = forEachStudent([&](std::size_t i) { return fillRow(students[i], board_.rows[i]); });
  if (!done) return done;
  for (const auto& [id, found] : found_) {
    if ((found.result || !found.newest.empty()) && context_.roster.find(id) == nullptr)
      board_.orphans.push_back(id);
  }
  auto published = material(test_.questionSet);
  if (!published) return published.problem();
  board_.statistics = statisticsOf(board_.rows, (*published)->set, (*published)->key, context_.course.scale);
  return true;
}

Outcome<bool> TestScoring::queueScores() {
  const Instant last = context_.extensions.lastAccepted(test_);
  const auto releasedAt = last > context_.clock.now() ? std::optional(last) : std::nullopt;
  return forEachStudent([&](std::size_t i) -> Outcome<bool> {
    const BoardRow& row = board_.rows[i];
    if (!row.score) return true;
    std::string id = scoreMailId(test_.ref, row);
    if (outbox_.contains(id)) return true;
    const Student& student = context_.roster.students()[i];
    const EffectiveTest test = context_.extensions.effective(test_, student.id);
    const MailText text =
        scoreMail({context_.course, context_.zone, context_.page}, test.test, student, *row.score, releasedAt);
    OutboxMail mail = makeMail(context_.course, scoreMailKind(*row.score), std::move(id), student.email, text,
                               row.score->scoredAt);
    mail.studentId = student.id;
    return outbox_.queue(mail);
  });
}

void TestScoring::noteMailStates() {
  for (BoardRow& row : board_.rows) {
    if (!row.score) continue;
    const std::string id = scoreMailId(test_.ref, row);
    row.mail = outbox_.state(id);
    row.mailProblem = row.mail == MailState::kSent ? "" : outbox_.problem(id);
  }
}

// One digest for each set of results, whatever the number of runs that it took.
Outcome<bool> TestScoring::tellTrainers() {
  const std::string version = resultsHash(board_);
  for (const std::string& trainer : context_.trainers) {
    const std::string id = mailId("digest", test_.ref.path(), trainer, version);
    if (outbox_.contains(id)) continue;
    if (!news_ && context_.request.scheduled) {
      if (auto marked = put(layout::run(compactInstant(context_.request.time)), "{}"); !marked) return marked;
    }
    news_ = true;
    const MailText text = digestMail(context_.course, test_, board_, context_.zone);
    if (auto queued = outbox_.queue(makeMail(context_.course, "digest", id, trainer, text, board_.at)); !queued) {
      return queued.problem();
    }
  }
  return outbox_.deliver(1, context_.lease);
}

Outcome<bool> TestScoring::put(const std::string& key, const std::string& body) {
  if (auto stored = context_.store.put(key, body, personal()); !stored)
    return Problem{key + ": " + stored.error().code};
  return true;
}

Outcome<bool> TestScoring::writeReports() {
  if (board_.statistics.n >= kMinClass) {
    const json::object all{{"n", board_.statistics.n}, {"mean", board_.statistics.mean}};
    if (auto stored = context_.store.put(layout::classResult(test_.ref), pythonJson(all), {}); !stored) {
      return Problem{"class.json: " + stored.error().code};
    }
  }
  const std::string report = pythonJson(boardJson(board_));
  if (auto stored = put(layout::report(test_.ref), report); !stored) return stored;
  const bool over = board_.at >= context_.extensions.lastAccepted(test_) + kFinal;
  return over && outbox_.counts().pending == 0 ? put(layout::finished(test_.ref), report) : true;
}

TestOutcome TestScoring::outcome() { return {std::move(board_), news_, outbox_.counts(), std::move(changes_)}; }

Outcome<TestOutcome> TestScoring::run() {
  // The published set and its key are read first: a test that cannot be scored says so before anything is written.
  if (auto with = material(test_.questionSet); !with) return with.problem();
  if (auto done = find(); !done) return done.problem();
  if (context_.request.regrade) {
    if (auto done = regrade(); !done) return done.problem();
  }
  if (context_.request.dryRun) {
    if (auto done = fillBoard(); !done) return done.problem();
    return outcome();
  }
  if (auto done = outbox_.load(); !done) return done.problem();
  if (auto done = fillBoard(); !done) return done.problem();
  if (auto done = queueScores(); !done) return done.problem();
  if (auto done = outbox_.deliver(context_.workers, context_.lease); !done) return done.problem();
  noteMailStates();
  if (auto done = tellTrainers(); !done) return done.problem();
  noteMailStates();
  if (auto done = writeReports(); !done) return done.problem();
  return outcome();
}

}  // namespace hearth::homework
