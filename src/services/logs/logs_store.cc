#include "services/logs/logs_store.h"

#include <algorithm>

#include "base/json.h"

namespace hearth::services::logs {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE logs_groups (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, retention_days INTEGER, stored_bytes INTEGER NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '{}',
  UNIQUE (account, region, name)
);
CREATE TABLE logs_streams (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL REFERENCES logs_groups(id) ON DELETE CASCADE,
  name TEXT NOT NULL, created INTEGER NOT NULL,
  first_event INTEGER, last_event INTEGER, last_ingestion INTEGER,
  UNIQUE (group_id, name)
);
CREATE TABLE logs_chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  group_id INTEGER NOT NULL REFERENCES logs_groups(id) ON DELETE CASCADE,
  stream_id INTEGER NOT NULL REFERENCES logs_streams(id) ON DELETE CASCADE,
  first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, size INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX logs_chunks_by_group ON logs_chunks (group_id, first_time);
CREATE INDEX logs_chunks_by_stream ON logs_chunks (stream_id, first_time);
)sql";

std::string writeTags(const std::map<std::string, std::string>& tags) {
  JsonObject object;
  for (const auto& [key, value] : tags) object[key] = value;
  return base::writeJson(object);
}

std::map<std::string, std::string> readTags(const std::string& text) {
  std::map<std::string, std::string> tags;
  auto document = base::parseJson(text);
  if (document.ok() && document->is_object())
    for (const auto& [key, value] : document->get_object()) tags[std::string(key)] = value.get_string();
  return tags;
}

constexpr std::string_view kGroupColumns = "id, name, created, retention_days, stored_bytes, tags";

GroupRow groupOf(const store::Rows& rows) {
  return {rows.integer(0),         rows.text(1),    rows.integer(2),
          rows.optionalInteger(3), rows.integer(4), readTags(rows.text(5))};
}

constexpr std::string_view kStreamColumns = "id, name, created, first_event, last_event, last_ingestion";

StreamRow streamOf(const store::Rows& rows) {
  return {rows.integer(0),         rows.text(1),           rows.integer(2), rows.optionalInteger(3),
          rows.optionalInteger(4), rows.optionalInteger(5)};
}

std::string chunkContext(std::int64_t streamId) { return "logs_chunks/" + std::to_string(streamId); }

// The smallest text that is greater than every text with this prefix.
std::string prefixEnd(std::string prefix) { return prefix + "\xf4\x8f\xbf\xbf"; }

}  // namespace

std::vector<store::Migration> logsMigrations() { return {{"logs/001 groups, streams, chunks", kSchema}}; }

std::optional<GroupRow> LogsStore::findGroup(const std::string& account, const std::string& region,
                                             const std::string& name) const {
  auto rows = database_.query(
      "SELECT " + std::string(kGroupColumns) + " FROM logs_groups WHERE account = ? AND region = ? AND name = ?",
      account, region, name);
  if (!rows.next()) return std::nullopt;
  return groupOf(rows);
}

std::vector<GroupRow> LogsStore::listGroups(const std::string& account, const std::string& region,
                                            const std::string& prefix, const std::string& pattern,
                                            const std::string& after, std::size_t most) const {
  std::vector<GroupRow> groups;
  auto rows =
      database_.query("SELECT " + std::string(kGroupColumns) +
                          " FROM logs_groups WHERE account = ? AND region = ? AND name >= ? AND name < ?"
                          " AND name > ? AND instr(name, ?) > 0 ORDER BY name LIMIT ?",
                      account, region, prefix, prefixEnd(prefix), after, pattern, static_cast<std::int64_t>(most));
  while (rows.next()) groups.push_back(groupOf(rows));
  return groups;
}

std::int64_t LogsStore::insertGroup(const std::string& account, const std::string& region, const GroupRow& group) {
  auto rows = database_.query(
      "INSERT INTO logs_groups (account, region, name, created, retention_days, tags) VALUES (?, ?, ?, ?, ?, ?)"
      " RETURNING id",
      account, region, group.name, group.created, group.retentionDays, writeTags(group.tags));
  rows.next();
  return rows.integer(0);
}

void LogsStore::updateGroup(const GroupRow& group) {
  database_.execute("UPDATE logs_groups SET retention_days = ?, tags = ? WHERE id = ?", group.retentionDays,
                    writeTags(group.tags), group.id);
}

void LogsStore::deleteGroup(std::int64_t groupId) {
  database_.execute("DELETE FROM logs_groups WHERE id = ?", groupId);
}

std::optional<StreamRow> LogsStore::findStream(std::int64_t groupId, const std::string& name) const {
  auto rows = database_.query(
      "SELECT " + std::string(kStreamColumns) + " FROM logs_streams WHERE group_id = ? AND name = ?", groupId,
      name);
  if (!rows.next()) return std::nullopt;
  return streamOf(rows);
}

std::vector<StreamRow> LogsStore::listStreams(std::int64_t groupId, const std::string& prefix) const {
  std::vector<StreamRow> streams;
  auto rows = database_.query("SELECT " + std::string(kStreamColumns) +
                                  " FROM logs_streams WHERE group_id = ? AND name >= ? AND name < ? ORDER BY name",
                              groupId, prefix, prefixEnd(prefix));
  while (rows.next()) streams.push_back(streamOf(rows));
  return streams;
}

std::int64_t LogsStore::insertStream(std::int64_t groupId, const std::string& name, std::int64_t created) {
  auto rows = database_.query("INSERT INTO logs_streams (group_id, name, created) VALUES (?, ?, ?) RETURNING id",
                              groupId, name, created);
  rows.next();
  return rows.integer(0);
}

void LogsStore::deleteStream(std::int64_t streamId) {
  database_.execute(
      "UPDATE logs_groups SET stored_bytes = stored_bytes - "
      "(SELECT coalesce(sum(size), 0) FROM logs_chunks WHERE stream_id = ?1) "
      "WHERE id = (SELECT group_id FROM logs_streams WHERE id = ?1)",
      streamId);
  database_.execute("DELETE FROM logs_streams WHERE id = ?", streamId);
}

void LogsStore::append(std::int64_t groupId, std::int64_t streamId, const std::vector<Event>& events) {
  // AWS counts 26 bytes of overhead per event.
  std::int64_t size = 0;
  JsonArray array;
  array.reserve(events.size());
  for (const Event& event : events) {
    size += static_cast<std::int64_t>(event.message.size()) + 26;
    array.push_back(JsonArray{event.time, event.ingested, event.message});
  }
  std::int64_t first = events.front().time;
  std::int64_t last = events.back().time;
  store::Blob body{keyring_.seal(base::writeJson(array), chunkContext(streamId))};
  database_.execute(
      "INSERT INTO logs_chunks (group_id, stream_id, first_time, last_time, size, body) VALUES (?, ?, ?, ?, ?, ?)",
      groupId, streamId, first, last, size, body);
  database_.execute(
      "UPDATE logs_streams SET first_event = min(coalesce(first_event, ?1), ?1), "
      "last_event = max(coalesce(last_event, ?2), ?2), last_ingestion = ?3 WHERE id = ?4",
      first, last, events.back().ingested, streamId);
  database_.execute("UPDATE logs_groups SET stored_bytes = stored_bytes + ? WHERE id = ?", size, groupId);
}

std::vector<Event> LogsStore::open(std::int64_t streamId, const std::string& sealed) const {
  auto text = keyring_.open(sealed, chunkContext(streamId));
  if (!text.ok()) throw store::DatabaseError("logs: a chunk of events cannot be opened: " + text.fault().message);
  auto document = base::parseJson(*text);
  std::vector<Event> events;
  for (const Json& item : document.value().as_array()) {
    const auto& fields = item.as_array();
    events.push_back({fields.at(0).as_int64(), fields.at(1).as_int64(), std::string(fields.at(2).as_string())});
  }
  return events;
}

std::vector<StoredEvent> LogsStore::read(const EventQuery& query) const {
  bool backward = query.before.has_value();
  std::int64_t from = query.after ? std::max(query.from, query.after->time) : query.from;
  std::int64_t to = query.to;
  if (backward && query.before->time < INT64_MAX) to = std::min(to, query.before->time + 1);
  std::string sql = "SELECT id, stream_id, first_time, last_time, body FROM logs_chunks WHERE ";
  sql += query.streamId ? "stream_id = ?" : "group_id = ?";
  sql += " AND last_time >= ? AND first_time < ? ORDER BY ";
  sql += backward ? "last_time DESC, id DESC" : "first_time, id";
  auto rows = database_.query(sql, query.streamId.value_or(query.groupId), from, to);

  auto earlier = [](const StoredEvent& a, const StoredEvent& b) { return a.at < b.at; };
  std::vector<StoredEvent> found;
  std::size_t keep = query.most;
  while (rows.next()) {
    // Chunks come in order of their edge: once enough events lie before (behind) it, no later chunk can change
    // that.
    if (found.size() >= keep) {
      std::sort(found.begin(), found.end(), earlier);
      if (backward ? rows.integer(3) < found[found.size() - keep].at.time
                   : rows.integer(2) > found[keep - 1].at.time)
        break;
    }
    std::int64_t chunk = rows.integer(0);
    std::int64_t streamId = rows.integer(1);
    std::int64_t index = 0;
    for (Event& event : open(streamId, rows.blob(4))) {
      Position at{event.time, chunk, index++};
      if (event.time < query.from || event.time >= query.to) continue;
      if (query.after && at <= *query.after) continue;
      if (query.before && at >= *query.before) continue;
      found.push_back({at, streamId, std::move(event)});
    }
  }
  std::sort(found.begin(), found.end(), earlier);
  if (found.size() > keep) {
    if (backward)
      found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(keep));
    else
      found.resize(keep);
  }
  return found;
}

void LogsStore::expire(std::int64_t now) {
  constexpr std::int64_t kDay = 86'400'000;
  auto rows = database_.query("SELECT id, retention_days FROM logs_groups WHERE retention_days IS NOT NULL");
  std::vector<std::pair<std::int64_t, std::int64_t>> groups;
  while (rows.next()) groups.emplace_back(rows.integer(0), now - rows.integer(1) * kDay);
  for (const auto& [id, oldest] : groups) {
    database_.execute(
        "UPDATE logs_groups SET stored_bytes = stored_bytes - (SELECT coalesce(sum(size), 0) FROM logs_chunks "
        "WHERE group_id = ?1 AND last_time < ?2) WHERE id = ?1",
        id, oldest);
    database_.execute("DELETE FROM logs_chunks WHERE group_id = ? AND last_time < ?", id, oldest);
  }
}

}  // namespace hearth::services::logs
