// The registry of resource types: those that Hearth makes, with the properties that it knows.
#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/cloudformation/type_schema.h"
#include "services/page_token.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

namespace {

constexpr std::string_view kResource = "RESOURCE";

// "arn:aws:cloudformation:eu-central-1::type/resource/AWS-S3-Bucket"
std::string arnOf(const api::Call& call, const std::string& type) {
  std::string arn = "arn:aws:cloudformation:" + call.region + "::type/resource/";
  for (std::size_t at = 0; at < type.size(); ++at) {
    arn += type[at] == ':' ? '-' : type[at];
    if (type[at] == ':') ++at;  // of two
  }
  return arn;
}

Fault notFound(const std::string& type) {
  return {"TypeNotFoundException", "The type '" + type.substr(0, 256) + "' cannot be found.", 404};
}

}  // namespace

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
Result<DescribeTypeOutput> CloudFormationService::describeType(const api::Call& call, DescribeTypeInput in) const {
  if (!in.arn && (!in.type || !in.typeName))
    return invalid("Either Arn, or both TypeName and Type must be specified.");
  const ports::ResourceSpec* found = nullptr;
  for (const ports::ResourceSpec* spec : engine_.providers().types())
    if (in.arn ? arnOf(call, spec->type) == *in.arn : (*in.type == kResource && spec->type == *in.typeName))
      found = spec;
  if (!found) return notFound(in.arn ? *in.arn : *in.typeName);
  DescribeTypeOutput out;
  out.arn = arnOf(call, found->type);
  out.type = kResource;
  out.typeName = found->type;
  out.schema = base::writeJson(typeSchema(*found));
  out.provisioningType = "FULLY_MUTABLE";
  out.deprecatedStatus = "LIVE";
  out.visibility = "PUBLIC";
  return out;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListTypes.html
Result<ListTypesOutput> CloudFormationService::listTypes(const api::Call& call, ListTypesInput in) const {
  const std::int64_t most = in.maxResults.value_or(100);
  if (most < 1 || most > 100) return invalid("MaxResults must be between 1 and 100.");
  HEARTH_TRY(const std::string after, pageAfter("types", in.nextToken));
  ListTypesOutput out;
  auto& summaries = out.typeSummaries.emplace();
  // All are AWS's own: whoever asks for private ones, which is what a request without Visibility does, for
  // somebody else's, or for modules and hooks, finds none.
  const std::string category = in.filters ? in.filters->category.value_or("AWS_TYPES") : "AWS_TYPES";
  if (in.visibility.value_or("PRIVATE") != "PUBLIC" || category != "AWS_TYPES" ||
      in.type.value_or("RESOURCE") != kResource || in.deprecatedStatus.value_or("LIVE") != "LIVE" ||
      in.provisioningType.value_or("FULLY_MUTABLE") != "FULLY_MUTABLE" || (in.filters && in.filters->publisherId))
    return out;
  const std::string prefix = in.filters ? in.filters->typeNamePrefix.value_or("") : "";
  for (const ports::ResourceSpec* spec : engine_.providers().types()) {
    if (spec->type <= after || !spec->type.starts_with(prefix)) continue;
    if (summaries.size() == static_cast<std::size_t>(most)) {
      out.nextToken = writePageToken("types", *summaries.back().typeName);
      break;
    }
    TypeSummary summary;
    summary.type = kResource;
    summary.typeName = spec->type;
    summary.typeArn = arnOf(call, spec->type);
    summaries.push_back(std::move(summary));
  }
  return out;
}

}  // namespace hearth::services::cloudformation
