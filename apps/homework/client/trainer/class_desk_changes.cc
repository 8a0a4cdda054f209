// Reminders, extensions and regrades: what changes something for single students.
#include <algorithm>
#include <charconv>

#include "homework/client/common/text.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/class_desk.h"
#include "homework/client/trainer/course_time.h"
#include "homework/client/trainer/schedules.h"
#include "homework/client/trainer/short_time.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostReason = 200;

// `+2d`, `+12h`, `+90m`.
std::optional<std::chrono::minutes> parseShift(std::string_view text) {
  if (text.size() < 3 || text.front() != '+') return std::nullopt;
  int count = 0;
  const char* last = text.data() + text.size() - 1;
  const auto [end, error] = std::from_chars(text.data() + 1, last, count);
  if (error != std::errc() || end != last || count < 1 || count > 100'000) return std::nullopt;
  switch (*last) {
    case 'd':
      return std::chrono::minutes(count * 24 * 60);
    case 'h':
      return std::chrono::minutes(count * 60);
    case 'm':
      return std::chrono::minutes(count);
    default:
      return std::nullopt;
  }
}

// The words after the test: `until 2019-04-10 12:00`, `2019-04-10T12:00:00Z`, `+2d`.
Result<Instant> readUntil(const std::vector<std::string>& words, const PublishedTest& test,
                          const std::string& zone) {
  std::string text;
  for (const std::string& word : words) {
    if (text.empty() && word == "until") continue;
    text += (text.empty() ? "" : " ") + word;
  }
  const Failure unclear{Exit::kUsage, "Until when?",
                        "For example  until \"2019-04-10 12:00\"  in the course's time, or  until +2d  after the "
                        "deadline; or  --excuse , or  --remove"};
  if (text.empty()) return unclear;
  if (const auto shift = parseShift(text)) return test.due + *shift;
  if (!isKnownZone(zone))
    return Failure{Exit::kRejected, "The course's time zone " + inQuotes(zone) + " is not known.", ""};
  const auto read = readDeadline(text, zone);
  if (const auto* instant = std::get_if<Instant>(&read)) return *instant;
  return Failure{Exit::kUsage, inQuotes(text) + ": " + *std::get_if<std::string>(&read), unclear.hint};
}

// What the student is granted; nullopt with --remove.
Result<std::optional<Extension>> wantedExtension(const ExtendOptions& options, const PublishedCourse& course,
                                                 const PublishedTest& test, Instant now) {
  Extension extension{test.ref, options.student, std::nullopt, options.excuse, options.reason};
  if (options.remove) return std::optional<Extension>();
  if (!options.excuse || !options.until.empty()) {
    HOMEWORK_TRY(extension.due, readUntil(options.until, test, course.catalogue.zone.name));
    if (*extension.due <= test.due) {
      return Failure{
          Exit::kUsage,
          "That is not later than the deadline of everybody, " + renderLocal(test.due, course.catalogue.zone) + ".",
          "An extension only makes it later. To take one back:  trainer extend " + options.student + " " +
              test.ref.path() + " --remove"};
    }
    if (*extension.due <= now)
      return Failure{Exit::kUsage, renderLocal(*extension.due, course.catalogue.zone) + " has passed.", ""};
  }
  return std::optional(extension);
}

Status writeExtension(Cloud& cloud, const Deployment& deployment, const TestRef& test, const std::string& student,
                      const std::optional<Extension>& wanted, Extensions& written) {
  return changeObject(
      cloud, deployment.dataBucket, layout::kExtensions,
      [&](const std::string& before) -> Result<std::optional<std::string>> {
        auto extensions = parseExtensions(before.empty() ? extensionsJson({}) : before);
        if (!extensions) {
          return Failure{Exit::kRejected,
                         "The list of extensions in the bucket is damaged: " + extensions.problem().message, ""};
        }
        if (wanted) {
          extensions->set(*wanted);
        } else {
          extensions->remove(test, student);
        }
        written = *extensions;
        std::string after = extensionsJson(*extensions);
        if (after == before) return std::optional<std::string>();
        return std::optional(std::move(after));
      });
}

Status refuseWhenScored(Cloud& cloud, const Deployment& deployment, const PublishedTest& test,
                        const std::string& student) {
  HOMEWORK_TRY(const auto score, findObject(cloud, deployment.dataBucket, layout::score(test.ref, student)));
  if (!score) return Done{};
  return Failure{Exit::kRejected,
                 student + " has a score for " + test.ref.path() + " already and cannot submit any more.",
                 "See  trainer status " + test.ref.path()};
}

std::string told(const std::optional<Extension>& extension, const ExtendOptions& options, const PublishedTest& test,
                 const homework::Zone& zone, Instant now) {
  const std::string about = options.student + ", " + test.ref.path() + ": ";
  if (!extension) return about + "the deadline of everybody holds, " + dayLocal(test.due, zone, now) + ".";
  if (!extension->due) return about + "excused: no reminder, not missing.";
  return about + "may answer until " + dayLocal(*extension->due, zone, now) + " (" + zone.name + "), " +
         tellDistance(*extension->due, now) + (extension->excused ? "; excused." : ".");
}

std::vector<std::string> recipientsOf(const Json& outcome) {
  std::vector<std::string> names;
  for (const Json& entry : arrayMember(outcome, "to")) {
    if (const auto* text = entry.if_string()) names.push_back(cleanedLine({text->data(), text->size()}));
  }
  return names;
}

}  // namespace

Status ClassDesk::remind(const RemindOptions& options) {
  HOMEWORK_TRY(const PublishedCourse course, published());
  HOMEWORK_TRY(const PublishedTest test, findTest(course.catalogue, options.test));
  NotifyRequest request{"reminder", test.ref.path(), options.students, true, true};
  std::erase(request.students, "missing");
  for (const std::string& id : request.students) HOMEWORK_CHECK(findStudent(course.roster, id));
  Terminal& terminal = desk_.terminal();
  HOMEWORK_TRY(const Json preview, runNotify(desk_.cloud(), desk_.deployment(), request));
  const std::vector<std::string> names = recipientsOf(preview);
  if (!desk_.json() && !names.empty()) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    terminal.sayWrapped("A reminder of " + test.ref.path() + " would go to " + std::to_string(names.size()) +
                        (names.size() == 1 ? " student: " : " students: ") + list);
    terminal.say("");
    terminal.say("To " + names.front() + ":");
    terminal.say("  Subject: " + cleanedLine(stringMember(preview, "subject"), terminal.style().charset));
    terminal.sayWrapped(cleaned(stringMember(preview, "text"), terminal.style().charset), "  ");
  }
  if (names.empty() || options.dryRun) {
    if (desk_.json()) desk_.print(preview);
    if (names.empty()) terminal.note("There is nobody to remind.");
    return Done{};
  }
  HOMEWORK_TRY(const bool yes,
               agreed(desk_, "Send it?", options.consent, "trainer remind " + options.test + " --yes"));
  if (!yes) {
    terminal.note("Nothing was sent.");
    return Done{};
  }
  request.dryRun = false;
  HOMEWORK_TRY(const Json outcome, runNotify(desk_.cloud(), desk_.deployment(), request));
  if (desk_.json()) {
    desk_.print(outcome);
  } else {
    desk_.print(mailCountLines(outcome));
  }
  return Done{};
}

Status ClassDesk::extend(const ExtendOptions& options) {
  if (options.remove && (options.excuse || !options.until.empty()))
    return Failure{Exit::kUsage, "--remove  takes an extension back; it goes with nothing else.", ""};
  if (options.reason.size() > kMostReason)
    return Failure{Exit::kUsage, "A reason has at most " + std::to_string(kMostReason) + " characters.", ""};
  HOMEWORK_TRY(const PublishedCourse course, published());
  HOMEWORK_CHECK(findStudent(course.roster, options.student));
  HOMEWORK_TRY(const PublishedTest test, findTest(course.catalogue, options.test));
  HOMEWORK_TRY(const auto wanted, wantedExtension(options, course, test, desk_.now()));
  Cloud& cloud = desk_.cloud();
  if (wanted) HOMEWORK_CHECK(refuseWhenScored(cloud, desk_.deployment(), test, options.student));
  const std::string line = told(wanted, options, test, course.catalogue.zone, desk_.now());
  Extensions written;
  Json schedules;
  if (!options.dryRun) {
    HOMEWORK_CHECK(writeExtension(cloud, desk_.deployment(), test.ref, options.student, wanted, written));
    HOMEWORK_TRY(const ScheduleChanges changes,
                 reconcileSchedules(cloud, desk_.deployment(), wantedSchedules(course.catalogue, written),
                                    ScheduleMode::kDo));
    schedules = scheduleChangesJson(changes);
  }
  if (desk_.json()) {
    desk_.print(JsonObject{{"studentId", options.student},
                           {"test", test.ref.path()},
                           {"due", wanted && wanted->due ? Json(formatInstant(*wanted->due)) : Json()},
                           {"excused", wanted && wanted->excused},
                           {"dryRun", options.dryRun},
                           {"schedules", schedules}});
    return Done{};
  }
  desk_.terminal().sayWrapped(line);
  if (options.dryRun) {
    desk_.terminal().note("Nothing was changed.");
  } else if (wanted && wanted->due) {
    desk_.terminal().note("The student sees it. Scoring for this student runs a moment after that time.");
  }
  return Done{};
}

Status ClassDesk::regrade(const RegradeOptions& options) {
  if (trimmed(options.reason).empty() || options.reason.size() > kMostReason) {
    return Failure{Exit::kUsage,
                   "Say why, in at most " + std::to_string(kMostReason) +
                       " characters: students whose score or points change read it.",
                   "trainer regrade " + options.test + " --reason \"Q4 key fixed\""};
  }
  HOMEWORK_TRY(const PublishedCourse course, published());
  HOMEWORK_TRY(const PublishedTest test, findTest(course.catalogue, options.test));
  RegradeRequest request{test.ref.path(), options.reason, true};
  HOMEWORK_TRY(const Json preview, runRegrade(desk_.cloud(), desk_.deployment(), request));
  const std::size_t changes = arrayMember(preview, "changes").size();
  Terminal& terminal = desk_.terminal();
  if (!desk_.json() && changes > 0) {
    terminal.say(std::to_string(changes) +
                 (changes == 1 ? " student's score or points change:" : " students' scores or points change:"));
    desk_.print(regradeLines(preview, terminal.style()));
  }
  if (changes == 0 || options.dryRun) {
    if (desk_.json()) desk_.print(preview);
    if (!desk_.json()) desk_.print(mailCountLines(JsonObject{{"problems", arrayMember(preview, "problems")}}));
    terminal.note(changes == 0
                      ? "No score and no points change. A key is mended in questionsKey.json and published first."
                      : "Nothing was changed; this was the preview.");
    return Done{};
  }
  HOMEWORK_TRY(const bool yes,
               agreed(desk_, "Change them, and mail these students?", options.consent,
                      "trainer regrade " + options.test + " --reason \"" + options.reason + "\" --yes"));
  if (!yes) {
    terminal.note("Nothing was changed.");
    return Done{};
  }
  request.dryRun = false;
  HOMEWORK_TRY(const Json outcome, runRegrade(desk_.cloud(), desk_.deployment(), request));
  if (desk_.json()) {
    desk_.print(outcome);
  } else {
    desk_.print(mailCountLines(outcome));
  }
  if (!arrayMember(outcome, "problems").empty())
    return Failure{Exit::kRejected, "Not everything could be graded again.", "Running it again is safe.",
                   desk_.json()};
  return Done{};
}

}  // namespace hearth::homework::client
