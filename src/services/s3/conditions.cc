#include "services/s3/conditions.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "services/s3/names.h"

namespace hearth::services::s3 {
namespace {

std::string_view bare(std::string_view etag) {
  etag = base::trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

// HTTP dates have whole seconds.
std::int64_t seconds(base::Time time) { return base::toMillis(time) / 1000; }

bool parseNumber(std::string_view text, std::uint64_t& number) {
  auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size();
}

}  // namespace

bool etagMatches(std::string_view header, std::string_view etag) {
  while (true) {
    auto comma = header.find(',');
    std::string_view item = bare(header.substr(0, comma));
    if (item == "*" || item == etag) return true;
    if (comma == std::string_view::npos) return false;
    header.remove_prefix(comma + 1);
  }
}

Result<void> checkConditions(const ReadConditions& conditions, const std::string& etag, base::Time modified) {
  if (conditions.ifMatch) {
    if (!etagMatches(*conditions.ifMatch, etag)) return preconditionFailed("If-Match");
  } else if (conditions.ifUnmodifiedSince && seconds(modified) > seconds(*conditions.ifUnmodifiedSince)) {
    return preconditionFailed("If-Unmodified-Since");
  }
  bool unchanged = false;
  if (conditions.ifNoneMatch)
    unchanged = etagMatches(*conditions.ifNoneMatch, etag);
  else if (conditions.ifModifiedSince)
    unchanged = seconds(modified) <= seconds(*conditions.ifModifiedSince);
  if (!unchanged) return {};
  return Fault("NotModified", "Not Modified", 304)
      .with("ETag", "\"" + etag + "\"")
      .with("Last-Modified", base::formatHttpDate(modified));
}

Result<std::optional<ByteRange>> parseRange(std::string_view header, std::uint64_t size) {
  std::optional<ByteRange> ignored;
  if (!header.starts_with("bytes=")) return ignored;
  header.remove_prefix(6);
  auto dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return ignored;
  std::string_view first = base::trim(header.substr(0, dash));
  std::string_view last = base::trim(header.substr(dash + 1));
  Fault unsatisfiable = Fault("InvalidRange", "The requested range is not satisfiable", 416)
                            .with("RangeRequested", "bytes=" + std::string(header.substr(0, 64)))
                            .with("ActualObjectSize", std::to_string(size));
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  if (first.empty()) {
    if (!parseNumber(last, to)) return ignored;
    if (to == 0 || size == 0) return unsatisfiable;
    std::uint64_t length = std::min(to, size);
    return std::optional<ByteRange>({size - length, length});
  }
  if (!parseNumber(first, from)) return ignored;
  if (last.empty())
    to = size == 0 ? 0 : size - 1;
  else if (!parseNumber(last, to) || to < from)
    return ignored;
  if (from >= size) return unsatisfiable;
  to = std::min(to, size - 1);
  return std::optional<ByteRange>({from, to - from + 1});
}

}  // namespace hearth::services::s3
