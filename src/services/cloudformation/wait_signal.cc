#include "services/cloudformation/wait_signal.h"

#include "base/bytes.h"
#include "services/cloudformation/answer_url.h"
#include "services/cloudformation/request_parts.h"
#include "stacks/scalars.h"

namespace hearth::services::cloudformation {
namespace {

using ports::ResourceProgress;

constexpr std::size_t kMostDepth = 32;
constexpr std::size_t kMostUniqueId = 256;
constexpr std::int64_t kMostSeconds = 43'200;
constexpr std::int64_t kMostCount = 200;

ResourceProgress failed(std::string reason) {
  ResourceProgress progress;
  progress.stage = ResourceProgress::Stage::kFailed;
  progress.reason = std::move(reason);
  return progress;
}

}  // namespace

std::string handleUrl(const ports::ResourceRequest& request, const std::string& id, const std::string& token,
                      base::Time now) {
  return answerUrl(ports::kSignalBucket + request.region, request.region,
                   request.stackId + "/" + id + "/" + request.logicalId, token, now, kHandleLifetime);
}

std::string handleIdIn(const std::string& subject) {
  const std::size_t end = subject.rfind('/');
  const std::size_t begin = end == std::string::npos || end == 0 ? end : subject.rfind('/', end - 1);
  if (begin == std::string::npos || end == std::string::npos || begin == end) return "";
  return subject.substr(begin + 1, end - begin - 1);
}

std::optional<HandleAddress> findHandle(std::string_view url) {
  const std::string start = "https://" + std::string(ports::kSignalBucket);
  const std::size_t path = url.starts_with(start) ? url.find('/', start.size()) : std::string_view::npos;
  const std::size_t query = url.find('?');
  const std::size_t signature = url.rfind(kTokenParameter);
  if (path == std::string_view::npos || query == std::string_view::npos || query < path ||
      signature == std::string_view::npos)
    return std::nullopt;
  HandleAddress address;
  address.subject = base::uriDecode(url.substr(path + 1, query - path - 1));
  address.id = handleIdIn(address.subject);
  address.token = std::string(url.substr(signature + kTokenParameter.size()));
  if (address.id.empty()) return std::nullopt;
  return address;
}

std::optional<WaitSignal> readSignal(std::string_view body) {
  if (body.size() > ports::kMostAnswerBytes) return std::nullopt;
  const auto parsed = base::parseJson(body, kMostDepth);
  if (!parsed.ok() || !parsed->is_object()) return std::nullopt;
  WaitSignal signal;
  const std::string status = base::findString(*parsed, "Status").value_or("");
  signal.succeeded = status == "SUCCESS";
  signal.uniqueId = base::findString(*parsed, "UniqueId").value_or("");
  signal.reason = base::findString(*parsed, "Reason").value_or("");
  if (const Json* data = base::findMember(*parsed, "Data"); data && !data->is_null())
    signal.data = stacks::textOf(*data).value_or(base::writeJson(*data));
  const bool isKnown = signal.succeeded || status == "FAILURE";
  if (!isKnown || signal.uniqueId.empty() || signal.uniqueId.size() > kMostUniqueId) return std::nullopt;
  return signal;
}

Result<WaitOrder> waitOrderOf(const JsonObject& properties) {
  const Json* timeout = properties.if_contains("Timeout");
  const Json* count = properties.if_contains("Count");
  const std::int64_t seconds = timeout ? stacks::integerOf(*timeout).value_or(-1) : -1;
  if (seconds < 0 || seconds > kMostSeconds)
    return invalid("Invalid Timeout: it is a number of seconds from 0 to 43200.");
  WaitOrder order;
  order.count = count ? stacks::integerOf(*count).value_or(0) : 1;
  if (order.count < 1 || order.count > kMostCount)
    return invalid("Invalid Count: it is a number from 1 to " + std::to_string(kMostCount) + ".");
  order.timeout = std::chrono::seconds(seconds);
  return order;
}

ResourceProgress waitProgress(const std::vector<WaitSignal>& signals, bool broken, std::int64_t count,
                              base::Time deadline, base::Time now) {
  std::int64_t received = 0;
  JsonObject data;
  for (const WaitSignal& signal : signals) {
    if (!signal.succeeded) {
      return failed("WaitCondition received failed message: '" + signal.reason +
                    "' for uniqueId: " + signal.uniqueId);
    }
    ++received;
    data.emplace(signal.uniqueId, signal.data);
  }
  if (broken) return failed("Unparsable WaitCondition data");
  ResourceProgress progress;
  if (received >= count) {
    progress.state.attributes.emplace("Data", base::writeJson(Json(std::move(data))));
    return progress;
  }
  if (now >= deadline) {
    return failed("WaitCondition timed out. Received " + std::to_string(received) + " conditions when expecting " +
                  std::to_string(count));
  }
  progress.stage = ResourceProgress::Stage::kGoing;
  progress.askAgain = deadline;
  return progress;
}

}  // namespace hearth::services::cloudformation
