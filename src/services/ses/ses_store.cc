#include "services/ses/ses_store.h"

#include "base/bytes.h"

namespace hearth::services::ses {

namespace {

// Times are milliseconds since 1970. `key` is the name in lower case.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE ses_identities (
  account TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, is_domain INTEGER NOT NULL, token TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (account, region, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE ses_sends (
  account TEXT NOT NULL, region TEXT NOT NULL, start INTEGER NOT NULL, recipients INTEGER NOT NULL,
  PRIMARY KEY (account, region, start)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::int64_t kStep = 15 * 60'000;
constexpr std::int64_t kKept = 14 * 86'400'000LL;

IdentityRow identityOf(const store::Rows& rows) {
  return {.name = rows.text(0),
          .type = rows.integer(1) != 0 ? IdentityType::kDomain : IdentityType::kEmailAddress,
          .token = rows.text(2),
          .created = base::fromMillis(rows.integer(3))};
}

std::optional<std::int64_t> domainFlag(std::optional<IdentityType> type) {
  if (!type) return std::nullopt;
  return *type == IdentityType::kDomain ? 1 : 0;
}

}  // namespace

std::vector<store::Migration> sesMigrations() { return {{"ses/001 identities, sends", kSchema}}; }

std::optional<IdentityRow> SesStore::findIdentity(const std::string& account, const std::string& region,
                                                  const std::string& name) const {
  auto rows = database_.query(
      "SELECT name, is_domain, token, created FROM ses_identities WHERE account = ? AND region = ? AND key = ?",
      account, region, base::toLower(name));
  if (!rows.next()) return std::nullopt;
  return identityOf(rows);
}

std::vector<IdentityRow> SesStore::listIdentities(const std::string& account, const std::string& region,
                                                  std::optional<IdentityType> type, const std::string& after,
                                                  std::size_t most) const {
  std::vector<IdentityRow> identities;
  auto rows = database_.query(
      "SELECT name, is_domain, token, created FROM ses_identities WHERE account = ?1 AND region = ?2"
      " AND (?3 IS NULL OR is_domain = ?3) AND key > ?4 ORDER BY key LIMIT ?5",
      account, region, domainFlag(type), base::toLower(after), most);
  while (rows.next()) identities.push_back(identityOf(rows));
  return identities;
}

std::int64_t SesStore::countIdentities(const std::string& account, const std::string& region) const {
  auto rows =
      database_.query("SELECT count(*) FROM ses_identities WHERE account = ? AND region = ?", account, region);
  return rows.next() ? rows.integer(0) : 0;
}

void SesStore::insertIdentity(const std::string& account, const std::string& region, const IdentityRow& identity) {
  database_.execute(
      "INSERT INTO ses_identities (account, region, key, name, is_domain, token, created)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)",
      account, region, base::toLower(identity.name), identity.name, domainFlag(identity.type), identity.token,
      base::toMillis(identity.created));
}

void SesStore::deleteIdentity(const std::string& account, const std::string& region, const std::string& name) {
  database_.execute("DELETE FROM ses_identities WHERE account = ? AND region = ? AND key = ?", account, region,
                    base::toLower(name));
}

void SesStore::countSend(const std::string& account, const std::string& region, base::Time at,
                         std::int64_t recipients) {
  const std::int64_t now = base::toMillis(at);
  database_.execute("DELETE FROM ses_sends WHERE account = ? AND region = ? AND start < ?", account, region,
                    now - kKept);
  database_.execute(
      "INSERT INTO ses_sends (account, region, start, recipients) VALUES (?, ?, ?, ?)"
      " ON CONFLICT (account, region, start) DO UPDATE SET recipients = recipients + excluded.recipients",
      account, region, now - now % kStep, recipients);
}

std::vector<SendCount> SesStore::listSends(const std::string& account, const std::string& region,
                                           base::Time from) const {
  std::vector<SendCount> counts;
  auto rows = database_.query(
      "SELECT start, recipients FROM ses_sends WHERE account = ? AND region = ? AND start >= ? ORDER BY start",
      account, region, base::toMillis(from));
  while (rows.next()) counts.push_back({base::fromMillis(rows.integer(0)), rows.integer(1)});
  return counts;
}

}  // namespace hearth::services::ses
