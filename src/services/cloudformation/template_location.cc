#include "services/cloudformation/template_location.h"

#include "base/bytes.h"

namespace hearth::services::cloudformation {
namespace {

Fault notS3() { return {"ValidationError", "TemplateURL must be a supported URL."}; }

// Splits "/BUCKET/KEY".
Result<S3Address> pathStyle(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  auto slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return notS3();
  return S3Address{std::string(path.substr(0, slash)), base::uriDecode(path.substr(slash + 1)), {}};
}

}  // namespace

Result<S3Address> parseTemplateUrl(const std::string& url) {
  if (url.size() > 5120) return notS3();
  std::string_view rest = url;
  if (rest.starts_with("s3://")) return pathStyle(rest.substr(4));
  if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return notS3();
  auto slash = rest.find('/');
  if (slash == std::string_view::npos) return notS3();
  std::string host = base::toLower(rest.substr(0, slash));
  if (auto colon = host.rfind(':'); colon != std::string::npos) host.resize(colon);
  std::string_view path = rest.substr(slash);
  std::optional<std::string> versionId;
  if (auto mark = path.find('?'); mark != std::string_view::npos) {
    std::string_view query = path.substr(mark + 1);
    if (auto at = query.find("versionId="); at != std::string_view::npos) {
      std::string_view value = query.substr(at + 10);
      versionId = base::uriDecode(value.substr(0, value.find('&')));
    }
    path = path.substr(0, mark);
  }
  Result<S3Address> address = notS3();
  auto label = host.find(".s3");
  bool virtualHost = label != std::string::npos && label > 0 &&
                     (label + 3 == host.size() || host[label + 3] == '.' || host[label + 3] == '-');
  if (virtualHost) {
    if (path.size() > 1) address = S3Address{host.substr(0, label), base::uriDecode(path.substr(1)), {}};
  } else if (host.starts_with("s3.") || host.starts_with("s3-") || host == "localhost" || host == "127.0.0.1" ||
             host == "[::1]" || host.ends_with(".localhost") || host.ends_with("localhost.localstack.cloud")) {
    address = pathStyle(path);
  }
  if (address.ok()) address->versionId = versionId;
  return address;
}

}  // namespace hearth::services::cloudformation
