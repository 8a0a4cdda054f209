#include "services/cloudformation/wait_conditions.h"

#include "base/bytes.h"
#include "base/hash.h"
#include "services/cloudformation/answer_url.h"
#include "services/cloudformation/request_parts.h"
#include "store/damaged_record.h"

namespace hearth::services::cloudformation {
namespace {

using ports::PropertyKind;
using ports::ResourceProgress;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::ResourceVerb;

constexpr std::int64_t kMostSignals = 200;  // of one handle

std::string contextOf(const std::string& handle) { return "cloudformation_signals/" + handle; }

HandleAddress addressOf(const ports::Answer& answer) {
  return {answer.subject, handleIdIn(answer.subject), answer.token};
}

Fault notUpdatable(const ResourceRequest& request) {
  return invalid("Update to resource type " + request.type + " is not supported.");
}

ResourceProgress doneAs(const std::string& physicalId) {
  ResourceProgress progress;
  progress.state.physicalId = physicalId;
  return progress;
}

// A handle is there at once; that it "takes time" says that the URL is taken from nobody but the stack.
class HandleProvider final : public ports::ResourceProvider {
 public:
  explicit HandleProvider(WaitConditions& conditions) : conditions_(conditions) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::CloudFormation::WaitConditionHandle", .attributes = {"Id"}, .takesTime = true};
    return kSpec;
  }
  Result<ResourceState> create(const ResourceRequest& request) override {
    return ResourceState{conditions_.openHandle(request), {}};
  }
  Result<ResourceState> update(const ResourceRequest& request) override {
    if (request.verb != ResourceVerb::kRestore) return notUpdatable(request);
    return ResourceState{request.physicalId, {}};
  }
  Result<void> remove(const ResourceRequest& request) override {
    conditions_.closeHandle(request.physicalId);
    return {};
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    if (!conditions_.hasHandle(request.physicalId)) return Fault("NotFound", "The handle does not exist", 404);
    return ResourceState{request.physicalId, {}};
  }
  Result<ResourceProgress> resume(const ResourceRequest& request) override {
    ResourceProgress progress = doneAs(request.physicalId);
    if (const auto address = findHandle(request.physicalId)) progress.state.attributes.emplace("Id", address->id);
    return progress;
  }

 private:
  WaitConditions& conditions_;
};

class ConditionProvider final : public ports::ResourceProvider {
 public:
  explicit ConditionProvider(WaitConditions& conditions) : conditions_(conditions) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::CloudFormation::WaitCondition",
        .properties = {{.name = "Handle", .required = true},
                       {.name = "Timeout", .kind = PropertyKind::kInteger, .required = true},
                       {.name = "Count", .kind = PropertyKind::kInteger}},
        .attributes = {"Data"},
        .takesTime = true};
    return kSpec;
  }
  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(conditions_.wait(request));
    return ResourceState{request.stackId + "/" + request.logicalId, {}};
  }
  Result<ResourceState> update(const ResourceRequest& request) override {
    if (request.verb != ResourceVerb::kRestore) return notUpdatable(request);
    return ResourceState{request.physicalId, {}};
  }
  Result<void> remove(const ResourceRequest& request) override {
    conditions_.forget(request);
    return {};
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {}};
  }
  Result<ResourceProgress> resume(const ResourceRequest& request) override {
    if (request.verb == ResourceVerb::kRemove || request.verb == ResourceVerb::kSettle) return ResourceProgress{};
    HEARTH_TRY(ResourceProgress progress, conditions_.progressOf(request));
    progress.state.physicalId = request.physicalId;
    return progress;
  }

 private:
  WaitConditions& conditions_;
};

}  // namespace

std::vector<store::Migration> WaitConditions::migrations() {
  return {{"cloudformation/002 wait conditions",
           "CREATE TABLE cloudformation_handles("
           "  id TEXT PRIMARY KEY, subject TEXT NOT NULL,"
           "  secret TEXT NOT NULL,"  // the hash of the token
           "  made INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
           "CREATE TABLE cloudformation_signals("
           "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
           "  handle TEXT NOT NULL, unique_id TEXT NOT NULL,"  // empty: what came is no signal
           "  signal BLOB NOT NULL,"
           "  UNIQUE(handle, unique_id)) STRICT;"
           "CREATE TABLE cloudformation_waits("
           "  stack TEXT NOT NULL, logical_id TEXT NOT NULL, incarnation TEXT NOT NULL,"
           "  handle TEXT NOT NULL, count INTEGER NOT NULL, deadline INTEGER NOT NULL,"
           "  PRIMARY KEY(stack, logical_id, incarnation)) STRICT, WITHOUT ROWID;"
           "CREATE INDEX cloudformation_waits_by_handle ON cloudformation_waits(handle);"}};
}

std::vector<std::unique_ptr<ports::ResourceProvider>> WaitConditions::makeProviders() {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<HandleProvider>(*this));
  providers.push_back(std::make_unique<ConditionProvider>(*this));
  return providers;
}

std::string WaitConditions::openHandle(const ResourceRequest& request) {
  const std::string token = newAnswerToken(random_);
  const std::string id = base::randomUuid(random_);
  const std::string url = handleUrl(request, id, token, clock_.now());
  database_.execute("INSERT INTO cloudformation_handles(id, subject, secret, made) VALUES (?, ?, ?, ?)", id,
                    findHandle(url)->subject, base::sha256Hex(token), base::toMillis(clock_.now()));
  return url;
}

bool WaitConditions::isOpen(const HandleAddress& address) const {
  auto rows = database_.query("SELECT subject, secret FROM cloudformation_handles WHERE id = ?", address.id);
  if (!rows.next()) return false;
  const bool isGenuine = base::equalsConstantTime(base::sha256Hex(address.token), rows.text(1));
  return isGenuine && address.subject == rows.text(0);
}

bool WaitConditions::hasHandle(const std::string& url) const {
  const auto address = findHandle(url);
  return address && isOpen(*address);
}

void WaitConditions::closeHandle(const std::string& url) {
  const auto address = findHandle(url);
  if (!address || !isOpen(*address)) return;
  database_.execute("DELETE FROM cloudformation_signals WHERE handle = ?", address->id);
  database_.execute("DELETE FROM cloudformation_handles WHERE id = ?", address->id);
}

Result<void> WaitConditions::wait(const ResourceRequest& request) {
  HEARTH_TRY(const WaitOrder order, waitOrderOf(request.properties));
  const auto address = findHandle(base::findString(Json(request.properties), "Handle").value_or(""));
  if (!address || !isOpen(*address))
    return invalid(
        "Invalid Handle: it is not the URL of a resource of the type "
        "AWS::CloudFormation::WaitConditionHandle.");
  database_.execute(
      "INSERT OR REPLACE INTO cloudformation_waits(stack, logical_id, incarnation, handle, count, deadline) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      request.stackId, request.logicalId, request.uniqueToken, address->id, order.count,
      base::toMillis(clock_.now() + order.timeout));
  return {};
}

void WaitConditions::forget(const ResourceRequest& request) {
  database_.execute("DELETE FROM cloudformation_waits WHERE stack = ? AND logical_id = ? AND incarnation = ?",
                    request.stackId, request.logicalId, request.uniqueToken);
}

std::vector<WaitSignal> WaitConditions::signalsOf(const std::string& handle, bool& broken) const {
  std::vector<WaitSignal> signals;
  for (auto rows =
           database_.query("SELECT signal FROM cloudformation_signals WHERE handle = ? ORDER BY number", handle);
       rows.next();) {
    const auto body = keyring_.open(rows.blob(0), contextOf(handle));
    if (!body.ok()) throw store::DamagedRecord("cloudformation: a sealed signal does not open");
    if (auto signal = readSignal(*body)) {
      signals.push_back(*std::move(signal));
    } else {
      broken = true;
    }
  }
  return signals;
}

Result<ResourceProgress> WaitConditions::progressOf(const ResourceRequest& request) const {
  std::string handle;
  std::int64_t count = 0;
  base::Time deadline;
  {
    auto rows = database_.query(
        "SELECT handle, count, deadline FROM cloudformation_waits WHERE stack = ? AND logical_id = ? AND "
        "incarnation = ?",
        request.stackId, request.logicalId, request.uniqueToken);
    if (!rows.next()) return Fault("InternalFailure", "It is not known any more what is waited for", 500);
    handle = rows.text(0);
    count = rows.integer(1);
    deadline = base::fromMillis(rows.integer(2));
  }
  bool broken = false;
  const auto signals = signalsOf(handle, broken);
  return waitProgress(signals, broken, count, deadline, clock_.now());
}

// The writer is not troubled by what anybody may send.
Task<Result<void>> WaitConditions::receive(ports::Answer answer) {
  if (!isOpen(addressOf(answer))) co_return answerDenied();
  auto work = [this, &answer] { return take(answer); };
  co_return co_await database_.write(work);
}

Result<void> WaitConditions::take(const ports::Answer& answer) {
  const HandleAddress address = addressOf(answer);
  if (!isOpen(address)) return answerDenied();
  std::int64_t made = 0;
  std::int64_t count = 0;
  {
    auto rows = database_.query(
        "SELECT made, (SELECT count(*) FROM cloudformation_signals WHERE handle = ?) FROM cloudformation_handles "
        "WHERE id = ?",
        address.id, address.id);
    if (!rows.next()) return answerDenied();
    made = rows.integer(0);
    count = rows.integer(1);
  }
  if (clock_.now() >= base::fromMillis(made) + kHandleLifetime || count >= kMostSignals) return answerDenied();
  const auto signal = readSignal(answer.body);
  // What is no signal is kept as such: the condition fails by it.
  database_.execute("INSERT OR IGNORE INTO cloudformation_signals(handle, unique_id, signal) VALUES (?, ?, ?)",
                    address.id, signal ? signal->uniqueId : std::string(),
                    store::Blob{keyring_.seal(signal ? answer.body : std::string(), contextOf(address.id))});
  std::vector<std::string> stacks;
  for (auto rows = database_.query("SELECT DISTINCT stack FROM cloudformation_waits WHERE handle = ?", address.id);
       rows.next();) {
    stacks.push_back(rows.text(0));
  }
  for (const std::string& stack : stacks) database_.afterCommit([this, stack] { engine_.wake(stack); });
  return {};
}

}  // namespace hearth::services::cloudformation
