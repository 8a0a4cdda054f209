// Everything that CloudWatch Logs keeps: groups, streams, and events in sealed chunks.
//
// A chunk is one batch of events of one stream, ordered by time, encrypted as a whole; its first and last time
// stand beside it so that readers open only what they need. Group and stream ids are row ids and never leave the
// service.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::services::logs {

std::vector<store::Migration> logsMigrations();

struct GroupRow {
  std::int64_t id = 0;
  std::string name;
  std::int64_t created = 0;  // milliseconds since the epoch, like every time here
  std::optional<std::int64_t> retentionDays;
  std::int64_t storedBytes = 0;
  std::map<std::string, std::string> tags;
};

struct StreamRow {
  std::int64_t id = 0;
  std::string name;
  std::int64_t created = 0;
  std::optional<std::int64_t> firstEvent;
  std::optional<std::int64_t> lastEvent;
  std::optional<std::int64_t> lastIngestion;
};

struct Event {
  std::int64_t time = 0;
  std::int64_t ingested = 0;
  std::string message;
};

// Where an event stands among all events of the server: time, then chunk, then place in the chunk.
struct Position {
  std::int64_t time = 0;
  std::int64_t chunk = 0;
  std::int64_t index = 0;
  auto operator<=>(const Position&) const = default;
};

struct StoredEvent {
  Position at;
  std::int64_t streamId = 0;
  Event event;
};

// Which events a reader wants. Times are milliseconds; `from` is inclusive, `to` exclusive.
struct EventQuery {
  std::int64_t groupId = 0;
  std::optional<std::int64_t> streamId;
  std::int64_t from = 0;
  std::int64_t to = INT64_MAX;
  std::optional<Position> after;   // only later ones
  std::optional<Position> before;  // only earlier ones; then the latest come
  std::size_t most = 10'000;
  std::size_t mostBytes = SIZE_MAX;  // of messages with their overhead; the event that reaches it still belongs
};

// AWS counts 26 bytes of overhead per event.
inline constexpr std::size_t kEventOverhead = 26;

class LogsStore final {
 public:
  LogsStore(store::Database& database, const store::Keyring& keyring) : database_(database), keyring_(keyring) {}

  std::optional<GroupRow> findGroup(const std::string& account, const std::string& region,
                                    const std::string& name) const;
  // In the order of names, after `after`, at most `most`; `pattern` is contained, `prefix` begins.
  std::vector<GroupRow> listGroups(const std::string& account, const std::string& region, const std::string& prefix,
                                   const std::string& pattern, const std::string& after, std::size_t most) const;
  std::int64_t insertGroup(const std::string& account, const std::string& region, const GroupRow& group);
  void updateGroup(const GroupRow& group);
  void deleteGroup(std::int64_t groupId);

  std::optional<StreamRow> findStream(std::int64_t groupId, const std::string& name) const;
  std::vector<StreamRow> listStreams(std::int64_t groupId, const std::string& prefix) const;
  std::int64_t insertStream(std::int64_t groupId, const std::string& name, std::int64_t created);
  void deleteStream(std::int64_t streamId);

  // Appends one chunk. `events` are sorted by time and not empty.
  void append(std::int64_t groupId, std::int64_t streamId, const std::vector<Event>& events);
  // In order of position. At most query.most, the first ones, or with `before` the last ones. Opens one chunk at a
  // time, and only those that can hold what is asked for.
  std::vector<StoredEvent> read(const EventQuery& query) const;
  // Drops chunks whose last event is older than its group's retention, at most `most` of them. Whether there may be
  // more.
  bool expire(std::int64_t now, std::int64_t most);

 private:
  std::vector<Event> open(std::int64_t streamId, const std::string& sealed) const;
  std::vector<Event> openChunk(std::int64_t chunk, std::int64_t streamId) const;
  std::int64_t spanOf(const EventQuery& query) const;
  store::Database& database_;
  const store::Keyring& keyring_;
};

// The statement that finds the chunks of a read, in the order in which it opens them; here for the test of its
// plan.
std::string chunkSearch(bool ofStream, bool backward);

}  // namespace hearth::services::logs
