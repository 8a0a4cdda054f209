#include <optional>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/access_keys.h"
#include "homework/client/trainer/backup.h"
#include "homework/client/trainer/backup_file.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/publish.h"
#include "homework/client/trainer/schedules.h"
#include "homework/client/trainer/student_data.h"
#include "homework/domain/json_text.h"

namespace hearth::homework::client {
namespace {

// Objects that nobody looks at before a catalogue names them.
bool isUnseen(std::string_view key) { return key.starts_with("published/questions/") || key.starts_with("keys/"); }

// The catalogue names the page of the deployment that it came from.
std::string catalogueFor(const std::string& text, const std::string& page) {
  auto catalogue = parseCatalogue(text);
  if (!catalogue || catalogue->page.empty()) return text;
  catalogue->page = page;
  return catalogueJson(*catalogue);
}

// Invites stay valid where the keys' values are known. Where only their ids are, those of this very deployment do.
Result<std::size_t> restoreKeys(Cloud& cloud, const Deployment& deployment, const BackupManifest& manifest) {
  std::size_t restored = 0;
  for (const auto& [student, value] : manifest.keys) {
    HOMEWORK_CHECK(importKey(cloud, deployment, student, value));
    ++restored;
  }
  if (!manifest.keys.empty()) return restored;
  AccessKeys alive;
  for (const auto& [id, student] : manifest.keyIds) {
    HOMEWORK_TRY(const auto value, findKeyValue(cloud, id));
    if (value) alive[id] = student;
  }
  HOMEWORK_CHECK(addAccessKeys(cloud, deployment, alive));
  HOMEWORK_CHECK(attachKeys(cloud, deployment));
  return alive.size();
}

// Brings a checked backup into a deployment. Many objects cannot be written at one moment, so nobody looks
// meanwhile: the catalogue that is published is first replaced by one without tests, and the backup's comes last.
// Every step writes the same when it is repeated.
class Restoration final {
 public:
  Restoration(Desk& desk, std::string file, const BackupManifest& manifest, std::optional<std::string> catalogue)
      : desk_(desk), file_(std::move(file)), manifest_(manifest), catalogue_(std::move(catalogue)) {}

  Status run();
  void tell() const;

 private:
  enum class Part : unsigned char { kUnseen, kRest };
  enum class Offer : unsigned char { kFormer, kNothing, kRestored };  // what students and functions see

  Cloud& cloud() { return desk_.cloud(); }
  const std::string& bucket() { return desk_.deployment().dataBucket; }
  Status steps();
  Status countOthers();
  Status write(Part part);
  Status replaceCatalogue(const std::string& text);
  Status switchOff();
  Status waitForScoring();
  Status switchOn();
  Failure explained(const Failure& failure) const;

  Desk& desk_;
  const std::string file_;
  const BackupManifest& manifest_;
  const std::optional<std::string> catalogue_;  // of the backup; absent when nothing was published
  std::string etag_;                            // of the catalogue that is stored; empty without one
  Offer offer_ = Offer::kFormer;
  std::size_t written_ = 0;
  std::size_t keys_ = 0;
  std::size_t others_ = 0;  // objects that are there and not in the backup
};

Status Restoration::countOthers() {
  HOMEWORK_TRY(const auto listed, listObjects(cloud(), bucket(), ""));
  for (const sdk::ListedObject& entry : listed) {
    if (isBackedUp(entry.key) && !manifest_.objects.contains(entry.key)) ++others_;
  }
  return Done{};
}

Status Restoration::write(Part part) {
  BackupManifest again;
  return readBackup(file_, again, [&](const std::string& key, const std::string& content) -> Status {
    if (isUnseen(key) != (part == Part::kUnseen) || key == layout::kCatalogue || key == layout::kAccess)
      return Done{};
    const auto known = manifest_.objects.find(key);
    if (known == manifest_.objects.end() || known->second.sha256 != again.objects.at(key).sha256)
      return Failure{Exit::kUsage, file_ + " was changed while it was read.", ""};
    HOMEWORK_CHECK(putObject(cloud(), bucket(), key, content,
                             {known->second.contentType, retentionTag(key), "", known->second.metadata}));
    ++written_;
    return Done{};
  });
}

// Over exactly the one that this restoration knows of.
Status Restoration::replaceCatalogue(const std::string& text) {
  sdk::PutOptions options;
  (etag_.empty() ? options.ifNoneMatch : options.ifMatch) = etag_.empty() ? "*" : etag_;
  const auto put = cloud().s3().putObject(bucket(), layout::kCatalogue, text, options);
  if (put.ok()) {
    etag_ = *put;
    return Done{};
  }
  if (!sdk::isPreconditionFailed(put.error())) return failureOf("write the catalogue", put.error());
  const auto stored = cloud().s3().getObject(bucket(), layout::kCatalogue);
  if (!stored.ok() || stored->body != text)
    return Failure{Exit::kRejected, "Somebody else has published in the meantime.", ""};
  etag_ = stored->etag;  // our own, of a try whose answer was lost
  return Done{};
}

Status Restoration::switchOff() {
  const auto stored = cloud().s3().getObject(bucket(), layout::kCatalogue);
  const bool nothing = !stored.ok() && sdk::isNotFound(stored.error());
  if (nothing) {
    offer_ = Offer::kNothing;
    return Done{};
  }
  if (!stored.ok()) return failureOf("read the catalogue", stored.error());
  etag_ = stored->etag;
  Catalogue empty;
  empty.zone.name = "UTC";
  auto now = parseCatalogue(stored->body);
  if (now) empty = *now;
  const bool wasOff = now && now->tests.empty();
  empty.tests.clear();
  if (!wasOff) HOMEWORK_CHECK(replaceCatalogue(catalogueJson(empty)));
  offer_ = Offer::kNothing;
  return waitForScoring();
}

// A run that began before the switch still writes scores; its lease says until when.
Status Restoration::waitForScoring() {
  for (bool told = false;; told = true) {
    HOMEWORK_TRY(const auto lease, findObject(cloud(), bucket(), layout::kLease));
    const Json document = parseJson(lease.value_or("")).value_or(Json());
    const auto end = parseInstant(stringMember(document, "expires"));
    if (!end || *end <= cloud().now() || *end > cloud().now() + std::chrono::minutes(20)) return Done{};
    if (!told) desk_.terminal().note("Waiting for the scoring that is under way.");
    if (!desk_.terminal().pause(std::chrono::seconds(1))) return Failure{Exit::kInterrupted, "Interrupted.", ""};
  }
}

Status Restoration::switchOn() {
  if (!catalogue_) return Done{};
  const Deployment& deployment = desk_.deployment();
  HOMEWORK_CHECK(
      replaceCatalogue(catalogueFor(*catalogue_, apiBase(cloud().access(), deployment.apiId) + "/api/")));
  offer_ = Offer::kRestored;
  HOMEWORK_TRY(const auto extensions, findObject(cloud(), bucket(), layout::kExtensions));
  const auto parsed = parseExtensions(extensions.value_or(extensionsJson({})));
  const auto tests = parseCatalogue(*catalogue_);
  if (!deployment.canSchedule() || !parsed || !tests) return Done{};
  HOMEWORK_CHECK(reconcileSchedules(cloud(), deployment, wantedSchedules(*tests, *parsed), ScheduleMode::kDo));
  return Done{};
}

Status Restoration::steps() {
  HOMEWORK_CHECK(countOthers());
  HOMEWORK_CHECK(write(Part::kUnseen));
  HOMEWORK_CHECK(switchOff());
  HOMEWORK_CHECK(write(Part::kRest));
  HOMEWORK_TRY(keys_, restoreKeys(cloud(), desk_.deployment(), manifest_));
  return switchOn();
}

Failure Restoration::explained(const Failure& failure) const {
  const char* seen = "Students and functions still see the course as it was.";
  if (offer_ == Offer::kNothing) seen = "Until it is done no test is offered, and nothing is scored.";
  if (offer_ == Offer::kRestored) seen = "The course is as it was saved; schedules may be missing.";
  Failure out = failure;
  out.what += "\n" + std::to_string(written_) + " of " + plural(manifest_.objects.size(), "object") +
              " were written. " + seen;
  out.hint = "Run the same command again: it ends as if nothing had come in between.";
  return out;
}

Status Restoration::run() {
  const Status done = steps();
  return done.ok() ? done : Status(explained(done.failure()));
}

void Restoration::tell() const {
  const std::string into = desk_.deployment().name;
  if (desk_.json()) {
    desk_.print(
        JsonObject{{"objects", manifest_.objects.size()}, {"keys", keys_}, {"others", others_}, {"into", into}});
  }
  std::string said = "Restored " + plural(manifest_.objects.size(), "object") + " and " + plural(keys_, "key") +
                     " into " + into + ".";
  if (others_ > 0) said += " " + plural(others_, "object") + " there that the backup does not hold stayed.";
  if (keys_ < manifest_.keyIds.size()) said += " For the other students:  trainer roster invite --all";
  desk_.terminal().note(said);
}

}  // namespace

Status restoreBackup(Desk& desk, const RestoreOptions& options) {
  BackupManifest manifest;
  std::optional<std::string> catalogue;
  HOMEWORK_CHECK(readBackup(options.file, manifest, [&](const std::string& key, std::string content) -> Status {
    if (key == layout::kCatalogue) catalogue = std::move(content);
    return Done{};
  }));
  if (options.dryRun) {
    if (desk.json())
      desk.print(JsonObject{{"objects", manifest.objects.size()}, {"createdAt", manifest.createdAt}});
    desk.terminal().note("The backup of " + cleanedLine(manifest.createdAt) + " is whole: " +
                         std::to_string(manifest.objects.size()) + " objects. Nothing was written.");
    return Done{};
  }
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(const auto published, findObject(desk.cloud(), desk.deployment().dataBucket, layout::kCatalogue));
  if (published && !options.force) {
    return Failure{
        Exit::kRejected, "A course is published in " + desk.deployment().name + " already.",
        "Restore into a fresh deployment:  trainer --name NEW deploy ,  trainer restore FILE --into NEW ; or over "
        "this one with  --force"};
  }
  Restoration restoration(desk, options.file, manifest, std::move(catalogue));
  HOMEWORK_CHECK(restoration.run());
  restoration.tell();
  return Done{};
}

}  // namespace hearth::homework::client
