// Buckets: create, delete, list, versioning.
#include "api/document.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {
constexpr std::size_t kMostBuckets = 10'000;
}

Result<CreateBucketOutput> S3Service::createBucket(const api::Call& call, CreateBucketInput in) {
  HEARTH_CHECK(checkBucketName(in.bucket));
  if (in.objectLockEnabledForBucket.value_or(false)) return notImplemented("object lock");
  std::string region = call.region.empty() ? "us-east-1" : call.region;
  if (in.createBucketConfiguration && in.createBucketConfiguration->locationConstraint) {
    const std::string& wanted = *in.createBucketConfiguration->locationConstraint;
    if (wanted == "us-east-1")
      return Fault("InvalidLocationConstraint", "The specified location-constraint is not valid");
    region = wanted == "EU" ? "eu-west-1" : wanted;
  }
  if (auto existing = buckets_.find(in.bucket)) {
    if (existing->account != call.account)
      return Fault("BucketAlreadyExists",
                   "The requested bucket name is not available. The bucket namespace is shared by all users of the "
                   "system. Please select a different name and try again.",
                   409)
          .with("BucketName", in.bucket);
    // For compatibility with old clients, creating one's own bucket again succeeds in us-east-1.
    if (region == "us-east-1" && existing->region == region) return CreateBucketOutput{.location = "/" + in.bucket};
    return Fault("BucketAlreadyOwnedByYou",
                 "Your previous request to create the named bucket succeeded and you already own it.", 409)
        .with("BucketName", in.bucket);
  }
  if (buckets_.list(call.account).size() >= kMostBuckets)
    return Fault("TooManyBuckets", "You have attempted to create more buckets than allowed");

  BucketRow bucket{.name = in.bucket, .account = call.account, .region = region, .created = call.now};
  bucket.id = buckets_.insert(bucket);
  if (in.objectOwnership) {
    OwnershipControls controls;
    controls.rules.push_back({*in.objectOwnership});
    HEARTH_CHECK(putSetting(call, in.bucket, kOwnership, api::recordText(controls)));
  }
  if (in.acl && *in.acl != "private") {
    HEARTH_CHECK(checkAclsAllowed(bucket, *in.acl));
    buckets_.putSetting(bucket.id, kAcl, *in.acl);
  }
  return CreateBucketOutput{.location = region == "us-east-1" ? "/" + in.bucket
                                                              : "http://" + in.bucket + ".s3.amazonaws.com/"};
}

Result<DeleteBucketOutput> S3Service::deleteBucket(const api::Call& call, DeleteBucketInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  if (!objects_.isEmpty(bucket.id)) {
    std::string message = "The bucket you tried to delete is not empty";
    if (bucket.versioning != Versioning::kNever) message += ". You must delete all versions in the bucket.";
    return Fault("BucketNotEmpty", message, 409).with("BucketName", in.bucket);
  }
  // Uploads in progress do not keep a bucket alive.
  while (true) {
    auto uploads = uploads_.list(bucket.id, "", "", "", 1000);
    if (uploads.empty()) break;
    for (const UploadRow& upload : uploads) dropUpload(upload.uploadId);
  }
  buckets_.remove(bucket.id);
  return DeleteBucketOutput{};
}

Result<HeadBucketOutput> S3Service::headBucket(const api::Call& call, HeadBucketInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HeadBucketOutput out;
  out.bucketRegion = bucket.region;
  return out;
}

Result<ListBucketsOutput> S3Service::listBuckets(const api::Call& call, ListBucketsInput) const {
  ListBucketsOutput out;
  auto& list = out.buckets.emplace();
  for (const BucketRow& bucket : buckets_.list(call.account)) list.push_back({bucket.name, bucket.created});
  out.owner = Owner{.displayName = call.account, .id = settings_.canonicalIdOf(call.account)};
  return out;
}

Result<GetBucketLocationOutput> S3Service::getBucketLocation(const api::Call& call,
                                                             GetBucketLocationInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  GetBucketLocationOutput out;
  if (bucket.region != "us-east-1") out.locationConstraint = bucket.region;
  return out;
}

Result<GetBucketVersioningOutput> S3Service::getBucketVersioning(const api::Call& call,
                                                                 GetBucketVersioningInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  GetBucketVersioningOutput out;
  if (bucket.versioning != Versioning::kNever)
    out.status = bucket.versioning == Versioning::kEnabled ? "Enabled" : "Suspended";
  return out;
}

bool S3Service::forgetVersioning(const std::string& name) {
  const auto bucket = buckets_.find(name);
  if (!bucket || objects_.hasVersions(bucket->id)) return false;
  buckets_.setVersioning(bucket->id, Versioning::kNever);
  return true;
}

Result<PutBucketVersioningOutput> S3Service::putBucketVersioning(const api::Call& call,
                                                                 PutBucketVersioningInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  if (in.versioningConfiguration.mfaDelete.value_or("Disabled") != "Disabled") return notImplemented("MFA delete");
  std::string status = in.versioningConfiguration.status.value_or("");
  if (status != "Enabled" && status != "Suspended")
    return Fault("IllegalVersioningConfigurationException",
                 "The Versioning element must be specified, and its Status is Enabled or Suspended");
  buckets_.setVersioning(bucket.id, status == "Enabled" ? Versioning::kEnabled : Versioning::kSuspended);
  return PutBucketVersioningOutput{};
}

}  // namespace hearth::services::s3
