// The operations on events: put, get, filter.
#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "services/logs/filter_pattern.h"
#include "services/logs/logs_service.h"

namespace hearth::services::logs {

using namespace api::logs;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kMostEvents = 10'000;           // of one call, in either direction
constexpr std::size_t kMostBatchBytes = 1 << 20;      // AWS's limit for PutLogEvents
constexpr std::size_t kMostReplyBytes = 1 << 20;      // and for what a reply carries
constexpr std::size_t kMostSearchedBytes = 16 << 20;  // of one call of FilterLogEvents

Fault invalid(std::string message) { return {"InvalidParameterException", std::move(message)}; }

// "f/TIME/CHUNK/INDEX" or "b/...": where to go on, forward or backward.
struct Token {
  bool backward = false;
  Position at;
};

std::string writeToken(bool backward, const Position& at) {
  return std::string(backward ? "b/" : "f/") + std::to_string(at.time) + "/" + std::to_string(at.chunk) + "/" +
         std::to_string(at.index);
}

Result<Token> readToken(const std::string& text) {
  Token token;
  Fault bad = invalid("The specified nextToken is invalid.");
  if (!text.starts_with("f/") && !text.starts_with("b/")) return bad;
  token.backward = text[0] == 'b';
  const char* at = text.data() + 2;
  const char* end = text.data() + text.size();
  std::int64_t* fields[] = {&token.at.time, &token.at.chunk, &token.at.index};
  for (std::int64_t* field : fields) {
    auto parsed = std::from_chars(at, end, *field);
    if (parsed.ec != std::errc()) return bad;
    at = parsed.ptr;
    if (at != end && *at == '/') ++at;
  }
  if (at != end) return bad;
  return token;
}

std::string eventId(const Position& at) {
  std::string digits = std::to_string(at.chunk) +
                       std::string(6 - std::min<std::size_t>(6, std::to_string(at.index).size()), '0') +
                       std::to_string(at.index);
  return std::to_string(at.time) + std::string(56 - std::min<std::size_t>(43, digits.size()) - 13, '0') + digits;
}

// How many of the events fit into one reply, at least one.
std::size_t fitting(const std::vector<StoredEvent>& events, bool fromEnd) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    bytes += events[fromEnd ? events.size() - 1 - i : i].event.message.size() + kEventOverhead;
    if (bytes > kMostReplyBytes && i > 0) return i;
  }
  return events.size();
}

}  // namespace

Result<PutLogEventsOutput> LogsService::putLogEvents(const api::Call& call, PutLogEventsInput in) {
  HEARTH_TRY(GroupRow group, getGroup(call, in.logGroupName));
  auto stream = store_.findStream(group.id, in.logStreamName);
  if (!stream) return Fault("ResourceNotFoundException", "The specified log stream does not exist.");
  if (in.logEvents.empty() || in.logEvents.size() > kMostEvents)
    return invalid("A batch holds between 1 and 10000 log events.");
  std::int64_t now = base::toMillis(call.now);
  std::int64_t oldest = now - 14 * kDay;
  if (group.retentionDays) oldest = std::max(oldest, now - *group.retentionDays * kDay);

  std::vector<Event> accepted;
  RejectedLogEventsInfo rejected;
  std::size_t bytes = 0;
  std::int64_t previous = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < in.logEvents.size(); ++i) {
    auto& event = in.logEvents[i];
    if (event.message.empty()) return invalid("Log event message must not be empty.");
    if (event.timestamp < 0) return invalid("Log event timestamp must not be negative.");
    if (event.timestamp < previous)
      return invalid("Log events in a single PutLogEvents request must be in chronological order.");
    previous = event.timestamp;
    bytes += event.message.size() + kEventOverhead;
    if (bytes > kMostBatchBytes)
      return invalid("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of 1048576");
    if (event.timestamp < oldest) {
      rejected.tooOldLogEventEndIndex = static_cast<std::int64_t>(i) + 1;
    } else if (event.timestamp > now + 2 * kHour) {
      if (!rejected.tooNewLogEventStartIndex) rejected.tooNewLogEventStartIndex = static_cast<std::int64_t>(i);
    } else {
      accepted.push_back({event.timestamp, now, std::move(event.message)});
    }
  }
  if (!accepted.empty()) store_.append(group.id, stream->id, accepted);
  PutLogEventsOutput out;
  // Sequence tokens are no longer checked by AWS; one is still returned for old clients.
  out.nextSequenceToken = std::to_string(stream->id) + std::to_string(now);
  if (rejected.tooOldLogEventEndIndex || rejected.tooNewLogEventStartIndex) out.rejectedLogEventsInfo = rejected;
  return out;
}

Result<GetLogEventsOutput> LogsService::getLogEvents(const api::Call& call, GetLogEventsInput in) const {
  HEARTH_TRY(GroupRow group, getGroupOf(call, in.logGroupName, in.logGroupIdentifier));
  auto stream = store_.findStream(group.id, in.logStreamName);
  if (!stream) return Fault("ResourceNotFoundException", "The specified log stream does not exist.");
  HEARTH_TRY(const std::size_t limit, pageSize(in.limit, kMostEvents));

  EventQuery query{.groupId = group.id, .streamId = stream->id, .most = limit, .mostBytes = kMostReplyBytes};
  query.from = in.startTime.value_or(0);
  query.to = in.endTime.value_or(std::numeric_limits<std::int64_t>::max());
  bool backward = !in.startFromHead.value_or(false);
  Position edge = backward ? Position{std::numeric_limits<std::int64_t>::max(), 0, 0} : Position{-1, 0, 0};
  if (in.nextToken) {
    HEARTH_TRY(Token token, readToken(*in.nextToken));
    backward = token.backward;
    edge = token.at;
  }
  if (backward)
    query.before = edge;
  else
    query.after = edge;

  auto events = store_.read(query);
  std::size_t fit = fitting(events, backward);
  if (backward)
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(fit));
  else
    events.resize(fit);

  GetLogEventsOutput out;
  auto& list = out.events.emplace();
  for (auto& found : events)
    list.push_back({.timestamp = found.event.time,
                    .message = std::move(found.event.message),
                    .ingestionTime = found.event.ingested});
  // At either end the same token comes back, which tells the client that nothing more is there.
  out.nextForwardToken = writeToken(false, events.empty() ? edge : events.back().at);
  out.nextBackwardToken = writeToken(true, events.empty() ? edge : events.front().at);
  return out;
}

Result<FilterLogEventsOutput> LogsService::filterLogEvents(const api::Call& call, FilterLogEventsInput in) const {
  HEARTH_TRY(GroupRow group, getGroupOf(call, in.logGroupName, in.logGroupIdentifier));
  HEARTH_TRY(FilterPattern pattern, FilterPattern::parse(in.filterPattern.value_or("")));
  if (in.logStreamNames && in.logStreamNamePrefix)
    return invalid("logStreamNames and logStreamNamePrefix are mutually exclusive.");
  HEARTH_TRY(const std::size_t limit, pageSize(in.limit, kMostEvents));

  std::map<std::int64_t, std::string> names;
  std::set<std::string> wanted;
  if (in.logStreamNames) wanted.insert(in.logStreamNames->begin(), in.logStreamNames->end());
  for (const StreamRow& stream : store_.listStreams(group.id, in.logStreamNamePrefix.value_or("")))
    if (!in.logStreamNames || wanted.erase(stream.name) > 0) names[stream.id] = stream.name;
  if (!wanted.empty()) return Fault("ResourceNotFoundException", "The specified log stream does not exist.");

  EventQuery query{.groupId = group.id, .most = kMostEvents, .mostBytes = kMostSearchedBytes};
  query.from = in.startTime.value_or(0);
  query.to = in.endTime.value_or(std::numeric_limits<std::int64_t>::max());
  query.after = Position{-1, 0, 0};
  if (in.nextToken) {
    HEARTH_TRY(Token token, readToken(*in.nextToken));
    query.after = token.at;
  }

  FilterLogEventsOutput out;
  auto& list = out.events.emplace();
  out.searchedLogStreams.emplace();
  auto events = store_.read(query);
  std::size_t searched = 0;
  for (const StoredEvent& event : events) searched += event.event.message.size() + kEventOverhead;
  bool more = events.size() == query.most || searched >= query.mostBytes;
  std::size_t bytes = 0;
  Position last = *query.after;
  for (auto& found : events) {
    auto name = names.find(found.streamId);
    if (name != names.end() && pattern.matches(found.event.message)) {
      bytes += found.event.message.size() + kEventOverhead;
      if (list.size() == limit || (bytes > kMostReplyBytes && !list.empty())) {
        more = true;
        break;
      }
      list.push_back({.logStreamName = name->second,
                      .timestamp = found.event.time,
                      .message = std::move(found.event.message),
                      .ingestionTime = found.event.ingested,
                      .eventId = eventId(found.at)});
    }
    last = found.at;
  }
  if (more) out.nextToken = writeToken(false, last);
  return out;
}

}  // namespace hearth::services::logs
