#include "stacks/stack_run.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "stacks/exports.h"
#include "stacks/faults.h"
#include "stacks/references.h"

namespace hearth::stacks {
namespace {

constexpr std::size_t kMaxEventProperties = 64 << 10;
constexpr std::size_t kMaxReason = 2048;

}  // namespace

std::unique_ptr<StackRun> StackRun::load(const EngineTools& tools, const std::string& stackId) {
  const store::Database::Snapshot snapshot(tools.database);
  auto stack = tools.store.findStack(stackId);
  if (!stack || !stack->operation) return nullptr;
  auto rows = tools.store.resources(stackId);
  return std::unique_ptr<StackRun>(new StackRun(tools, *std::move(stack), std::move(rows)));
}

StackRun::StackRun(const EngineTools& tools, StackRecord stack, std::vector<ResourceRecord> rows)
    : tools_(tools), stack_(std::move(stack)), lastEvent_(stack_.operation->started) {
  for (auto& row : rows) rows_.push_back(std::make_unique<ResourceRecord>(std::move(row)));
}

StepOutcome StackRun::step() {
  moved_ = false;
  askAgain_.reset();
  if (isHeld()) {
    heldStep();
  } else {
    switch (stack_.operation->phase) {
      case Phase::kForward:
        forwardStep();
        break;
      case Phase::kRollback:
        rollbackStep();
        break;
      case Phase::kRemoval:
        removalStep();
        break;
    }
  }
  StepOutcome outcome;
  outcome.ended = !stack_.operation.has_value();
  outcome.waits = !outcome.ended && !moved_;
  if (outcome.waits && stack_.operation->phase == Phase::kForward) waitUntil(timeout());
  outcome.until = askAgain_;
  return outcome;
}

void StackRun::write(const std::function<void()>& work) {
  auto written = tools_.database.writeAndWait([&]() -> Result<void> {
    work();
    return {};
  });
  if (!written.ok()) throw StepNotRecorded{std::move(written).fault()};
}

void StackRun::write(const std::function<void()>& work, const std::vector<PreparedHandle>& used) {
  try {
    write(work);
  } catch (const StepNotRecorded& failure) {
    for (const PreparedHandle& one : used) {
      if (one && failure.fault.outcomeUnknown) one->outcomeUnknown();
    }
    throw;
  }
}

PseudoParameters pseudoParametersOf(const StackRecord& stack, const Definition& definition) {
  PseudoParameters pseudo;
  pseudo.accountId = stack.account;
  pseudo.region = stack.region;
  pseudo.stackId = stack.id;
  pseudo.stackName = stack.name;
  pseudo.notificationArns = definition.notificationArns;
  return pseudo;
}

ReferenceLookup EngineTools::plainValues(const StackRecord& stack, const std::string& actor) const {
  if (!values) return {};
  return plainLookup(*values, {stack.account, stack.region, actor});
}

// The template was accepted when the operation began, so that a fault here is one of this program.
void StackRun::prepareScope() {
  if (scope_) return;
  auto document = parseTemplate(target().finalText());
  if (!document.ok())
    throw std::runtime_error("stacks: a kept template does not parse: " + document.fault().message);
  document_ = *std::move(document);
  auto scope = makeScope(*document_, target().values(), pseudoParametersOf(stack_, target()));
  if (!scope.ok()) throw std::runtime_error("stacks: kept conditions do not evaluate: " + scope.fault().message);
  scope_ = *std::move(scope);
  scope_->plain = tools_.plainValues(stack_, actor());
  const auto standing = [this,
                         active = scope_->ref](const std::string& logicalId) -> Result<const ResourceRecord*> {
    HEARTH_CHECK(active(logicalId));
    return findStanding(logicalId);
  };
  scope_->ref = [this, standing](const std::string& logicalId) -> Result<Json> {
    HEARTH_TRY(const ResourceRecord* row, standing(logicalId));
    if (!row) return Json();
    return withoutForeign(Json(row->physicalId), tools_.providers.specs()(row->type), logicalId);
  };
  scope_->attribute = [this, standing](const std::string& logicalId, const std::string& attribute) -> Result<Json> {
    HEARTH_TRY(const ResourceRecord* row, standing(logicalId));
    const Json* value = row ? row->attributes.if_contains(attribute) : nullptr;
    const auto* provider = row && !value ? tools_.providers.find(row->type) : nullptr;
    if (provider && provider->spec().openProperties) {
      return validationError("CustomResource attribute error: Vendor response doesn't contain " + attribute +
                             " attribute in object " + stack_.id + "|" + logicalId);
    }
    if (row && !value) {
      return templateError("resource " + logicalId + " does not support attribute type " + attribute +
                           " in Fn::GetAtt");
    }
    if (!value) return Json();
    return withoutForeign(*value, tools_.providers.specs()(row->type), logicalId + "." + attribute);
  };
  scope_->import = [this](const std::string& name) { return importedValue(tools_.store, stack_, name); };
  if (!target().noEcho.empty()) {
    maskedScope_ = scope_;
    maskSecrets(*maskedScope_, *document_);
    maskAttributes(*maskedScope_);
  }
  needs_ = dependenciesOf(*document_);
  order_ = orderByDependency(activeResources(*document_, *scope_), needs_);
  for (const auto& row : rows_) {
    if (row->progress == Progress::kDone) settled_.insert(row->logicalId);
  }
}

// The attributes of resources whose providers say that they are secret.
void StackRun::maskAttributes(Scope& scope) {
  scope.attribute = [this, open = scope.attribute](const std::string& logicalId,
                                                   const std::string& attribute) -> Result<Json> {
    const ResourceRecord* row = findStanding(logicalId);
    if (row && row->secret) return Json("*****");
    return open(logicalId, attribute);
  };
}

ResourceRecord* StackRun::findRow(const std::string& logicalId, Slot slot) {
  for (const auto& row : rows_) {
    if (row->slot == slot && row->logicalId == logicalId) return row.get();
  }
  return nullptr;
}

ResourceRecord* StackRun::findStanding(const std::string& logicalId) {
  ResourceRecord* made = findRow(logicalId, Slot::kIncoming);
  return made && !made->physicalId.empty() ? made : findRow(logicalId, Slot::kCurrent);
}

bool wasTouched(const ResourceRecord& row, bool isReplaced) {
  return row.former || row.progress == Progress::kFailed || isReplaced;
}

std::string StackRun::actor() const {
  const std::string& role = target().roleArn;
  return role.empty() && stack_.operation ? stack_.operation->caller : role;
}

ports::ResourceRequest StackRun::requestFor(const ResourceRecord& row) const {
  ports::ResourceRequest request;
  request.account = stack_.account;
  request.region = stack_.region;
  request.stackName = stack_.name;
  request.stackId = stack_.id;
  request.logicalId = row.logicalId;
  request.type = row.type;
  request.capabilities = target().capabilities;
  request.actor = actor();
  request.physicalId = row.physicalId;
  request.uniqueToken = row.uniqueToken;
  request.properties = row.properties;
  request.stackTags = target().tags;
  request.stackTags["aws:cloudformation:stack-name"] = stack_.name;
  request.stackTags["aws:cloudformation:stack-id"] = stack_.id;
  request.stackTags["aws:cloudformation:logical-id"] = row.logicalId;
  return request;
}

// The same at every attempt of the operation, and nobody else's.
std::string StackRun::uniqueToken(const std::string& logicalId) const {
  const std::string digest = base::sha256(stack_.id + "/" + stack_.operation->id + "/" + logicalId);
  std::string token;
  for (std::size_t i = 0; i < 12; ++i) {
    token += base::kUpperAlphanumeric[static_cast<unsigned char>(digest[i]) % base::kUpperAlphanumeric.size()];
  }
  return token;
}

Result<ports::ResourceState> StackRun::attempt(const std::function<Result<ports::ResourceState>()>& call) {
  try {
    ports::ResourceState state;
    HEARTH_CHECK(tools_.database.transact([&]() -> Result<void> {
      HEARTH_TRY(state, call());
      return {};
    }));
    return state;
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    return thrown(error);
  }
}

Result<StackRun::PreparedHandle> StackRun::prepare(ports::ResourceProvider& provider,
                                                   const ports::ResourceRequest& request) {
  try {
    return provider.prepare(request);
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    return thrown(error);
  }
}

Fault StackRun::thrown(const std::exception& error) const {
  base::logError("stacks", "a resource provider threw", {{"stack", stack_.id}, {"cause", error.what()}});
  return Fault("InternalFailure", "Internal Failure", 500);
}

void StackRun::setStatus(Status status, const std::string& reason) {
  moved_ = true;
  if (!stack_.parentId.empty() && tools_.wake) {
    tools_.database.afterCommit([&tools = tools_, parent = stack_.parentId] { tools.wake(parent); });
  }
  stack_.status = status;
  stack_.statusReason = reason;
  StackEvent event;
  event.eventId = base::randomUuid(tools_.random);
  event.stackId = stack_.id;
  event.stackName = stack_.name;
  event.time = nextEventTime();
  event.logicalId = stack_.name;
  event.physicalId = stack_.id;
  event.type = kStackType;
  event.status = status;
  event.reason = reason;
  event.token = stack_.operation ? stack_.operation->token : stack_.lastToken;
  tools_.store.appendEvent(event);
}

void StackRun::event(ResourceRecord& row, Status status, const std::string& reason, const std::string& properties,
                     const std::string& physicalId) {
  moved_ = true;
  row.status = status;
  row.statusReason = reason.substr(0, kMaxReason);
  row.updated = nextEventTime();
  StackEvent event;
  event.stackId = stack_.id;
  event.stackName = stack_.name;
  event.time = row.updated;
  event.logicalId = row.logicalId;
  event.physicalId = physicalId.empty() ? row.physicalId : physicalId;
  event.type = row.type;
  event.status = status;
  event.reason = row.statusReason;
  event.token = stack_.operation->token;
  if (properties.size() <= kMaxEventProperties) event.properties = properties;
  event.eventId = row.logicalId + "-" + std::string(nameOf(status)) + "-" + base::formatIso8601(row.updated, true);
  tools_.store.appendEvent(event);
}

base::Time StackRun::nextEventTime() {
  lastEvent_ = std::max(tools_.clock.now(), lastEvent_ + base::Duration(1));
  return lastEvent_;
}

void StackRun::endOperation(Status status, const std::string& reason) {
  setStatus(status, reason);
  const bool succeeded = status == Status::kCreateComplete || status == Status::kUpdateComplete;
  const std::string root = succeeded ? "" : tools_.changeSets.executedRoot(stack_.operation->id);
  if (!root.empty()) retireBelow(tools_, root);
  tools_.changeSets.endExecution(stack_.operation->id, succeeded);
  stack_.operation.reset();
  tools_.store.saveState(stack_);
}

std::set<std::string> importNames(const Template& document, const Scope& scope) {
  std::set<std::string> names;
  Scope recording = scope;
  recording.import = [&names](const std::string& name) -> Result<Json> {
    names.insert(name);
    return Json();
  };
  for (const auto& logicalId : activeResources(document, scope)) {
    (void)evaluate(document.findResource(logicalId)->properties, recording);
  }
  for (const auto& output : document.outputs) {
    if (isActive(output.condition, scope)) (void)evaluate(output.value, recording);
  }
  return names;
}

}  // namespace hearth::stacks
