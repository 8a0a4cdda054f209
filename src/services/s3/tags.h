// Tag sets of objects, in the two forms in which requests carry them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/s3.h"
#include "base/result.h"

namespace hearth::services::s3 {

inline constexpr std::size_t kMostObjectTags = 10;

// Faults: InvalidTag, BadRequest.
Result<std::map<std::string, std::string>> tagsFromSet(const std::vector<api::s3::Tag>& set, std::size_t most);
// The header x-amz-tagging: "a=1&b=2", percent-encoded.
Result<std::map<std::string, std::string>> tagsFromHeader(std::string_view header);
std::vector<api::s3::Tag> tagSet(const std::map<std::string, std::string>& tags);

}  // namespace hearth::services::s3
