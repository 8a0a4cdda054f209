#include "services/cloudformation/custom_resources.h"

#include <optional>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/log.h"
#include "services/cloudformation/answer_url.h"
#include "services/cloudformation/request_parts.h"
#include "stacks/provider_registry.h"
#include "store/damaged_record.h"

namespace hearth::services::cloudformation {
namespace {

using ports::PropertyKind;
using ports::ResourceProgress;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::ResourceVerb;
using Stage = ResourceProgress::Stage;

constexpr std::size_t kMostEvent = 256 << 10;  // Lambda's, of an asynchronous invocation
constexpr std::chrono::hours kKept{24 * 7};    // what a stack has left behind, beyond its time

std::string contextOf(const std::string& requestId) { return "cloudformation_requests/" + requestId; }

class CustomProvider final : public ports::ResourceProvider {
 public:
  explicit CustomProvider(CustomResources& resources) : resources_(resources) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = std::string(stacks::kCustomResourceType),
                                    .properties = {{.name = "ServiceToken", .required = true},
                                                   {.name = "ServiceTimeout", .kind = PropertyKind::kInteger}},
                                    .attributes = {"*"},
                                    .takesTime = true,
                                    .openProperties = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(resources_.send(request));
    return ResourceState{};
  }
  Result<ResourceState> update(const ResourceRequest& request) override {
    const Json* token = request.properties.if_contains("ServiceToken");
    const Json* former = request.oldProperties.if_contains("ServiceToken");
    if (token && former && *token != *former) return invalid("Modifying service token is not allowed.");
    HEARTH_CHECK(resources_.send(request));
    return ResourceState{};
  }
  Result<void> remove(const ResourceRequest& request) override {
    if (request.physicalId.empty() && !resources_.isKnown(request)) return {};  // its creation was never asked for
    return resources_.send(request);
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {}};
  }

  Result<ResourceProgress> resume(const ResourceRequest& request) override {
    if (request.verb == ResourceVerb::kSettle) return ResourceProgress{};
    if (request.verb == ResourceVerb::kRemove && !resources_.isKnown(request)) return ResourceProgress{};
    HEARTH_TRY(auto progress, resources_.progressOf(request));
    if (request.verb == ResourceVerb::kRemove && progress.stage == Stage::kDone) resources_.forget(request);
    return progress;
  }

 private:
  CustomResources& resources_;
};

}  // namespace

struct CustomResources::Sent {
  CustomRequest request;
  base::Time deadline;
  bool failed = false;  // its invocation
  std::optional<std::string> answer;
};

std::vector<store::Migration> CustomResources::migrations() {
  return {{"cloudformation/001 requests to functions",
           "CREATE TABLE cloudformation_requests("
           "  stack TEXT NOT NULL, logical_id TEXT NOT NULL, incarnation TEXT NOT NULL,"
           "  id TEXT NOT NULL UNIQUE,"
           "  secret TEXT NOT NULL,"  // the hash of the token; empty: used
           "  physical_id TEXT NOT NULL,"
           "  deadline INTEGER NOT NULL,"
           "  failed INTEGER NOT NULL DEFAULT 0,"
           "  answer BLOB,"
           "  PRIMARY KEY(stack, logical_id, incarnation)) STRICT, WITHOUT ROWID;"
           "CREATE INDEX cloudformation_requests_by_deadline ON cloudformation_requests(deadline);"}};
}

std::unique_ptr<ports::ResourceProvider> CustomResources::makeProvider() {
  return std::make_unique<CustomProvider>(*this);
}

// What a function is told to delete that never said what it has made: the name that CloudFormation would have
// given.
std::string CustomResources::physicalIdFor(const ResourceRequest& request) const {
  if (request.verb == ResourceVerb::kCreate) return "";
  if (!request.physicalId.empty()) return request.physicalId;
  const auto created = find(request);
  if (!created) return request.generatedName();
  if (!created->request.physicalId.empty()) return created->request.physicalId;
  if (!created->answer) return request.generatedName();
  const auto answered = readAnswer(request, created->request, *created->answer);
  return answered.state.physicalId.empty() ? request.generatedName() : answered.state.physicalId;
}

Result<void> CustomResources::send(const ResourceRequest& request) {
  HEARTH_TRY(const std::string function, functionOf(request));
  HEARTH_TRY(const auto timeout, timeoutOf(request));
  const base::Time now = clock_.now();
  const std::string token = newAnswerToken(random_);
  CustomRequest sent;
  sent.id = base::randomUuid(random_);
  sent.physicalId = physicalIdFor(request);
  sent.responseUrl = responseUrl(request, sent.id, token, now, timeout);
  ports::Invocation invocation;
  invocation.functionArn = function;
  invocation.requestId = sent.id;
  invocation.payload = writeRequest(request, sent);
  if (invocation.payload.size() > kMostEvent)
    return invalid("The request for a custom resource has more than " + std::to_string(kMostEvent) + " bytes.");
  database_.execute("DELETE FROM cloudformation_requests WHERE deadline < ?", base::toMillis(now - kKept));
  database_.execute(
      "INSERT OR REPLACE INTO cloudformation_requests(stack, logical_id, incarnation, id, secret, physical_id, "
      "deadline) VALUES (?, ?, ?, ?, ?, ?, ?)",
      request.stackId, request.logicalId, request.uniqueToken, sent.id, base::sha256Hex(token), sent.physicalId,
      base::toMillis(now + timeout));
  return functions_.enqueue(invocation);
}

std::optional<CustomResources::Sent> CustomResources::find(const ResourceRequest& request) const {
  auto rows = database_.query(
      "SELECT id, physical_id, deadline, failed, answer FROM cloudformation_requests WHERE stack = ? AND "
      "logical_id "
      "= ? AND incarnation = ?",
      request.stackId, request.logicalId, request.uniqueToken);
  if (!rows.next()) return std::nullopt;
  Sent sent;
  sent.request.id = rows.text(0);
  sent.request.physicalId = rows.text(1);
  sent.deadline = base::fromMillis(rows.integer(2));
  sent.failed = rows.integer(3) != 0;
  if (rows.isNull(4)) return sent;
  auto opened = keyring_.open(rows.blob(4), contextOf(sent.request.id));
  if (!opened.ok()) throw store::DamagedRecord("cloudformation: a sealed answer does not open");
  sent.answer = *std::move(opened);
  return sent;
}

bool CustomResources::isKnown(const ResourceRequest& request) const { return find(request).has_value(); }

void CustomResources::forget(const ResourceRequest& request) {
  database_.execute("DELETE FROM cloudformation_requests WHERE stack = ? AND logical_id = ? AND incarnation = ?",
                    request.stackId, request.logicalId, request.uniqueToken);
}

Result<ResourceProgress> CustomResources::progressOf(const ResourceRequest& request) {
  const auto sent = find(request);
  if (!sent) return Fault("InternalFailure", "The request to the function is not known any more", 500);
  if (sent->answer) {
    ResourceProgress progress = readAnswer(request, sent->request, *sent->answer);
    // What is called otherwise after its deletion is deleted all the same.
    if (request.verb == ResourceVerb::kRemove) progress.state.physicalId.clear();
    return progress;
  }
  ResourceProgress progress;
  if (sent->failed || clock_.now() >= sent->deadline) {
    progress.stage = Stage::kFailed;
    progress.reason = noAnswerReason(sent->request.id);
  } else {
    progress.stage = Stage::kGoing;
    progress.askAgain = sent->deadline;
  }
  return progress;
}

// The writer is not troubled by what anybody may send.
Task<Result<void>> CustomResources::receive(ports::Answer answer) {
  if (!findAwaited(answer)) co_return answerDenied();
  auto work = [this, &answer] { return take(answer); };
  co_return co_await database_.write(work);
}

std::optional<CustomResources::Awaited> CustomResources::findAwaited(const ports::Answer& answer) const {
  const std::size_t bar = answer.subject.rfind('|');
  if (bar == std::string::npos) return std::nullopt;
  const std::string id = answer.subject.substr(bar + 1);
  auto rows = database_.query(
      "SELECT stack, logical_id, secret, deadline FROM cloudformation_requests WHERE id = ? AND secret <> '' AND "
      "failed = 0",
      id);
  if (!rows.next()) return std::nullopt;
  const std::string stack = rows.text(0);
  const bool isMeant = answer.subject == stack + "|" + rows.text(1) + "|" + id;
  const bool isGenuine = base::equalsConstantTime(base::sha256Hex(answer.token), rows.text(2));
  const bool isInTime = clock_.now() < base::fromMillis(rows.integer(3));
  if (!isMeant || !isGenuine || !isInTime) return std::nullopt;
  return Awaited{stack, id};
}

Result<void> CustomResources::take(const ports::Answer& answer) {
  const auto awaited = findAwaited(answer);
  if (!awaited) return answerDenied();
  database_.execute("UPDATE cloudformation_requests SET secret = '', answer = ? WHERE id = ?",
                    store::Blob{keyring_.seal(answer.body, contextOf(awaited->id))}, awaited->id);
  database_.afterCommit([this, stack = awaited->stackId] { engine_.wake(stack); });
  return {};
}

void CustomResources::invocationFailed(const std::string& requestId) {
  auto rows = database_.query(
      "SELECT stack FROM cloudformation_requests WHERE id = ? AND answer IS NULL AND failed = 0", requestId);
  if (!rows.next()) return;
  const std::string stack = rows.text(0);
  while (rows.next()) {
  }
  database_.execute("UPDATE cloudformation_requests SET failed = 1, secret = '' WHERE id = ?", requestId);
  database_.afterCommit([this, stack] { engine_.wake(stack); });
}

}  // namespace hearth::services::cloudformation
