#include "homework/client/trainer/deploy_desk.h"

#include "homework/client/common/text.h"
#include "homework/client/trainer/course_folder.h"

namespace hearth::homework::client {

Status DeployDesk::deploy(DeployOptions options, const std::filesystem::path& folder) {
  HOMEWORK_CHECK(desk_.openCloud());
  const bool haveCourse = std::filesystem::exists(folder / "course.json");
  if (haveCourse) {
    HOMEWORK_TRY(const CourseFolder course, readCourseFolder(folder, desk_.now()));
    if (options.sender.empty()) options.sender = addressOf(course.course.from);
    if (options.trainer.empty() && !course.course.trainers.empty())
      options.trainer = course.course.trainers.front();
    if (options.timeZone.empty()) options.timeZone = course.course.timezone;
  }
  if (!isMailAddress(options.sender) || !isMailAddress(options.trainer) || options.timeZone.empty()) {
    return Failure{Exit::kUsage, "It is not known who sends mails, who the trainer is, or which time zone holds.",
                   "Say where the course is:  --course FOLDER  (its course.json says all three), or give  "
                   "--sender, --trainer  and  "
                   "--time-zone"};
  }
  options.name = desk_.name();
  desk_.terminal().note("Deploying " + desk_.name() + " to " + desk_.cloud().access().described());
  HOMEWORK_TRY(const Deployment made,
               client::deploy(desk_.cloud(), desk_.stacks(), options,
                              [this](const std::string& line) { desk_.terminal().note(line); }));
  const std::string url = apiBase(desk_.cloud().access(), made.apiId);
  if (desk_.json()) {
    desk_.print(JsonObject{{"name", made.name},
                           {"apiUrl", url + "/api"},
                           {"apiId", made.apiId},
                           {"usagePlanId", made.usagePlanId},
                           {"dataBucket", made.dataBucket},
                           {"packageBucket", made.packageBucket},
                           {"scoreFunction", made.scoreFunction}});
    return Done{};
  }
  desk_.terminal().say("API       " + url + "/api/v1/tests");
  desk_.terminal().say("bucket    " + made.dataBucket);
  desk_.terminal().say("scoring   " + made.scoreFunction);
  return Done{};
}

Status DeployDesk::destroy(Consent consent) {
  HOMEWORK_CHECK(desk_.openCloud());
  desk_.terminal().sayWrapped("This removes API and scoring of " + desk_.name() + " from " +
                              desk_.cloud().access().described() +
                              ". Answers, scores and the published tests stay in their bucket.");
  HOMEWORK_TRY(const bool yes, agreedByTyping(desk_, desk_.name(), consent, "trainer destroy --yes"));
  if (!yes) {
    desk_.terminal().say("Nothing was removed.");
    return Done{};
  }
  HOMEWORK_CHECK(undeploy(desk_.stacks(), desk_.name()));
  desk_.terminal().note("Removed. The stack " + desk_.name() + "-storage and its buckets are still there.");
  return Done{};
}

}  // namespace hearth::homework::client
