#include "services/apigateway/openapi_document.h"

#include "base/bytes.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/patch.h"
#include "yaml/document.h"

namespace hearth::services::apigateway {
namespace {

constexpr int kMostHops = 16;
constexpr std::size_t kMostTexts = 100;
constexpr std::size_t kMostTextBytes = 1'000;

Fault invalidInput() { return badRequest("Invalid OpenAPI input."); }

std::optional<OpenApiVersion> versionOf(const Json& root) {
  const auto matches = [](std::string_view text, std::string_view version) {
    return text == version || text.starts_with(std::string(version) + ".");
  };
  // A version without quotes is a number in YAML.
  if (auto swagger = scalarAt(root, "swagger"); swagger && (*swagger == "2" || matches(*swagger, "2.0")))
    return OpenApiVersion::kSwagger2;
  if (auto openapi = scalarAt(root, "openapi"); openapi && (*openapi == "3" || matches(*openapi, "3.0")))
    return OpenApiVersion::kOpenApi3;
  return std::nullopt;
}

// The path of an absolute or relative URL, with its variables' defaults put in.
std::string pathOfServer(const Json& server) {
  std::string url = base::findString(server, "url").value_or("");
  for (const auto& [name, variable] : membersOf(base::findMember(server, "variables"))) {
    const std::string token = "{" + std::string(name) + "}";
    if (const std::size_t at = url.find(token); at != std::string::npos)
      url.replace(at, token.size(), scalarAt(variable, "default").value_or(""));
  }
  if (const std::size_t scheme = url.find("://"); scheme != std::string::npos) {
    const std::size_t slash = url.find('/', scheme + 3);
    url = slash == std::string::npos ? std::string() : url.substr(slash);
  }
  return url;
}

}  // namespace

const JsonObject& membersOf(const Json* node) {
  static const JsonObject kNone;
  return node && node->is_object() ? node->get_object() : kNone;
}

std::optional<std::string> scalarAt(const Json& object, std::string_view name) {
  const Json* member = base::findMember(object, name);
  return member ? base::scalarText(*member) : std::nullopt;
}

std::optional<bool> flagAt(const Json& object, std::string_view name) {
  const auto text = scalarAt(object, name);
  if (!text) return std::nullopt;
  if (base::equalsIgnoreCase(*text, "true")) return true;
  if (base::equalsIgnoreCase(*text, "false")) return false;
  return std::nullopt;
}

std::vector<std::string> textsOf(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const Json& item : list.get_array())
    if (auto text = base::scalarText(item); text && text->size() <= kMostTextBytes && texts.size() < kMostTexts)
      texts.push_back(*std::move(text));
  return texts;
}

std::vector<std::string> textsAt(const Json& object, std::string_view name) {
  const Json* list = base::findMember(object, name);
  return list ? textsOf(*list) : std::vector<std::string>();
}

Result<OpenApiDocument> OpenApiDocument::parse(std::string_view text) {
  if (text.size() > kMostDocumentBytes) return badRequest("The API definition file has more than 6 MB.");
  auto root = yaml::readDocument(text);
  if (!root.ok()) return invalidInput();
  const auto version = versionOf(*root);
  if (!version) return invalidInput();
  return OpenApiDocument(std::make_shared<const Json>(*std::move(root)), *version);
}

Result<OpenApiDocument> OpenApiDocument::over(const Json& root) {
  const auto version = root.is_object() ? versionOf(root) : std::nullopt;
  if (!version) return invalidInput();
  return OpenApiDocument(std::shared_ptr<const Json>(std::shared_ptr<const Json>(), &root), *version);
}

const Json* OpenApiDocument::follow(const Json& node) const {
  const Json* at = &node;
  for (int hop = 0; hop < kMostHops; ++hop) {
    const auto ref = base::findString(*at, "$ref");
    if (!ref) return at;
    if (!ref->starts_with("#/")) return nullptr;
    at = root_.get();
    for (const std::string& name : splitPointer(std::string_view(*ref).substr(1))) {
      at = base::findMember(*at, name);
      if (!at) return nullptr;
    }
  }
  return nullptr;
}

const Json* OpenApiDocument::find(std::string_view name, std::string_view inner) const {
  const Json* outer = find(name);
  return outer ? base::findMember(*outer, inner) : nullptr;
}

std::string OpenApiDocument::basePath() const {
  std::string path;
  if (isSwagger()) {
    path = base::findString(*root_, "basePath").value_or("");
  } else if (const Json* servers = find("servers");
             servers && servers->is_array() && !servers->get_array().empty()) {
    const Json& server = servers->get_array().front();
    const Json* variables = base::findMember(server, "variables");
    const Json* variable = variables ? base::findMember(*variables, "basePath") : nullptr;
    path = variable ? scalarAt(*variable, "default").value_or("") : pathOfServer(server);
  }
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty() && !path.starts_with('/')) path.insert(path.begin(), '/');
  return path;
}

}  // namespace hearth::services::apigateway
