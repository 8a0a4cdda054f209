#include "homework/functions/test_scoring.h"

#include <algorithm>

#include "homework/domain/attempt.h"
#include "homework/functions/parallel.h"

namespace hearth::homework {
namespace {

constexpr std::chrono::seconds kReserve{
    5};  // of the invocation; what is not graded by then is left to the next run

std::string scoreMailId(const TestRef& test, const BoardRow& row) {
  return mailId("score", test.path(), row.studentId, std::to_string(row.score->version));
}

}  // namespace

OutboxMail makeMail(const RunContext& context, std::string_view kind, std::string id, std::string_view to,
                    const MailText& text, Instant date) {
  OutboxMail mail;
  mail.kind = kind;
  mail.to = to;
  mail.from = context.from;
  mail.subject = text.subject;
  mail.createdAt = date;
  const std::string replyTo = context.trainers.empty() ? "" : context.trainers.front();
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
  } else {
    row.status = Status::kInvalid;
    row.reason = score.problem().message;
  }
  return standing;
}

// The score that counts is the one that is stored in the end: this one, or the one that another run has put there
// since `standing` was read.
Outcome<bool> TestScoring::keepScore(const Student& student, ScoreRecord score, const Standing& standing,
                                     BoardRow& row) {
  if (!context_.request.dryRun) {
    sdk::PutOptions unchanged;
    if (standing.etag.empty()) {
      unchanged.ifNoneMatch = "*";
    } else {
      unchanged.ifMatch = standing.etag;
    }
    auto stored = context_.store.put(layout::score(test_.ref, student.id), scoreJson(score), unchanged);
    if (!stored && isPreconditionFailed(stored.error())) {
      auto there = readScore(student, row);
      if (!there) return there.problem();
      return true;
    }
    if (!stored) return Problem{"score.json: " + stored.error().code};
  }
  row.score = std::move(score);
  return true;
}

Outcome<TestScoring::Submitted> TestScoring::readAttempt(const Student& student, const std::string& name) {
  auto object = context_.store.get(layout::attempt(test_.ref, student.id, name));
  if (!object) return Problem{"attempts/: " + object.error().code};
  Submitted submitted{{true, parseAttemptName(name)->receivedAt, std::nullopt}, name, test_.questionSet, {}};
  auto attempt = parseAttempt(object->body);
  if (attempt) {
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
  Submitted submitted{{true, found.modified, std::nullopt}, "", test_.questionSet, {}};
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

Outcome<bool> TestScoring::grade(const Student& student, const Submitted& submitted, const Standing& standing,
                                 BoardRow& row) {
  const Classified classified = classify(test_, submitted.evidence);
  row.status = classified.status;
  row.reason = classified.reason;
  if (row.status != Status::kGraded) return true;

  auto with = material(submitted.questionSet);
  if (!with) return with.problem();
  const Points points = countPoints((*with)->key, (*with)->set, submitted.answers);
  ScoreRecord score;
  score.points = points.points;
  score.maxPoints = points.maxPoints;
  score.scale = context_.course.scale;
  score.rounding = context_.course.rounding;
  score.score = scaleScore(points.points, points.maxPoints, score.scale, score.rounding);
  score.version = standing.version + 1;
  score.late = classified.late;
  score.attempt = submitted.attempt;
  score.questionSet = submitted.questionSet;
  score.receivedAt = submitted.evidence.receivedAt;
  score.scoredAt = context_.clock.now();
  return keepScore(student, std::move(score), standing, row);
}

// A submission that was under way while its student was scored has its receipt, and so it gets its score: as the
// next version, in place of the one that `row` holds. A score without an attempt's name was decided by other hands.
Outcome<bool> TestScoring::gradeAgain(const Student& student, const Found& found, const Standing& standing,
                                      BoardRow& row) {
  if (!row.score || row.score->attempt.empty() || found.newest <= row.score->attempt) return true;
  auto submitted = submission(student, found);
  if (!submitted) return submitted.problem();
  if (submitted->attempt <= row.score->attempt) return true;
  BoardRow again;
  again.studentId = row.studentId;
  again.name = row.name;
  if (auto done = grade(student, *submitted, standing, again); !done) return done;
  if (again.score) row = std::move(again);
  return true;
}

Outcome<bool> TestScoring::fillRow(const Student& student, BoardRow& row) {
  row.studentId = student.id;
  row.name = student.name;
  const auto found = found_.find(student.id);
  if (found == found_.end()) return true;
  if (found->second.score) {
    auto standing = readScore(student, row);
    if (!standing) return standing.problem();
    return gradeAgain(student, found->second, *standing, row);
  }
  auto submitted = submission(student, found->second);
  if (!submitted) return submitted.problem();
  return grade(student, *submitted, {}, row);
}

Outcome<bool> TestScoring::fillBoard() {
  const std::vector<Student>& students = context_.roster.students();
  board_.test = test_.ref;
  board_.title = test_.title;
  board_.at = context_.clock.now();
  board_.closed = board_.at >= test_.acceptedUntil() + kSettle;
  board_.rows.resize(students.size());
  std::mutex mutex;
  std::optional<Problem> trouble;  // guarded by mutex
  forEachParallel(students.size(), context_.workers, [&](std::size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (trouble) return;
      if (context_.clock.remaining() < kReserve) {
        trouble = Problem{"the time of this run was over before everybody was graded; the next run goes on"};
        return;
      }
    }
    auto done = context_.request.dryRun ? Outcome<bool>(true) : context_.lease.keep();
    if (done) done = fillRow(students[i], board_.rows[i]);
    if (!done) {
      const std::lock_guard lock(mutex);
      trouble = done.problem();
    }
  });
  if (trouble) return *trouble;
  for (const auto& [id, found] : found_) {
    if ((found.result || !found.newest.empty()) && context_.roster.find(id) == nullptr)
      board_.orphans.push_back(id);
  }
  return true;
}

Outcome<bool> TestScoring::queueScores() {
  std::mutex mutex;
  std::optional<Problem> trouble;  // guarded by mutex
  forEachParallel(board_.rows.size(), context_.workers, [&](std::size_t i) {
    const BoardRow& row = board_.rows[i];
    if (!row.score) return;
    const std::string id = scoreMailId(test_.ref, row);
    if (outbox_.contains(id)) return;
    const Student& student = context_.roster.students()[i];
    const MailText text = scoreMail(context_.course, test_, student, *row.score, context_.zone);
    OutboxMail mail = makeMail(context_, "score", id, student.email, text, row.score->scoredAt);
    mail.studentId = student.id;
    auto done = context_.lease.keep();
    if (done) done = outbox_.queue(mail);
    if (!done) {
      const std::lock_guard lock(mutex);
      trouble = done.problem();
    }
  });
  if (trouble) return *trouble;
  return true;
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
      auto marked = context_.store.put(layout::run(compactInstant(context_.request.time)), "{}", {});
      if (!marked) return Problem{"scoring/run: " + marked.error().code};
    }
    news_ = true;
    const MailText text = digestMail(context_.course, test_, board_, context_.zone);
    if (auto queued = outbox_.queue(makeMail(context_, "digest", id, trainer, text, board_.at)); !queued) {
      return queued.problem();
    }
  }
  return outbox_.deliver(1, context_.lease);
}

Outcome<bool> TestScoring::writeReports() {
  const std::string report = pythonJson(boardJson(board_));
  if (auto stored = context_.store.put(layout::report(test_.ref), report, {}); !stored) {
    return Problem{"report: " + stored.error().code};
  }
  if (board_.at < test_.acceptedUntil() + kFinal || outbox_.counts().pending > 0) return true;
  if (auto stored = context_.store.put(layout::finished(test_.ref), report, {}); !stored) {
    return Problem{"final: " + stored.error().code};
  }
  return true;
}

Outcome<TestOutcome> TestScoring::run() {
  // The published set and its key are read first: a test that cannot be scored says so before anything is written.
  if (auto with = material(test_.questionSet); !with) return with.problem();
  if (auto done = find(); !done) return done.problem();
  if (context_.request.dryRun) {
    if (auto done = fillBoard(); !done) return done.problem();
    return TestOutcome{std::move(board_), false, {}};
  }
  if (auto done = outbox_.load(); !done) return done.problem();
  if (auto done = fillBoard(); !done) return done.problem();
  if (auto done = queueScores(); !done) return done.problem();
  if (auto done = outbox_.deliver(context_.workers, context_.lease); !done) return done.problem();
  noteMailStates();
  if (auto done = tellTrainers(); !done) return done.problem();
  noteMailStates();
  if (auto done = writeReports(); !done) return done.problem();
  return TestOutcome{std::move(board_), news_, outbox_.counts()};
}

}  // namespace hearth::homework
