#include "stacks/drift_detector.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "stacks/faults.h"
#include "stacks/plan.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

// A detection takes seconds: one that is older was lost.
constexpr std::chrono::hours kLongestDetection{1};

bool mayDetect(const StackHeader& stack) {
  return !stack.operation &&
         (stack.status == Status::kCreateComplete || stack.status == Status::kUpdateComplete ||
          stack.status == Status::kUpdateRollbackComplete || stack.status == Status::kUpdateRollbackFailed);
}

Fault wrongStatus(const StackHeader& stack) {
  return validationError("Drift detection cannot be performed on stack [" + stack.id + "] while it is in [" +
                         std::string(nameOf(stack.status)) + "] state.");
}

const ResourceRecord* findCurrent(const std::vector<ResourceRecord>& rows, const std::string& logicalId) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const ResourceRecord& row) {
    return row.slot == Slot::kCurrent && row.logicalId == logicalId;
  });
  return found == rows.end() ? nullptr : &*found;
}

// Names whose values are not to be seen.
JsonObject hidden(const JsonObject& properties) {
  JsonObject out;
  for (const auto& [key, value] : properties) out.emplace(key, kMaskedValue);
  return out;
}

}  // namespace

struct DriftDetector::Subject {
  StackRecord stack;
  std::vector<ResourceRecord> rows;
  std::optional<Template> document;  // with secrets: what is shown is evaluated anew, without them
  std::optional<Scope> scope;

  bool hasSecrets() const {
    return !stack.definition.noEcho.empty() ||
           stack.definition.templateText.find("{{resolve:") != std::string::npos ||
           std::any_of(rows.begin(), rows.end(), [](const ResourceRecord& row) { return row.secret; });
  }
  // What people may see of a resource's properties.
  JsonObject shownOf(const ResourceRecord& row, const ports::ResourceSpec& spec) const {
    if (!hasSecrets()) return row.properties;
    const ResourceDeclaration* declaration = document ? document->findResource(row.logicalId) : nullptr;
    if (!declaration || !scope) return hidden(row.properties);
    auto checked = resolveProperties(*declaration, spec, *scope, stack.definition.tags);
    if (checked.ok()) return *std::move(checked);
    auto value = evaluate(declaration->properties, *scope);
    return value.ok() && *value && (*value)->is_object() ? (*value)->get_object() : hidden(row.properties);
  }
};

std::optional<DriftDetector::Subject> DriftDetector::subjectOf(const std::string& stackId) const {
  auto stack = tools_.store.findStack(stackId);
  if (!stack) return std::nullopt;
  Subject subject{*std::move(stack), tools_.store.resources(stackId), std::nullopt, std::nullopt};
  if (!subject.hasSecrets()) return subject;
  auto document = parseTemplate(subject.stack.definition.finalText());
  if (!document.ok()) return subject;
  subject.document = *std::move(document);
  auto scope = makeScope(*subject.document, subject.stack.definition.values(),
                         pseudoParametersOf(subject.stack, subject.stack.definition));
  if (!scope.ok()) return subject;
  // Rows by value: the subject moves.
  const std::vector<ResourceRecord> rows = subject.rows;
  scope->ref = [rows](const std::string& logicalId) -> Result<Json> {
    const ResourceRecord* row = findCurrent(rows, logicalId);
    return row ? Json(row->physicalId) : Json();
  };
  scope->attribute = [rows](const std::string& logicalId, const std::string& attribute) -> Result<Json> {
    const ResourceRecord* row = findCurrent(rows, logicalId);
    if (row && row->secret) return Json(kMaskedValue);
    const Json* value = row ? row->attributes.if_contains(attribute) : nullptr;
    return value ? *value : Json();
  };
  scope->import = [this, account = subject.stack.account,
                   region = subject.stack.region](const std::string& name) -> Result<Json> {
    const auto found = tools_.store.findExport(account, region, name);
    return found ? Json(found->value) : Json();
  };
  maskSecrets(*scope, *subject.document);
  subject.scope = *std::move(scope);
  return subject;
}

Result<std::string> DriftDetector::begin(const std::string& stackId, const std::vector<std::string>& logicalIds) {
  const auto stack = tools_.store.findHeader(stackId);
  if (!stack) return validationError("Stack [" + stackId.substr(0, 300) + "] does not exist");
  if (!mayDetect(*stack)) return wrongStatus(*stack);
  if (drifts_.isDetecting(stackId, tools_.clock.now() - kLongestDetection)) {
    return validationError("Drift detection is already in progress for stack [" + stackId + "]");
  }
  const auto rows = tools_.store.resources(stackId);
  for (const std::string& logicalId : logicalIds) {
    if (findCurrent(rows, logicalId)) continue;
    return validationError("Resource " + logicalId.substr(0, 300) + " does not exist for stack " + stack->name);
  }
  Detection detection;
  detection.id = base::randomUuid(tools_.random);
  detection.stackId = stack->id;
  detection.account = stack->account;
  detection.region = stack->region;
  detection.logicalIds = logicalIds;
  detection.started = tools_.clock.now();
  drifts_.insertDetection(detection);
  return detection.id;
}

Result<ResourceDrift> DriftDetector::look(const Subject& subject, const ResourceRecord& row,
                                          const std::string& actor) const {
  ResourceDrift drift;
  auto* provider = tools_.providers.find(row.type);
  if (provider && !row.physicalId.empty()) {
    ports::ResourceRequest request;
    request.account = subject.stack.account;
    request.region = subject.stack.region;
    request.stackName = subject.stack.name;
    request.stackId = subject.stack.id;
    request.logicalId = row.logicalId;
    request.type = row.type;
    request.actor = actor;
    request.physicalId = row.physicalId;
    request.uniqueToken = row.uniqueToken;
    request.properties = row.properties;
    const auto state = provider->read(request);
    if (!state.ok() && state.fault().code != "NotFound") return state.fault();
    const JsonObject shown = subject.shownOf(row, provider->spec());
    if (!state.ok()) {
      drift.status = DriftStatus::kDeleted;
      drift.expected = shown;
    } else if (state->properties) {
      drift = describeDrift(provider->spec(), row.properties, shown, *state->properties);
    }
  }
  drift.logicalId = row.logicalId;
  drift.physicalId = row.physicalId;
  drift.type = row.type;
  drift.checked = tools_.clock.now();
  drift.changed = row.updated;
  return drift;
}

std::vector<ResourceDrift> DriftDetector::lookAtAll(const Subject& subject, const Detection& detection,
                                                    const std::string& actor,
                                                    std::vector<std::string>& failed) const {
  std::vector<ResourceDrift> found;
  for (const ResourceRecord& row : subject.rows) {
    if (row.slot != Slot::kCurrent) continue;
    const auto& wanted = detection.logicalIds;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), row.logicalId) == wanted.end()) continue;
    try {
      auto drift = look(subject, row, actor);
      if (drift.ok()) {
        found.push_back(*std::move(drift));
        continue;
      }
    } catch (const std::exception& error) {
      base::logError("stacks", "a resource provider threw", {{"stack", subject.stack.id}, {"cause", error.what()}});
    }
    failed.push_back(row.logicalId);
  }
  return found;
}

std::optional<Detection> DriftDetector::find(const std::string& detectionId) const {
  auto detection = drifts_.findDetection(detectionId);
  const bool isLost = detection && detection->stage == Detection::Stage::kInProgress &&
                      tools_.clock.now() - detection->started >= kLongestDetection;
  if (isLost) {
    detection->stage = Detection::Stage::kFailed;
    detection->reason = "The detection did not come to its end.";
  }
  return detection;
}

bool DriftDetector::isInProgress(const std::string& detectionId) const {
  const auto detection = find(detectionId);
  return detection && detection->stage == Detection::Stage::kInProgress;
}

void DriftDetector::run(const std::string& detectionId, const std::string& actor) {
  try {
    auto detection = find(detectionId);
    if (!detection || detection->stage != Detection::Stage::kInProgress) return;
    std::string cause;
    try {
      auto carriedOut = carryOut(*detection, actor);
      if (carriedOut.ok()) return;
      cause = carriedOut.fault().message;
    } catch (const std::exception& error) {
      cause = error.what();
    }
    base::logError("stacks", "a drift was not detected", {{"stack", detection->stackId}, {"cause", cause}});
    detection->stage = Detection::Stage::kFailed;
    detection->reason = "Internal Failure";
    // When this is lost, too, the time ends it.
    (void)tools_.database.writeAndWait([&]() -> Result<void> {
      if (isInProgress(detectionId)) drifts_.saveDetection(*detection);
      return {};
    });
  } catch (const std::exception& error) {
    base::logError("stacks", "a drift was not recorded", {{"detection", detectionId}, {"cause", error.what()}});
  }
}

Result<void> DriftDetector::carryOut(Detection& detection, const std::string& actor) {
  std::optional<Subject> subject;
  std::vector<ResourceDrift> found;
  std::vector<std::string> failed;
  {
    const store::Database::Snapshot snapshot(tools_.database);
    subject = subjectOf(detection.stackId);
    if (subject) found = lookAtAll(*subject, detection, actor, failed);
  }
  if (!subject) return Fault("ValidationError", "The stack is not known any more.", 400);
  return tools_.database.writeAndWait([&] { return finish(detection, *subject, found, failed); });
}

Result<void> DriftDetector::finish(Detection& detection, const Subject& subject,
                                   const std::vector<ResourceDrift>& found,
                                   const std::vector<std::string>& failed) {
  if (!isInProgress(detection.id)) return {};  // it took too long, and has been given up
  const auto now = tools_.store.findHeader(detection.stackId);
  detection.stage = Detection::Stage::kFailed;
  if (!now || now->operation || now->updated != subject.stack.updated || now->status != subject.stack.status) {
    detection.reason = "The stack was changed while its drift was detected.";
    drifts_.saveDetection(detection);
    return {};
  }
  for (const ResourceDrift& drift : found) {
    const bool isDrifted = drift.status == DriftStatus::kModified || drift.status == DriftStatus::kDeleted;
    detection.drifted += isDrifted ? 1 : 0;
    drifts_.put(detection.stackId, drift);
  }
  if (failed.empty()) {
    detection.stage = Detection::Stage::kComplete;
  } else {
    detection.reason = "Failed to detect drift on resource [" + joinNames(failed) + "]";
  }
  drifts_.saveDetection(detection);
  return {};
}

Result<ResourceDrift> DriftDetector::detect(const std::string& stackId, const std::string& logicalId,
                                            const std::string& actor) {
  ResourceDrift drift;
  {
    const store::Database::Snapshot snapshot(tools_.database);
    const auto subject = subjectOf(stackId);
    if (!subject) return validationError("Stack [" + stackId.substr(0, 300) + "] does not exist");
    if (!mayDetect(subject->stack)) return wrongStatus(subject->stack);
    const ResourceRecord* row = findCurrent(subject->rows, logicalId);
    if (!row) {
      return validationError("Resource " + logicalId.substr(0, 300) + " does not exist for stack " +
                             subject->stack.name);
    }
    HEARTH_TRY(drift, look(*subject, *row, actor));
  }
  HEARTH_CHECK(tools_.database.writeAndWait([&]() -> Result<void> {
    drifts_.put(stackId, drift);
    return {};
  }));
  return drift;
}

void DriftDetector::recover() {
  for (const std::string& id : drifts_.detectionsInProgress()) {
    auto detection = drifts_.findDetection(id);
    if (!detection) continue;
    detection->stage = Detection::Stage::kFailed;
    detection->reason = "The server was stopped while the drift was detected.";
    drifts_.saveDetection(*detection);
  }
}

std::map<std::string, ResourceDrift> DriftDetector::ofResources(const std::string& stackId) const {
  std::map<std::string, ResourceDrift> drifts;
  const auto rows = tools_.store.resources(stackId);
  for (ResourceDrift& drift : drifts_.list(stackId)) {
    const ResourceRecord* row = findCurrent(rows, drift.logicalId);
    if (!row || row->physicalId != drift.physicalId || row->updated != drift.changed) continue;
    std::string logicalId = drift.logicalId;
    drifts.emplace(std::move(logicalId), std::move(drift));
  }
  return drifts;
}

}  // namespace hearth::stacks
