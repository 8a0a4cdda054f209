// Lists of secrets and of versions, page by page.
#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "services/page_token.h"
#include "services/secretsmanager/faults.h"
#include "services/secretsmanager/secretsmanager_service.h"

namespace hearth::services::secretsmanager {

using namespace api::secretsmanager;

namespace {

constexpr std::int64_t kMostShown = 100;
constexpr std::size_t kMostFilters = 10;
constexpr std::string_view kFilterKeys[] = {"description",    "name",           "tag-key", "tag-value",
                                            "primary-region", "owning-service", "all"};

Fault invalidToken() { return {"InvalidNextTokenException", "The NextToken value is invalid."}; }

Result<std::int64_t> pageStart(std::string_view list, const std::optional<std::string>& token) {
  if (!token) return std::int64_t{0};
  const auto last = readPageToken(list, *token);
  std::int64_t number = 0;
  if (!last || std::from_chars(last->data(), last->data() + last->size(), number).ec != std::errc())
    return invalidToken();
  return number;
}

Result<void> checkFilters(const std::vector<Filter>& filters) {
  if (filters.size() > kMostFilters) return invalidParameter("A request has at most 10 filters.");
  for (const Filter& filter : filters) {
    const std::string key = filter.key.value_or("");
    if (std::find(std::begin(kFilterKeys), std::end(kFilterKeys), key) == std::end(kFilterKeys))
      return constraintFault(key, "filters.member.key",
                             "satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, "
                             "owning-service]");
    if (!filter.values || filter.values->empty() || filter.values->size() > kMostFilters)
      return invalidParameter("A filter has 1 to 10 values.");
  }
  return {};
}

// Names are compared as they are, everything else without regard to case; by their beginnings.
bool beginsWith(const std::string& text, const std::string& value, bool exactCase) {
  return exactCase ? text.starts_with(value) : base::toLower(text).starts_with(base::toLower(value));
}

bool anyTag(const SecretRow& row, const auto& test) { return std::any_of(row.tags.begin(), row.tags.end(), test); }

bool hasValue(const SecretRow& row, const std::string& key, const std::string& value) {
  if (key == "name") return beginsWith(row.name.name, value, true);
  if (key == "description") return beginsWith(row.description, value, false);
  if (key == "tag-key") return anyTag(row, [&](const auto& tag) { return beginsWith(tag.first, value, true); });
  if (key == "tag-value") return anyTag(row, [&](const auto& tag) { return beginsWith(tag.second, value, true); });
  if (key == "primary-region") return beginsWith(row.name.region, value, true);
  if (key == "owning-service") return false;
  return beginsWith(row.name.name, value, false) || beginsWith(row.description, value, false) ||
         anyTag(row, [&](const auto& tag) {
           return beginsWith(tag.first, value, false) || beginsWith(tag.second, value, false);
         });
}

// One of the values; one that begins with "!" must not be there.
bool matches(const SecretRow& row, const Filter& filter) {
  return std::any_of(filter.values->begin(), filter.values->end(), [&](const std::string& value) {
    if (value.starts_with('!')) return !hasValue(row, *filter.key, value.substr(1));
    return hasValue(row, *filter.key, value);
  });
}

SecretListEntry entryOf(const SecretRow& row, const std::vector<VersionRow>& versions) {
  SecretListEntry entry;
  entry.arn = row.name.arn();
  entry.name = row.name.name;
  if (!row.description.empty()) entry.description = row.description;
  entry.lastChangedDate = row.changed;
  entry.deletedDate = row.deleted;
  auto& tags = entry.tags.emplace();
  for (const auto& [key, value] : row.tags) tags.push_back({key, value});
  auto& stages = entry.secretVersionsToStages.emplace();
  for (const VersionRow& version : versions)
    if (!version.stages.empty()) stages[version.id].assign(version.stages.begin(), version.stages.end());
  entry.createdDate = row.created;
  return entry;
}

}  // namespace

Result<ListSecretsOutput> SecretsManagerService::listSecrets(const api::Call& call, ListSecretsInput in) const {
  HEARTH_CHECK(checkRange(in.maxResults, "maxResults", 1, kMostShown));
  if (in.sortOrder) HEARTH_CHECK(checkOneOf(*in.sortOrder, "sortOrder", {"asc", "desc"}));
  const auto filters = in.filters.value_or(std::vector<Filter>{});
  HEARTH_CHECK(checkFilters(filters));
  HEARTH_TRY(const std::int64_t after, pageStart("secrets", in.nextToken));
  const auto most = static_cast<std::size_t>(in.maxResults.value_or(kMostShown));
  std::vector<SecretRow> rows;
  store_.forEach(
      call.account, call.region, in.sortOrder.value_or("desc") == "desc", after, [&](const SecretRow& row) {
        const bool isGone = row.goneAt && *row.goneAt <= call.now;
        const bool isShown = !row.deleted || in.includePlannedDeletion.value_or(false);
        const bool fits =
            std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) { return matches(row, filter); });
        if (!isGone && isShown && fits) rows.push_back(row);
        return rows.size() <= most;
      });
  ListSecretsOutput out;
  if (rows.size() > most) {
    rows.resize(most);
    out.nextToken = writePageToken("secrets", std::to_string(rows.back().id));
  }
  auto& list = out.secretList.emplace();
  for (const SecretRow& row : rows) list.push_back(entryOf(row, store_.versions(row.id)));
  return out;
}

Result<ListSecretVersionIdsOutput> SecretsManagerService::listSecretVersionIds(const api::Call& call,
                                                                               ListSecretVersionIdsInput in) const {
  HEARTH_CHECK(checkLength(in.secretId, "secretId", 1, 2048));
  HEARTH_CHECK(checkRange(in.maxResults, "maxResults", 1, kMostShown));
  const auto row = find(call, in.secretId);
  if (!row) return secretNotFound();
  const std::string token = "versions " + std::to_string(row->id);
  HEARTH_TRY(const std::int64_t skipped, pageStart(token, in.nextToken));
  ListSecretVersionIdsOutput out;
  out.arn = row->name.arn();
  out.name = row->name.name;
  auto versions = store_.versions(row->id);
  if (!in.includeDeprecated.value_or(false))
    std::erase_if(versions, [](const VersionRow& version) { return version.stages.empty(); });
  const auto most = static_cast<std::size_t>(in.maxResults.value_or(kMostShown));
  auto& list = out.versions.emplace();
  for (auto at = static_cast<std::size_t>(std::max<std::int64_t>(skipped, 0)); at < versions.size(); ++at) {
    if (list.size() == most) {
      out.nextToken = writePageToken(token, std::to_string(at));
      break;
    }
    SecretVersionsListEntry& entry = list.emplace_back();
    entry.versionId = versions[at].id;
    if (!versions[at].stages.empty())
      entry.versionStages.emplace(versions[at].stages.begin(), versions[at].stages.end());
    entry.createdDate = versions[at].created;
    entry.kmsKeyIds = std::vector<std::string>{"DefaultEncryptionKey"};
  }
  return out;
}

}  // namespace hearth::services::secretsmanager
