#include "services/ssm/parameter_name.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "services/ssm/faults.h"

namespace hearth::services::ssm {
namespace {

constexpr std::size_t kMostLevels = 15;
constexpr std::size_t kMostArn = 1011;  // of a new parameter, with everything in front of the name
constexpr std::size_t kMostName = 2048;
constexpr std::size_t kMostLabel = 100;

constexpr std::string_view kNameRule =
    "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of "
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following "
    "3 "
    "symbols .-_";
constexpr std::string_view kPathRule =
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward "
    "slash "
    "\"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, "
    "numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not "
    "allowed. "
    "All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: "
    "/get/parameters2-/by1./path0_.";

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameCharacter(char c) { return isLetter(c) || isDigit(c) || c == '.' || c == '-' || c == '_'; }

// One part of a path, or a name without any.
bool isPart(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isNameCharacter);
}

// "a" or "/a/b": parts between single slashes, one in front as soon as there is one at all.
bool isName(std::string_view name) {
  if (!name.starts_with('/')) return isPart(name);
  name.remove_prefix(1);
  while (true) {
    const auto slash = name.find('/');
    if (!isPart(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

bool beginsWith(std::string_view name, std::string_view word) {
  if (name.starts_with('/')) name.remove_prefix(1);
  return base::toLower(name.substr(0, word.size())) == word;
}

std::optional<std::int64_t> versionOf(std::string_view text) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1) return std::nullopt;
  return version;
}

}  // namespace

std::string ParameterName::arn() const {
  return "arn:aws:ssm:" + region + ":" + account + ":parameter" + (name.starts_with('/') ? "" : "/") + name;
}

Result<void> checkNewName(const ParameterName& parameter) {
  const std::string& name = parameter.name;
  HEARTH_CHECK(checkLength(name, "name", 1, kMostName));
  const auto levels = static_cast<std::size_t>(std::count(name.begin(), name.end(), '/'));
  if (beginsWith(name, "aws") && levels > 1)
    return Fault("AccessDeniedException", "No access to reserved parameter name: " + name + ".");
  if ((beginsWith(name, "aws") || beginsWith(name, "ssm")) && levels <= 1)
    return invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  if (beginsWith(name, "ssm")) return invalid(std::string(kNameRule));
  if (!name.starts_with('/') && levels > 0) return invalid("Parameter name must be a fully qualified name.");
  if (!isName(name)) return invalid(std::string(kNameRule));
  if (levels > kMostLevels)
    return Fault("HierarchyLevelLimitExceededException",
                 "A parameter name can have no more than 15 levels; this one has " + std::to_string(levels) + ".");
  if (parameter.arn().size() > kMostArn)
    return constraintFault(
        name, "name",
        "have length less than or equal to " + std::to_string(kMostArn - (parameter.arn().size() - name.size())));
  return {};
}

Result<void> checkName(std::string_view name) {
  HEARTH_CHECK(checkLength(name, "name", 1, kMostName));
  if (!isName(name)) return invalid(std::string(kNameRule));
  return {};
}

bool isLabel(std::string_view text) {
  return !text.empty() && text.size() <= kMostLabel && !isDigit(text[0]) && !beginsWith(text, "aws") &&
         !beginsWith(text, "ssm") && std::all_of(text.begin(), text.end(), isNameCharacter);
}

std::string Selector::suffix() const {
  if (version) return ":" + std::to_string(*version);
  return label ? ":" + *label : "";
}

Result<Selector> parseSelector(std::string_view text, std::string_view account, std::string_view region) {
  HEARTH_CHECK(checkLength(text, "name", 1, kMostName));
  Selector selector;
  std::string_view rest = text;
  if (rest.starts_with("arn:")) {
    const std::string prefix = "arn:aws:ssm:" + std::string(region) + ":" + std::string(account) + ":parameter/";
    if (!rest.starts_with(prefix))
      return invalid("The parameter " + std::string(text) + " is not one of this account and Region.");
    rest.remove_prefix(prefix.size() - 1);
    selector.isArn = true;
  }
  const auto colon = rest.find(':');
  selector.name = rest.substr(0, colon);
  HEARTH_CHECK(checkName(selector.name));
  if (colon == std::string_view::npos) return selector;
  const std::string_view suffix = rest.substr(colon + 1);
  if (const auto version = versionOf(suffix)) {
    selector.version = version;
  } else if (isLabel(suffix)) {
    selector.label = std::string(suffix);
  } else {
    return invalid("The version or label " + std::string(suffix.substr(0, kMostLabel)) + " of the parameter " +
                   selector.name + " is not valid.");
  }
  return selector;
}

bool isInPath(std::string_view name, std::string_view path, bool recursive) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty()) {
    if (!name.starts_with(path) || name.size() <= path.size() || name[path.size()] != '/') return false;
    name.remove_prefix(path.size() + 1);
  } else if (name.starts_with('/')) {
    name.remove_prefix(1);
  }
  return recursive || name.find('/') == std::string_view::npos;
}

Result<void> checkPath(std::string_view path) {
  HEARTH_CHECK(checkLength(path, "path", 1, kMostName));
  if (path == "/") return {};
  std::string_view name = path;
  if (name.ends_with('/')) name.remove_suffix(1);
  if (!name.starts_with('/') || !isName(name)) return invalid(std::string(kPathRule));
  return {};
}

}  // namespace hearth::services::ssm
