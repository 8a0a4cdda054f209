// API keys, usage plans, usage; the account's settings; tags.
#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "base/role_arn.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

constexpr std::int64_t kDayMillis = 86'400'000;

Fault noKey() { return notFound("Invalid API Key identifier specified"); }
Fault noPlan() { return notFound("Invalid Usage Plan ID specified"); }

Result<void> checkPlan(const UsagePlan& plan) {
  if (plan.throttle && (plan.throttle->rateLimit.value_or(0) < 0 || plan.throttle->burstLimit.value_or(0) < 0))
    return badRequest("Usage Plan throttle rate and burst limits must not be negative");
  if (plan.quota) {
    std::string period = plan.quota->period.value_or("");
    if (period != "DAY" && period != "WEEK" && period != "MONTH")
      return badRequest("Usage Plan quota period must be one of: [DAY, WEEK, MONTH]");
    if (plan.quota->limit.value_or(0) < 1) return badRequest("Usage Plan quota limit must be at least 1");
  }
  return {};
}

Result<std::int64_t> parseDay(const std::string& text) {
  auto time = base::parseIso8601(text.substr(0, 10));
  if (!time.ok()) return badRequest("Invalid date format. Format: yyyy-MM-dd");
  return base::toMillis(*time) / kDayMillis;
}

std::optional<gateway::Throttle> throttleOf(const std::optional<ThrottleSettings>& settings) {
  if (!settings) return std::nullopt;
  return gateway::Throttle{settings->rateLimit.value_or(0), settings->burstLimit.value_or(0)};
}

std::optional<gateway::Quota> quotaOf(const std::optional<QuotaSettings>& settings) {
  if (!settings) return std::nullopt;
  gateway::Quota quota;
  quota.limit = settings->limit.value_or(0);
  quota.offset = settings->offset.value_or(0);
  std::string period = settings->period.value_or("MONTH");
  quota.period = period == "DAY"    ? gateway::QuotaPeriod::kDay
                 : period == "WEEK" ? gateway::QuotaPeriod::kWeek
                                    : gateway::QuotaPeriod::kMonth;
  return quota;
}

// Adds `more`, each to the count of its plan, key and day.
void mergeUsage(std::vector<ports::UsageCount>& counts, const std::vector<ports::UsageCount>& more) {
  const auto place = [](const ports::UsageCount& count) { return std::tie(count.planId, count.keyId, count.day); };
  counts.insert(counts.end(), more.begin(), more.end());
  std::sort(counts.begin(), counts.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < counts.size(); ++i) {
    if (place(counts[i]) == place(counts[kept]))
      counts[kept].requests += counts[i].requests;
    else if (++kept != i)
      counts[kept] = std::move(counts[i]);
  }
  if (!counts.empty()) counts.resize(kept + 1);
}

}  // namespace

// --- keys --------------------------------------------------------------------------------------------------------

Result<ApiKey> ApiGatewayService::createApiKey(const api::Call& call, CreateApiKeyInput in) {
  Scope scope = scopeOf(call);
  if (in.value && (in.value->size() < 20 || in.value->size() > 128))
    return badRequest("API Key value should be at least 20 characters and at most 128");
  if (in.name && in.name->size() > 1024) return badRequest("API Key name has more than 1024 characters");
  ApiKey key;
  key.id = newId(10);
  key.value = in.value ? *in.value : base::randomText(random_, 40, base::kAlphanumeric);
  key.name = in.name;
  key.description = in.description;
  key.customerId = in.customerId;
  key.enabled = in.enabled.value_or(false);
  key.createdDate = call.now;
  key.lastUpdatedDate = call.now;
  key.stageKeys.emplace();
  if (in.tags && !in.tags->empty()) key.tags = in.tags;
  if (in.value)
    for (const Record& record : store_.list(scope, kind::kApiKey))
      if (ApiGatewayStore::parse<ApiKey>(record.text).value == in.value) return conflict("API Key already exists");
  for (const StageKey& stage : in.stageKeys.value_or(std::vector<StageKey>{})) {
    std::string api = stage.restApiId.value_or("");
    if (!store_.findText(scopeOf(call, api), kind::kStage, stage.stageName.value_or("")))
      return badRequest("Invalid stage identifier specified");
    key.stageKeys->push_back(api + "/" + stage.stageName.value_or(""));
  }
  store_.put(scope, kind::kApiKey, *key.id, key);
  keysChanged();
  return key;
}

Result<ApiKey> ApiGatewayService::getApiKey(const api::Call& call, GetApiKeyInput in) const {
  auto key = store_.find<ApiKey>(scopeOf(call), kind::kApiKey, in.apiKey);
  if (!key) return noKey();
  if (!in.includeValue.value_or(false)) key->value.reset();
  return *std::move(key);
}

Result<ApiKeys> ApiGatewayService::getApiKeys(const api::Call& call, GetApiKeysInput in) const {
  ApiKeys out;
  auto& items = out.items.emplace();
  std::size_t most = pageSize(in.limit);
  for (const Record& record : store_.list(scopeOf(call), kind::kApiKey, in.position.value_or(""))) {
    auto key = ApiGatewayStore::parse<ApiKey>(record.text);
    if (in.nameQuery && !key.name.value_or("").starts_with(*in.nameQuery)) continue;
    if (in.customerId && key.customerId != in.customerId) continue;
    if (items.size() == most) {
      out.position = items.back().id;
      break;
    }
    if (!in.includeValues.value_or(false)) key.value.reset();
    items.push_back(std::move(key));
  }
  return out;
}

Result<ApiKey> ApiGatewayService::updateApiKey(const api::Call& call, UpdateApiKeyInput in) {
  auto key = store_.find<ApiKey>(scopeOf(call), kind::kApiKey, in.apiKey);
  if (!key) return noKey();
  HEARTH_TRY(ApiKey changedKey,
             patched(*key, in.patchOperations, {"name", "description", "enabled", "customerId"}));
  changedKey.lastUpdatedDate = call.now;
  store_.put(scopeOf(call), kind::kApiKey, in.apiKey, changedKey);
  keysChanged();
  changedKey.value.reset();
  return changedKey;
}

Result<DeleteApiKeyOutput> ApiGatewayService::deleteApiKey(const api::Call& call, DeleteApiKeyInput in) {
  Scope scope = scopeOf(call);
  if (!store_.remove(scope, kind::kApiKey, in.apiKey)) return noKey();
  for (const Record& record : store_.list(scope, kind::kUsagePlanKey))
    if (record.id.ends_with("/" + in.apiKey)) store_.remove(scope, kind::kUsagePlanKey, record.id);
  keysChanged();
  return DeleteApiKeyOutput{};
}

// --- plans -------------------------------------------------------------------------------------------------------

Result<UsagePlan> ApiGatewayService::getPlan(const api::Call& call, const std::string& planId) const {
  auto plan = store_.find<UsagePlan>(scopeOf(call), kind::kUsagePlan, planId);
  if (!plan) return noPlan();
  return *std::move(plan);
}

Result<void> ApiGatewayService::checkPlanStages(const api::Call& call, const UsagePlan& plan) const {
  for (const ApiStage& stage : plan.apiStages.value_or(std::vector<ApiStage>{}))
    if (!store_.findText(scopeOf(call, stage.apiId.value_or("")), kind::kStage, stage.stage.value_or("")))
      return notFound("API Stage not found: " + stage.apiId.value_or("") + ":" + stage.stage.value_or(""));
  return {};
}

Result<UsagePlan> ApiGatewayService::createUsagePlan(const api::Call& call, CreateUsagePlanInput in) {
  if (in.name.empty()) return badRequest("Usage Plan name cannot be blank");
  UsagePlan plan;
  plan.id = newId(6);
  plan.name = in.name;
  plan.description = in.description;
  plan.apiStages = in.apiStages;
  if (!plan.apiStages) plan.apiStages.emplace();
  plan.throttle = in.throttle;
  plan.quota = in.quota;
  if (in.tags && !in.tags->empty()) plan.tags = in.tags;
  HEARTH_CHECK(checkPlan(plan));
  HEARTH_CHECK(checkPlanStages(call, plan));
  store_.put(scopeOf(call), kind::kUsagePlan, *plan.id, plan);
  // When the plan was made: quotas with an offset need it.
  store_.putText(scopeOf(call), "UsagePlanCreated", *plan.id, std::to_string(base::toMillis(call.now)));
  keysChanged();
  return plan;
}

Result<UsagePlan> ApiGatewayService::getUsagePlan(const api::Call& call, GetUsagePlanInput in) const {
  return getPlan(call, in.usagePlanId);
}

Result<UsagePlans> ApiGatewayService::getUsagePlans(const api::Call& call, GetUsagePlansInput in) const {
  UsagePlans out;
  fillPage<UsagePlan>(out, store_, scopeOf(call), kind::kUsagePlan, in.position, in.limit);
  if (in.keyId)
    std::erase_if(*out.items, [&](const UsagePlan& plan) {
      return !store_.findText(scopeOf(call), kind::kUsagePlanKey, plan.id.value_or("") + "/" + *in.keyId);
    });
  return out;
}

Result<UsagePlan> ApiGatewayService::updateUsagePlan(const api::Call& call, UpdateUsagePlanInput in) {
  HEARTH_TRY(UsagePlan plan, getPlan(call, in.usagePlanId));
  if (!plan.apiStages) plan.apiStages.emplace();
  std::vector<PatchOperation> plain;
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{})) {
    auto segments = splitPointer(operation.path.value_or(""));
    if (segments[0] != "apiStages") {
      plain.push_back(operation);
      continue;
    }
    // add and remove of "API:STAGE" on /apiStages; throttling of one method on the longer paths.
    if (segments.size() != 1)
      return badRequest("Hearth does not patch the throttling of single methods in usage plans.");
    std::string value = operation.value.value_or("");
    auto colon = value.find(':');
    if (colon == std::string::npos) return badRequest("Invalid API stage specified: " + value.substr(0, 100));
    ApiStage stage;
    stage.apiId = value.substr(0, colon);
    stage.stage = value.substr(colon + 1);
    std::erase_if(*plan.apiStages,
                  [&](const ApiStage& s) { return s.apiId == stage.apiId && s.stage == stage.stage; });
    if (operation.op != "remove") plan.apiStages->push_back(std::move(stage));
  }
  HEARTH_TRY(plan, patched<UsagePlan>(plan, plain, {"name", "description", "throttle", "quota"}));
  HEARTH_CHECK(checkPlan(plan));
  HEARTH_CHECK(checkPlanStages(call, plan));
  store_.put(scopeOf(call), kind::kUsagePlan, in.usagePlanId, plan);
  keysChanged();
  return plan;
}

Result<void> ApiGatewayService::replaceUsagePlan(const api::Call& call, UsagePlan plan) {
  std::string id = plan.id.value_or("");
  HEARTH_CHECK(getPlan(call, id));
  HEARTH_CHECK(checkPlan(plan));
  HEARTH_CHECK(checkPlanStages(call, plan));
  store_.put(scopeOf(call), kind::kUsagePlan, id, plan);
  keysChanged();
  return {};
}

Result<DeleteUsagePlanOutput> ApiGatewayService::deleteUsagePlan(const api::Call& call, DeleteUsagePlanInput in) {
  HEARTH_TRY(UsagePlan plan, getPlan(call, in.usagePlanId));
  if (plan.apiStages && !plan.apiStages->empty())
    return badRequest("Cannot delete Usage Plan " + in.usagePlanId + " because it has associated API Stages");
  Scope scope = scopeOf(call);
  store_.remove(scope, kind::kUsagePlan, in.usagePlanId);
  store_.remove(scope, "UsagePlanCreated", in.usagePlanId);
  for (const Record& record : store_.list(scope, kind::kUsagePlanKey))
    if (record.id.starts_with(in.usagePlanId + "/")) store_.remove(scope, kind::kUsagePlanKey, record.id);
  keysChanged();
  return DeleteUsagePlanOutput{};
}

Result<UsagePlanKey> ApiGatewayService::createUsagePlanKey(const api::Call& call, CreateUsagePlanKeyInput in) {
  HEARTH_CHECK(getPlan(call, in.usagePlanId));
  if (in.keyType != "API_KEY") return badRequest("Invalid keyType; it is API_KEY.");
  Scope scope = scopeOf(call);
  auto key = store_.find<ApiKey>(scope, kind::kApiKey, in.keyId);
  if (!key) return noKey();
  std::string id = in.usagePlanId + "/" + in.keyId;
  if (store_.findText(scope, kind::kUsagePlanKey, id)) return conflict("Usage Plan Key already exists");
  UsagePlanKey planKey;
  planKey.id = in.keyId;
  planKey.type = in.keyType;
  planKey.name = key->name;
  store_.put(scope, kind::kUsagePlanKey, id, planKey);
  keysChanged();
  planKey.value = key->value;
  return planKey;
}

Result<UsagePlanKey> ApiGatewayService::getUsagePlanKey(const api::Call& call, GetUsagePlanKeyInput in) const {
  HEARTH_CHECK(getPlan(call, in.usagePlanId));
  auto key = store_.find<UsagePlanKey>(scopeOf(call), kind::kUsagePlanKey, in.usagePlanId + "/" + in.keyId);
  if (!key) return notFound("Invalid Usage Plan Key identifier specified");
  return *std::move(key);
}

Result<UsagePlanKeys> ApiGatewayService::getUsagePlanKeys(const api::Call& call, GetUsagePlanKeysInput in) const {
  HEARTH_CHECK(getPlan(call, in.usagePlanId));
  UsagePlanKeys out;
  auto& items = out.items.emplace();
  std::size_t most = pageSize(in.limit);
  std::string prefix = in.usagePlanId + "/";
  for (const Record& record : store_.list(scopeOf(call), kind::kUsagePlanKey, prefix + in.position.value_or(""))) {
    if (!record.id.starts_with(prefix)) break;
    auto key = ApiGatewayStore::parse<UsagePlanKey>(record.text);
    if (in.nameQuery && !key.name.value_or("").starts_with(*in.nameQuery)) continue;
    if (items.size() == most) {
      out.position = items.back().id;
      break;
    }
    items.push_back(std::move(key));
  }
  return out;
}

Result<DeleteUsagePlanKeyOutput> ApiGatewayService::deleteUsagePlanKey(const api::Call& call,
                                                                       DeleteUsagePlanKeyInput in) {
  HEARTH_CHECK(getPlan(call, in.usagePlanId));
  if (!store_.remove(scopeOf(call), kind::kUsagePlanKey, in.usagePlanId + "/" + in.keyId))
    return notFound("Invalid Usage Plan Key identifier specified");
  keysChanged();
  return DeleteUsagePlanKeyOutput{};
}

Result<Usage> ApiGatewayService::getUsage(const api::Call& call, GetUsageInput in) const {
  HEARTH_TRY(UsagePlan plan, getPlan(call, in.usagePlanId));
  HEARTH_TRY(std::int64_t first, parseDay(in.startDate));
  HEARTH_TRY(std::int64_t last, parseDay(in.endDate));
  if (last < first || last - first > 90) return badRequest("Usage can be asked for at most 90 days, in order");
  Usage out;
  out.usagePlanId = in.usagePlanId;
  out.startDate = in.startDate;
  out.endDate = in.endDate;
  auto& items = out.items.emplace();
  auto days = static_cast<std::size_t>(last - first + 1);
  std::int64_t limit = plan.quota ? plan.quota->limit.value_or(0) : 0;
  for (const auto& count : store_.usage(in.usagePlanId, in.keyId.value_or(""), first, last)) {
    auto& row = items.try_emplace(count.keyId, days, std::vector<std::int64_t>{0, limit}).first->second;
    row[static_cast<std::size_t>(count.day - first)] = {count.requests,
                                                        std::max<std::int64_t>(0, limit - count.requests)};
  }
  return out;
}

// --- for the data plane
// --------------------------------------------------------------------------------------------

std::shared_ptr<const gateway::ApiKeys> ApiGatewayService::apiKeys() {
  const std::uint64_t generation = keysGeneration_.load(std::memory_order_acquire);
  if (keys_ && generation == keysLoaded_) return keys_;
  keysLoaded_ = generation;
  store::Database::Snapshot snapshot(database_);
  std::vector<gateway::ApiKeyDefinition> keys;
  for (const Record& record : store_.listAll(kind::kApiKey)) {
    auto key = ApiGatewayStore::parse<ApiKey>(record.text);
    keys.push_back({record.scope.account, record.scope.region, record.id, key.value.value_or(""),
                    key.enabled.value_or(false)});
  }
  std::map<std::string, std::vector<std::string>> keysOfPlans;
  for (const Record& record : store_.listAll(kind::kUsagePlanKey)) {
    auto slash = record.id.find('/');
    keysOfPlans[record.id.substr(0, slash)].push_back(record.id.substr(slash + 1));
  }
  std::map<std::string, std::int64_t> created;
  for (const Record& record : store_.listAll("UsagePlanCreated")) created[record.id] = std::stoll(record.text);
  std::vector<gateway::UsagePlanDefinition> plans;
  for (const Record& record : store_.listAll(kind::kUsagePlan)) {
    auto plan = ApiGatewayStore::parse<UsagePlan>(record.text);
    gateway::UsagePlanDefinition definition;
    definition.account = record.scope.account;
    definition.region = record.scope.region;
    definition.id = record.id;
    definition.created = base::fromMillis(created[record.id]);
    definition.throttle = throttleOf(plan.throttle);
    definition.quota = quotaOf(plan.quota);
    for (const ApiStage& stage : plan.apiStages.value_or(std::vector<ApiStage>{})) {
      gateway::PlanStage item{stage.apiId.value_or(""), stage.stage.value_or(""), {}};
      for (const auto& [path, settings] : stage.throttle.value_or(std::map<std::string, ThrottleSettings>{}))
        item.throttle[path] = *throttleOf(settings);
      definition.stages.push_back(std::move(item));
    }
    definition.keyIds = keysOfPlans[record.id];
    plans.push_back(std::move(definition));
  }
  keys_ = std::make_shared<const gateway::ApiKeys>(keys, std::move(plans));
  return keys_;
}

std::int64_t ApiGatewayService::used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                                     std::int64_t lastDay) {
  std::int64_t sum = store_.used(planId, keyId, firstDay, lastDay);
  const std::lock_guard lock(unrecordedMutex_);
  for (const auto& count : unrecorded_) {
    if (count.planId == planId && count.keyId == keyId && count.day >= firstDay && count.day <= lastDay)
      sum += count.requests;
  }
  return sum;
}

void ApiGatewayService::add(std::vector<ports::UsageCount> counts) {
  {
    const std::lock_guard lock(unrecordedMutex_);
    mergeUsage(counts, std::exchange(unrecorded_, {}));
  }
  auto shared = std::make_shared<const std::vector<ports::UsageCount>>(std::move(counts));
  auto work = [this, shared]() -> Result<void> {
    for (const auto& count : *shared) store_.addUsage(count);
    return {};
  };
  auto done = [this, shared](Result<void> result) {
    if (result.ok()) return;
    base::logWarning("apigateway", "usage was not recorded, will be retried", {{"cause", result.fault().message}});
    const std::lock_guard lock(unrecordedMutex_);
    mergeUsage(unrecorded_, *shared);
  };
  database_.post(std::move(work), std::move(done));
}

// --- the account, tags
// -----------------------------------------------------------------------------------------------

Result<Account> ApiGatewayService::getAccount(const api::Call& call, GetAccountInput) const {
  Account account = store_.find<Account>(scopeOf(call), kind::kAccount, "account").value_or(Account{});
  account.throttleSettings =
      ThrottleSettings{.burstLimit = accountThrottle_.burst, .rateLimit = accountThrottle_.rate};
  account.features = std::vector<std::string>{"UsagePlans"};
  account.apiKeyVersion = "4";
  return account;
}

Result<Account> ApiGatewayService::updateAccount(const api::Call& call, UpdateAccountInput in) {
  HEARTH_TRY(Account account, getAccount(call, {}));
  HEARTH_TRY(account, patched(account, in.patchOperations, {"cloudwatchRoleArn"}));
  const std::string role = account.cloudwatchRoleArn.value_or("");
  if (!role.empty() && base::accountOfRole(role).empty()) return badRequest("Role ARN is not well formed");
  store_.put(scopeOf(call), kind::kAccount, "account", account);
  return account;
}

Result<ApiGatewayService::Tagged> ApiGatewayService::getTagged(const api::Call& call,
                                                               const std::string& arn) const {
  // arn:aws:apigateway:REGION::/restapis/ID[/stages/NAME], /apikeys/ID, /usageplans/ID
  std::string prefix = "arn:aws:apigateway:" + call.region + "::";
  if (!arn.starts_with(prefix)) return badRequest("Invalid resource ARN: " + arn.substr(0, 200));
  auto segments = splitPointer(std::string_view(arn).substr(prefix.size()));
  Tagged tagged{scopeOf(call), kind::kRestApi, {}};
  if (segments.size() == 2 && segments[0] == "restapis") {
    tagged = {scopeOf(call, segments[1]), kind::kRestApi, segments[1]};
  } else if (segments.size() == 4 && segments[0] == "restapis" && segments[2] == "stages") {
    tagged = {scopeOf(call, segments[1]), kind::kStage, segments[3]};
  } else if (segments.size() == 2 && segments[0] == "apikeys") {
    tagged = {scopeOf(call), kind::kApiKey, segments[1]};
  } else if (segments.size() == 2 && segments[0] == "usageplans") {
    tagged = {scopeOf(call), kind::kUsagePlan, segments[1]};
  } else {
    return badRequest("Hearth does not tag this resource: " + arn.substr(0, 200));
  }
  if (!store_.findText(tagged.scope, tagged.kind, tagged.id))
    return notFound("Invalid resource specified: " + arn.substr(0, 200));
  return tagged;
}

namespace {

std::map<std::string, std::string> tagsIn(const Json& document) {
  std::map<std::string, std::string> tags;
  if (const Json* member = base::findMember(document, "tags"))
    for (const auto& [key, value] : member->as_object()) tags[std::string(key)] = std::string(value.as_string());
  return tags;
}

std::string withTags(const std::string& record, const std::map<std::string, std::string>& tags) {
  Json document = base::parseJson(record).value();
  JsonObject object;
  for (const auto& [key, value] : tags) object[key] = value;
  document.as_object()["tags"] = std::move(object);
  return base::writeJson(document);
}

}  // namespace

Result<Tags> ApiGatewayService::getTags(const api::Call& call, GetTagsInput in) const {
  HEARTH_TRY(Tagged tagged, getTagged(call, in.resourceArn));
  Tags out;
  out.tags = tagsIn(base::parseJson(*store_.findText(tagged.scope, tagged.kind, tagged.id)).value());
  return out;
}

Result<TagResourceOutput> ApiGatewayService::tagResource(const api::Call& call, TagResourceInput in) {
  HEARTH_TRY(Tagged tagged, getTagged(call, in.resourceArn));
  std::string record = *store_.findText(tagged.scope, tagged.kind, tagged.id);
  auto tags = tagsIn(base::parseJson(record).value());
  for (const auto& [key, value] : in.tags) tags[key] = value;
  if (tags.size() > 50) return badRequest("A resource can have no more than 50 tags");
  store_.putText(tagged.scope, tagged.kind, tagged.id, withTags(record, tags));
  return TagResourceOutput{};
}

Result<UntagResourceOutput> ApiGatewayService::untagResource(const api::Call& call, UntagResourceInput in) {
  HEARTH_TRY(Tagged tagged, getTagged(call, in.resourceArn));
  std::string record = *store_.findText(tagged.scope, tagged.kind, tagged.id);
  auto tags = tagsIn(base::parseJson(record).value());
  for (const std::string& key : in.tagKeys) tags.erase(key);
  store_.putText(tagged.scope, tagged.kind, tagged.id, withTags(record, tags));
  return UntagResourceOutput{};
}

}  // namespace hearth::services::apigateway
