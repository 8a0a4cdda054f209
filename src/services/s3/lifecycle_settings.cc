// The lifecycle configuration of a bucket, and what it says about an object that is put or read.
#include "api/document.h"
#include "base/bytes.h"
#include "services/s3/lifecycle.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"

namespace hearth::services::s3 {

using namespace api::s3;

Result<PutBucketLifecycleConfigurationOutput> S3Service::putBucketLifecycleConfiguration(
    const api::Call& call, PutBucketLifecycleConfigurationInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  BucketLifecycleConfiguration configuration = in.lifecycleConfiguration.value_or(BucketLifecycleConfiguration{});
  HEARTH_CHECK(acceptLifecycle(configuration, random_));
  buckets_.putSetting(bucket.id, kLifecycle, api::recordText(configuration));
  return PutBucketLifecycleConfigurationOutput{};
}

Result<GetBucketLifecycleConfigurationOutput> S3Service::getBucketLifecycleConfiguration(
    const api::Call& call, GetBucketLifecycleConfigurationInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(std::string record,
             getSetting(call, in.bucket, kLifecycle,
                        Fault("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", 404)));
  HEARTH_TRY(auto configuration, api::fromRecord<BucketLifecycleConfiguration>(record));
  GetBucketLifecycleConfigurationOutput out;
  out.rules = std::move(configuration.rules);
  return out;
}

Result<DeleteBucketLifecycleOutput> S3Service::deleteBucketLifecycle(const api::Call& call,
                                                                     DeleteBucketLifecycleInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  buckets_.deleteSetting(bucket.id, kLifecycle);
  return DeleteBucketLifecycleOutput{};
}

std::optional<std::string> S3Service::expirationOf(const ObjectRow& row) const {
  if (!row.latest || row.deleteMarker) return std::nullopt;
  const auto record = buckets_.findSetting(row.bucketId, kLifecycle);
  if (!record) return std::nullopt;
  const auto rules = rules_.of(row.bucketId, *record);
  if (!rules) return std::nullopt;
  const auto expiry = rules->expiryOf(row.key, row.body.size, row.attributes.tags, row.modified);
  if (!expiry) return std::nullopt;
  return "expiry-date=\"" + base::formatHttpDate(expiry->at) + "\", rule-id=\"" +
         base::uriEncode(expiry->ruleId, false) + "\"";
}

}  // namespace hearth::services::s3
