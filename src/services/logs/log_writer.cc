#include "services/logs/log_writer.h"

#include <algorithm>

namespace hearth::services::logs {

void LogWriter::append(const std::string& account, const std::string& region, const std::string& group,
                       const std::string& stream, std::vector<ports::LogLine> lines) {
  if (lines.empty()) return;
  std::int64_t now = base::toMillis(clock_.now());
  std::lock_guard lock(mutex_);
  auto& events = pending_[{account, region, group, stream}];
  for (auto& line : lines) {
    if (pendingBytes_ > kMostPending) {
      ++dropped_;
      continue;
    }
    if (dropped_ > 0) {
      events.push_back({base::toMillis(line.time), now,
                        "[hearth] " + std::to_string(dropped_) +
                            " lines were dropped: they came faster than the disk takes them"});
      dropped_ = 0;
    }
    pendingBytes_ += line.message.size() + 64;
    events.push_back({base::toMillis(line.time), now, std::move(line.message)});
  }
  if (scheduled_) return;
  scheduled_ = true;
  database_.post([this] { flush(); });
}

void LogWriter::flush() {
  std::map<StreamKey, std::vector<Event>> ready;
  {
    std::lock_guard lock(mutex_);
    ready.swap(pending_);
    pendingBytes_ = 0;
    scheduled_ = false;
  }
  for (auto& [key, events] : ready)
    if (!events.empty()) write(key, std::move(events));
}

void LogWriter::write(const StreamKey& key, std::vector<Event> events) {
  const auto& [account, region, groupName, streamName] = key;
  std::int64_t now = base::toMillis(clock_.now());
  auto group = store_.findGroup(account, region, groupName);
  std::int64_t groupId =
      group ? group->id : store_.insertGroup(account, region, {.name = groupName, .created = now});
  auto stream = store_.findStream(groupId, streamName);
  std::int64_t streamId = stream ? stream->id : store_.insertStream(groupId, streamName, now);
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
  store_.append(groupId, streamId, events);
}

}  // namespace hearth::services::logs
