// Where the course runs and with which rights: AWS, or a Hearth. Found the way AWS's own tools find it.
#pragma once

#include <hearth/function.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "homework/client/common/result.h"

namespace hearth::homework::client {

struct CloudAccess {
  std::string endpoint;  // http://127.0.0.1:4566; empty for AWS
  std::string region;
  sdk::Credentials credentials;
  // For people: "Hearth at http://127.0.0.1:4566" or "AWS, region eu-central-1".
  std::string described() const;
};

// In this order: AWS_ACCESS_KEY_ID and its companions in the environment; the profile that AWS_PROFILE names; a
// Hearth that runs for the checkout of this program (`hearth env` beside `ownFolder`); the default profile of
// ~/.aws. The endpoint comes from AWS_ENDPOINT_URL. Failure (kForbidden) when there is nothing.
Result<CloudAccess> findCloudAccess(const std::filesystem::path& ownFolder);

// The folder that this program was started from.
std::filesystem::path ownFolder();

// The variables of lines `export NAME=value`, quotes taken off. Lines of any other form are skipped.
std::map<std::string, std::string> parseExports(std::string_view text);

// The `name = value` settings of one section of an INI file; nullopt without the section.
std::optional<std::map<std::string, std::string>> parseIniSection(std::string_view text, std::string_view section);

}  // namespace hearth::homework::client
