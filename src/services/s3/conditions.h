// Conditional requests and byte ranges (RFC 9110, sections 13 and 14), as S3 applies them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace hearth::services::s3 {

struct ReadConditions {
  std::optional<std::string> ifMatch;
  std::optional<std::string> ifNoneMatch;
  std::optional<base::Time> ifModifiedSince;
  std::optional<base::Time> ifUnmodifiedSince;
};

// `etag` without quotes. Faults: PreconditionFailed 412, NotModified 304.
Result<void> checkConditions(const ReadConditions& conditions, const std::string& etag, base::Time modified);

// Does a header value ("*", "\"a\", \"b\"", with or without quotes and W/) name the ETag?
bool etagMatches(std::string_view header, std::string_view etag);

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// One range of a body of `size` bytes; nullopt when the header is to be ignored (not bytes, several ranges,
// malformed). Fault: InvalidRange 416.
Result<std::optional<ByteRange>> parseRange(std::string_view header, std::uint64_t size);

}  // namespace hearth::services::s3
