#include "homework/functions/score_run.h"

#include <algorithm>
#include <set>

#include "homework/domain/hash.h"
#include "homework/domain/trainer_mail.h"
#include "homework/functions/test_scoring.h"

namespace hearth::homework {
namespace {

// Of the invocation's time, what must be left after waiting for a grace period to end.
constexpr std::chrono::seconds kAfterWaiting{30};
// After news nobody needs to hear that there is nothing new; a day less than the week between two runs.
constexpr std::chrono::hours kQuiet{6 * 24};

class Run final {
 public:
  Run(const ScoreRequest& request, const ScoreSettings& settings, ObjectStore& store, MailSender& sender,
      RunClock& clock)
      : request_(request),
        settings_(settings),
        store_(store),
        sender_(sender),
        clock_(clock),
        files_(store),
        lease_(store, clock, settings.runId) {}

  Outcome<ScoreSummary> run();

 private:
  Outcome<bool> loadCourse();
  Outcome<std::set<std::string>> finishedTests();
  Outcome<bool> chooseTests();
  void waitForGrace();
  bool isReady(const PublishedTest& test) const { return clock_.now() >= test.onTimeUntil() + kSettle; }
  std::chrono::milliseconds untilReady(const PublishedTest& test, std::chrono::milliseconds budget) const;
  RunContext context();
  void scoreAll();
  void addProblem(std::string problem, bool told = false);
  // Whether every trainer has the mail.
  Outcome<bool> sendToTrainers(std::string_view kind, std::string_view about, std::string_view version,
                               const MailText& text);
  bool raiseAlarm(const TestRef& test, const std::string& reason);
  Outcome<bool> wasBusy();
  void tellIdle();
  ScoreSummary summary() const;

  const ScoreRequest& request_;
  const ScoreSettings& settings_;
  ObjectStore& store_;
  MailSender& sender_;
  RunClock& clock_;
  CourseFiles files_;
  Lease lease_;
  Published published_;
  std::vector<const PublishedTest*> chosen_;  // into published_
  bool postponed_ = false;                    // a test's grace ends after this run's time
  bool news_ = false;
  Outbox::Counts mails_;
  json::array boards_;
  json::array changes_;  // of a regrade
  std::vector<std::string> problems_;
  bool told_ = true;  // the trainers have a mail about each problem
};

Outcome<bool> Run::loadCourse() {
  auto published = loadPublished(files_, settings_);
  if (!published) return published.problem();
  published_ = std::move(*published);
  if (published_.course.trainers.empty())
    addProblem("course.json names no trainers, so that nobody gets the digest");
  return true;
}

void Run::addProblem(std::string problem, bool told) {
  problems_.push_back(std::move(problem));
  told_ = told_ && told;
}

Outcome<std::set<std::string>> Run::finishedTests() {
  auto listing = store_.list(layout::kFinalPrefix);
  if (!listing) return Problem{"scoring/final/: " + listing.error().code};
  std::set<std::string> keys;
  for (sdk::ListedObject& object : *listing) keys.insert(std::move(object.key));
  return keys;
}

Outcome<bool> Run::chooseTests() {
  if (request_.only && !request_.scheduled) {
    const PublishedTest* test = published_.catalogue.find(*request_.only);
    if (test == nullptr) return Problem{"there is no published test " + request_.only->path()};
    const bool any = request_.now || request_.dryRun || request_.regrade;
    if (!any && !isReady(*test)) {
      return Problem{request_.only->path() + " is still open; score it with now to grade what has arrived so far"};
    }
    chosen_.push_back(test);
    return true;
  }
  auto finished = finishedTests();
  if (!finished) return finished.problem();
  const Instant now = clock_.now();
  for (const PublishedTest& test : published_.catalogue.tests) {
    if (request_.only && test.ref != *request_.only) continue;
    if (finished->contains(layout::finished(test.ref))) continue;
    const Instant start = request_.now ? test.opens : test.due;
    if (now >= start) chosen_.push_back(&test);
  }
  if (!request_.now) waitForGrace();
  return true;
}

// How long until nothing that came in time for the test, or for an extension that has just ended, can still be on
// its way. An extension whose grace is longer than `budget` is left to a later run.
std::chrono::milliseconds Run::untilReady(const PublishedTest& test, std::chrono::milliseconds budget) const {
  const Instant now = clock_.now();
  std::chrono::milliseconds missing = test.onTimeUntil() + kSettle - now;
  for (const Extension& extension : published_.extensions.entries()) {
    if (extension.test != test.ref) continue;
    const EffectiveTest effective = published_.extensions.effective(test, extension.studentId);
    const std::chrono::milliseconds own = effective.test.onTimeUntil() + kSettle - now;
    if (effective.extended && effective.test.due <= now && own <= budget) missing = std::max(missing, own);
  }
  return missing;
}

// A schedule fires at the deadline; the grace belongs to the students. The run waits for it where its time allows,
// and leaves the test to the next run where it does not.
void Run::waitForGrace() {
  std::chrono::milliseconds pause{0};
  const auto budget = clock_.remaining() - kAfterWaiting;
  std::erase_if(chosen_, [&](const PublishedTest* test) {
    const std::chrono::milliseconds missing = untilReady(*test, budget);
    const bool tooLong = missing > budget && missing > std::chrono::milliseconds(0);
    if (!tooLong) pause = std::max(pause, missing);
    postponed_ = postponed_ || tooLong;
    return tooLong;
  });
  if (pause > std::chrono::milliseconds(0) && !request_.dryRun) clock_.wait(pause);
}

RunContext Run::context() {
  return {store_,
          sender_,
          clock_,
          files_,
          lease_,
          request_,
          published_.course,
          published_.catalogue.zone,
          published_.roster,
          published_.extensions,
          published_.course.from,
          published_.course.trainers,
          published_.catalogue.page,
          settings_.workers};
}

void Run::scoreAll() {
  const RunContext shared = context();
  for (const PublishedTest* test : chosen_) {
    TestScoring scoring(shared, *test);
    auto outcome = scoring.run();
    if (!outcome) {
      const bool alarm = !request_.dryRun && !lease_.lost();
      const bool told = alarm && raiseAlarm(test->ref, outcome.problem().message);
      addProblem(test->ref.path() + ": " + outcome.problem().message, told);
      if (lease_.lost()) return;
      continue;
    }
    news_ = news_ || outcome->news;
    mails_.sent += outcome->mails.sent;
    mails_.failed += outcome->mails.failed;
    mails_.pending += outcome->mails.pending;
    if (outcome->mails.pending > 0) addProblem(test->ref.path() + ": mails are waiting for the next run");
    boards_.push_back(boardJson(outcome->board));
    for (const RegradeChange& change : outcome->changes) changes_.push_back(changeJson(change));
  }
}

Outcome<bool> Run::sendToTrainers(std::string_view kind, std::string_view about, std::string_view version,
                                  const MailText& text) {
  Outbox outbox(store_, sender_, clock_, std::nullopt);
  if (auto loaded = outbox.load(); !loaded) return loaded.problem();
  std::vector<std::string> ids;
  for (const std::string& trainer : published_.course.trainers) {
    const std::string id = ids.emplace_back(mailId(kind, about, trainer, version));
    if (auto queued = outbox.queue(makeMail(published_.course, kind, id, trainer, text, request_.time)); !queued) {
      return queued.problem();
    }
  }
  auto delivered = outbox.deliver(1, lease_);
  mails_.sent += outbox.counts().sent;
  if (!delivered) return delivered;
  return std::all_of(ids.begin(), ids.end(),
                     [&](const std::string& id) { return outbox.state(id) == MailState::kSent; });
}

bool Run::raiseAlarm(const TestRef& test, const std::string& reason) {
  const MailText text = alarmMail(published_.course, test, reason, request_.time, published_.catalogue.zone);
  const std::string day = compactInstant(request_.time).substr(0, 8);  // the same trouble once a day
  auto sent = sendToTrainers("alarm", test.path(), day + sha256Hex(reason), text);
  if (!sent) addProblem("the alarm was not sent: " + sent.problem().message);
  return sent && *sent;
}

// Whether a scheduled run had something to tell since the weekly run before this one: a test's own, or this very
// one before it was killed.
Outcome<bool> Run::wasBusy() {
  auto marks = store_.list(layout::kRunPrefix);
  if (!marks) return Problem{"scoring/run/: " + marks.error().code};
  return std::any_of(marks->begin(), marks->end(), [&](const sdk::ListedObject& mark) {
    const std::string_view name = std::string_view(mark.key).substr(layout::kRunPrefix.size());
    const auto time = parseCompactInstant(name.substr(0, name.find('.')));
    return time && *time <= request_.time && *time > request_.time - kQuiet;
  });
}

// Nothing was due, or everything was told before: one line, so that silence always means trouble.
void Run::tellIdle() {
  const bool busy = request_.only || news_ || postponed_ || mails_.sent > 0 || !problems_.empty();
  if (!request_.scheduled || request_.quiet || busy) return;
  auto told = wasBusy();
  if (told && *told) return;
  auto sent = told ? sendToTrainers("idle", compactInstant(request_.time), "",
                                    idleMail(published_.course, request_.time, published_.catalogue.zone))
                   : std::move(told);
  if (!sent) addProblem(sent.problem().message);
}

ScoreSummary Run::summary() const {
  json::array problems;
  for (const std::string& problem : problems_) problems.emplace_back(problem);
  json::object document{
      {"runAt", formatInstant(request_.time)},
      {"dryRun", request_.dryRun},
      {"mails", json::object{{"sent", mails_.sent}, {"failed", mails_.failed}, {"pending", mails_.pending}}},
      {"tests", boards_},
      {"problems", std::move(problems)}};
  if (request_.regrade) document["changes"] = changes_;
  return {std::move(document), problems_, told_ && !problems_.empty()};
}

Outcome<ScoreSummary> Run::run() {
  if (!request_.dryRun) {
    if (auto held = lease_.acquire(); !held) return held.problem();
  }
  auto loaded = loadCourse();
  if (loaded) loaded = chooseTests();
  if (loaded) {
    scoreAll();
    tellIdle();
  }
  if (!request_.dryRun) lease_.release();
  if (!loaded) return loaded.problem();
  return summary();
}

}  // namespace

Outcome<Published> loadPublished(CourseFiles& files, const ScoreSettings& settings) {
  auto course = files.course();
  if (!course) return course.problem();
  auto catalogue = files.catalogue();
  if (!catalogue) return catalogue.problem();
  auto roster = files.roster();
  if (!roster) return roster.problem();
  auto extensions = files.extensions();
  if (!extensions) return extensions.problem();
  if (course->from.empty()) course->from = settings.from;
  if (course->trainers.empty() && isMailAddress(settings.trainer)) course->trainers = {settings.trainer};
  if (addressOf(course->from).empty()) {
    return Problem{"nobody to send mails from: course.json has no `from`, and emailSender is not an address"};
  }
  return Published{std::move(*course), std::move(*catalogue), std::move(*roster), std::move(*extensions)};
}

Outcome<ScoreSummary> runScoring(const ScoreRequest& request, const ScoreSettings& settings, ObjectStore& store,
                                 MailSender& sender, RunClock& clock) {
  return Run(request, settings, store, sender, clock).run();
}

}  // namespace hearth::homework
