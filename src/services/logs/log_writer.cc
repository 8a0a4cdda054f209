#include "services/logs/log_writer.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/log.h"

namespace hearth::services::logs {

void LogWriter::append(const std::string& account, const std::string& region, const std::string& group,
                       const std::string& stream, std::vector<ports::LogLine> lines) {
  if (lines.empty()) return;
  const std::int64_t now = base::toMillis(clock_.now());
  {
    const std::lock_guard lock(mutex_);
    auto& events = pending_[{account, region, group, stream}];
    for (auto& line : lines) add(events, {base::toMillis(line.time), now, std::move(line.message)});
    if (std::exchange(scheduled_, true)) return;
  }
  post();
}

void LogWriter::retry() {
  {
    const std::lock_guard lock(mutex_);
    if (scheduled_ || pending_.empty()) return;
    scheduled_ = true;
  }
  post();
}

void LogWriter::add(std::vector<Event>& events, Event event) {
  if (pendingBytes_ > kMostPending) {
    ++dropped_;
    return;
  }
  if (dropped_ > 0) {
    events.push_back({event.time, event.ingested,
                      "[hearth] " + std::to_string(std::exchange(dropped_, 0)) +
                          " lines were dropped: they came faster than the disk takes them"});
  }
  pendingBytes_ += event.message.size() + 64;
  events.push_back(std::move(event));
}

// One write takes what is pending when it runs; what comes later is of the next one. Until it is durable or has
// failed, the lines are the batch's.
void LogWriter::post() {
  auto batch = std::make_shared<Batch>();
  auto work = [this, batch]() -> Result<void> {
    {
      const std::lock_guard lock(mutex_);
      batch->swap(pending_);
      pendingBytes_ = 0;
      scheduled_ = false;
    }
    for (auto& [key, events] : *batch) {
      if (!events.empty()) write(key, events);
    }
    return {};
  };
  auto done = [this, batch](Result<void> result) {
    if (result.ok()) return;
    base::logWarning("logs", "lines were not written, will be retried", {{"cause", result.fault().message}});
    putBack(std::move(*batch));
  };
  database_.post(std::move(work), std::move(done));
}

void LogWriter::putBack(Batch batch) {
  const std::lock_guard lock(mutex_);
  // Where no write took place, its taking them did not either.
  if (batch.empty()) scheduled_ = false;
  for (auto& [key, events] : batch) {
    std::vector<Event> later = std::exchange(pending_[key], {});
    auto& all = pending_[key];
    for (Event& event : events) add(all, std::move(event));
    all.insert(all.end(), std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
  }
}

void LogWriter::write(const StreamKey& key, std::vector<Event>& events) {
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
