// Exports: a stage's deployment as a document.
#include <set>

#include "base/json.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/openapi_writer.h"
#include "yaml/document.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

// "integrations,authorizers", "apigateway".
Result<void> readExtensions(const std::string& text, ExportOptions& options) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    if (name == "apigateway") {
      options.integrations = options.authorizers = true;
    } else if (name == "integrations") {
      options.integrations = true;
    } else if (name == "authorizers") {
      options.authorizers = true;
    } else if (name == "postman") {
      return badRequest("Hearth does not write Postman extensions.");
    } else {
      return badRequest(
          "Invalid value for the parameter extensions, it is of [integrations, apigateway, "
          "authorizers]: " +
          std::string(name.substr(0, 64)));
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return {};
}

// The version stands in a header and becomes a file's name.
std::string fileName(const std::string& type, const std::string& version, const char* suffix) {
  std::string name = type + "_";
  for (char c : version.substr(0, 64)) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' || c == '_';
    name += good ? c : '_';
  }
  return name + suffix;
}

}  // namespace

Result<ExportResponse> ApiGatewayService::getExport(const api::Call& call, GetExportInput in) const {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  const Scope scope = scopeOf(call, in.restApiId);
  const auto stage = store_.find<Stage>(scope, kind::kStage, in.stageName);
  if (!stage) return notFound("Invalid stage identifier specified");
  ExportOptions options;
  if (in.exportType == "oas30")
    options.version = OpenApiVersion::kOpenApi3;
  else if (in.exportType != "swagger")
    return badRequest("Invalid export type specified: " + in.exportType.substr(0, 32) +
                      ". Must be one of: [oas30, swagger]");
  const std::string accepts = in.accepts.value_or("application/json");
  const bool yaml = accepts == "application/yaml";
  if (!yaml && accepts != "application/json" && accepts != "*/*")
    return badRequest("Unsupported Content-Type specified: " + accepts.substr(0, 64) +
                      ". Must be one of: [application/json, application/yaml]");
  const auto parameters = in.parameters.value_or(std::map<std::string, std::string>{});
  if (parameters.contains("postman")) return badRequest("Hearth does not write Postman extensions.");
  if (const auto extensions = parameters.find("extensions"); extensions != parameters.end())
    HEARTH_CHECK(readExtensions(extensions->second, options));
  const auto text = store_.findText(scope, kind::kSnapshot, stage->deploymentId.value_or(""));
  if (!text) return notFound("Invalid Deployment identifier specified");
  const Snapshot snapshot = readSnapshot(*text, rest);
  const Json document = writeOpenApi(snapshot, {in.restApiId, call.region, in.stageName}, options);
  ExportResponse out;
  out.contentType = "application/octet-stream";
  out.contentDisposition = "attachment; filename=\"" +
                           fileName(in.exportType, exportedVersion(snapshot.restApi), yaml ? ".yaml" : ".json") +
                           "\"";
  out.body = yaml ? yaml::writeYaml(document) : base::writeJsonPretty(document);
  return out;
}

}  // namespace hearth::services::apigateway
