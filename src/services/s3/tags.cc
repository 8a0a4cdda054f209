#include "services/s3/tags.h"

#include "base/bytes.h"

namespace hearth::services::s3 {
namespace {

Result<void> addTag(std::map<std::string, std::string>& tags, const std::string& key, const std::string& value) {
  if (key.empty() || key.size() > 128) return Fault("InvalidTag", "The TagKey you have provided is invalid");
  if (value.size() > 256) return Fault("InvalidTag", "The TagValue you have provided is invalid");
  if (!tags.emplace(key, value).second)
    return Fault("InvalidTag", "Cannot provide multiple Tags with the same key").with("TagKey", key);
  return {};
}

Fault tooMany(std::size_t most) {
  return {"BadRequest", "Object tags cannot be greater than " + std::to_string(most)};
}

}  // namespace

Result<std::map<std::string, std::string>> tagsFromSet(const std::vector<api::s3::Tag>& set, std::size_t most) {
  std::map<std::string, std::string> tags;
  if (set.size() > most) return tooMany(most);
  for (const auto& tag : set) HEARTH_CHECK(addTag(tags, tag.key, tag.value));
  return tags;
}

Result<std::map<std::string, std::string>> tagsFromHeader(std::string_view header) {
  std::map<std::string, std::string> tags;
  while (!header.empty()) {
    auto end = header.find('&');
    std::string_view item = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    if (item.empty()) continue;
    auto equals = item.find('=');
    std::string_view value = equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
    HEARTH_CHECK(addTag(tags, base::uriDecode(item.substr(0, equals), true), base::uriDecode(value, true)));
    if (tags.size() > kMostObjectTags) return tooMany(kMostObjectTags);
  }
  return tags;
}

std::vector<api::s3::Tag> tagSet(const std::map<std::string, std::string>& tags) {
  std::vector<api::s3::Tag> set;
  for (const auto& [key, value] : tags) set.push_back({key, value});
  return set;
}

}  // namespace hearth::services::s3
