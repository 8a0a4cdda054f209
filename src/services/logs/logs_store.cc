#include "services/logs/logs_store.h"

#include <algorithm>

#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

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

// The indexes hold all that a search asks of a chunk, so that bodies are touched one by one. `span` is the longest
// time that a chunk of the stream (group) covers: a chunk that reaches into an interval begins at most that much
// before it and ends at most that much behind it, which lets a search start at its place.
constexpr std::string_view kSearch = R"sql(
ALTER TABLE logs_groups ADD COLUMN span INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs_streams ADD COLUMN span INTEGER NOT NULL DEFAULT 0;
DROP INDEX logs_chunks_by_group;
DROP INDEX logs_chunks_by_stream;
CREATE INDEX logs_chunks_by_group ON logs_chunks (group_id, first_time, id, last_time, stream_id);
CREATE INDEX logs_chunks_by_stream ON logs_chunks (stream_id, first_time, id, last_time);
CREATE INDEX logs_chunks_by_stream_end ON logs_chunks (stream_id, last_time, id, first_time);
UPDATE logs_groups SET span =
  coalesce((SELECT max(last_time - first_time) FROM logs_chunks WHERE group_id = logs_groups.id), 0);
UPDATE logs_streams SET span =
  coalesce((SELECT max(last_time - first_time) FROM logs_chunks WHERE stream_id = logs_streams.id), 0);
)sql";

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

std::vector<store::Migration> logsMigrations() {
  return {{"logs/001 groups, streams, chunks", kSchema}, {"logs/002 search of chunks", kSearch}};
}

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
  std::int64_t size = 0;
  JsonArray array;
  array.reserve(events.size());
  for (const Event& event : events) {
    size += static_cast<std::int64_t>(event.message.size() + kEventOverhead);
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
      "last_event = max(coalesce(last_event, ?2), ?2), last_ingestion = ?3, "
      "span = max(span, ?2 - ?1) WHERE id = ?4",
      first, last, events.back().ingested, streamId);
  database_.execute("UPDATE logs_groups SET stored_bytes = stored_bytes + ?, span = max(span, ?) WHERE id = ?",
                    size, last - first, groupId);
}

std::vector<Event> LogsStore::open(std::int64_t streamId, const std::string& sealed) const {
  auto text = keyring_.open(sealed, chunkContext(streamId));
  if (!text.ok()) throw store::DamagedRecord("logs: a chunk of events cannot be opened: " + text.fault().message);
  auto document = base::parseJson(*text);
  std::vector<Event> events;
  for (const Json& item : document.value().as_array()) {
    const auto& fields = item.as_array();
    events.push_back({fields.at(0).as_int64(), fields.at(1).as_int64(), std::string(fields.at(2).as_string())});
  }
  return events;
}

std::string chunkSearch(bool ofStream, bool backward) {
  std::string sql = "SELECT id, stream_id, first_time, last_time FROM logs_chunks WHERE ";
  sql += ofStream ? "stream_id = ?1" : "group_id = ?1";
  // ?4 and ?5 are ?2 and ?3 with the span: they choose where to start, ?2 and ?3 which chunks there are wanted.
  if (backward)
    return sql +
           " AND last_time <= ?5 AND last_time >= ?2 AND first_time <= ?3 AND first_time >= ?4"
           " ORDER BY last_time DESC, id DESC";
  return sql +
         " AND first_time >= ?4 AND first_time <= ?3 AND last_time >= ?2 AND last_time <= ?5"
         " ORDER BY first_time, id";
}

std::int64_t LogsStore::spanOf(const EventQuery& query) const {
  auto rows = database_.query(
      query.streamId ? "SELECT span FROM logs_streams WHERE id = ?" : "SELECT span FROM logs_groups WHERE id = ?",
      query.streamId.value_or(query.groupId));
  return rows.next() ? rows.integer(0) : 0;
}

std::vector<Event> LogsStore::openChunk(std::int64_t chunk, std::int64_t streamId) const {
  auto rows = database_.query("SELECT body FROM logs_chunks WHERE id = ?", chunk);
  return rows.next() ? open(streamId, rows.blob(0)) : std::vector<Event>{};
}

std::vector<StoredEvent> LogsStore::read(const EventQuery& query) const {
  const bool backward = query.before.has_value();
  std::int64_t from = std::max<std::int64_t>(query.from, 0);
  if (query.after) from = std::max(from, query.after->time);
  std::int64_t last = query.to == INT64_MIN ? query.to : query.to - 1;
  if (backward) last = std::min(last, query.before->time);
  if (last < from) return {};
  const std::int64_t span = spanOf(query);
  const std::int64_t earliest = from > span ? from - span : 0;
  const std::int64_t latest = last < INT64_MAX - span ? last + span : INT64_MAX;
  auto rows = database_.query(chunkSearch(query.streamId.has_value(), backward),
                              query.streamId.value_or(query.groupId), from, last, earliest, latest);

  // A heap of the best so far, the worst of them in front.
  auto better = [backward](const StoredEvent& a, const StoredEvent& b) {
    return backward ? a.at > b.at : a.at < b.at;
  };
  auto sizeOf = [](const StoredEvent& event) { return event.event.message.size() + kEventOverhead; };
  std::vector<StoredEvent> found;
  std::size_t bytes = 0;
  while (rows.next()) {
    // Chunks come in order of their edge: once enough is found and all of it lies before (behind) that edge, no
    // later chunk can change anything.
    const bool full = found.size() >= query.most || bytes >= query.mostBytes;
    if (full && (backward ? rows.integer(3) < found.front().at.time : rows.integer(2) > found.front().at.time))
      break;
    const std::int64_t chunk = rows.integer(0);
    const std::int64_t streamId = rows.integer(1);
    std::int64_t index = 0;
    for (Event& event : openChunk(chunk, streamId)) {
      const Position at{event.time, chunk, index++};
      if (event.time < query.from || event.time >= query.to) continue;
      if (query.after && at <= *query.after) continue;
      if (query.before && at >= *query.before) continue;
      found.push_back({at, streamId, std::move(event)});
      bytes += sizeOf(found.back());
      std::push_heap(found.begin(), found.end(), better);
      while (found.size() > query.most || bytes - sizeOf(found.front()) >= query.mostBytes) {
        bytes -= sizeOf(found.front());
        std::pop_heap(found.begin(), found.end(), better);
        found.pop_back();
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const StoredEvent& a, const StoredEvent& b) { return a.at < b.at; });
  return found;
}

bool LogsStore::expire(std::int64_t now, std::int64_t most) {
  constexpr std::int64_t kDay = 86'400'000;
  auto rows = database_.query("SELECT id, retention_days FROM logs_groups WHERE retention_days IS NOT NULL");
  std::vector<std::pair<std::int64_t, std::int64_t>> groups;
  while (rows.next()) groups.emplace_back(rows.integer(0), now - rows.integer(1) * kDay);
  for (const auto& [id, oldest] : groups) {
    std::vector<std::int64_t> chunks;
    std::int64_t size = 0;
    for (auto old = database_.query(
             "SELECT id, size FROM logs_chunks WHERE group_id = ?1 AND first_time < ?2 AND last_time < ?2 LIMIT ?3",
             id, oldest, most);
         old.next();) {
      chunks.push_back(old.integer(0));
      size += old.integer(1);
    }
    if (chunks.empty()) continue;
    for (const std::int64_t chunk : chunks) database_.execute("DELETE FROM logs_chunks WHERE id = ?", chunk);
    database_.execute("UPDATE logs_groups SET stored_bytes = stored_bytes - ? WHERE id = ?", size, id);
    most -= static_cast<std::int64_t>(chunks.size());
    if (most == 0) return true;
  }
  return false;
}

}  // namespace hearth::services::logs
