// The sub-resources of buckets: encryption, policy, tags, ownership, public access, ACL, and those that Hearth does
// not have and truthfully reports as not configured.
#include <algorithm>

#include "api/document.h"
#include "base/bytes.h"
#include "services/s3/names.h"
#include "services/s3/s3_service.h"
#include "services/s3/tags.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

constexpr std::size_t kMostPolicyBytes = 20 * 1024;
constexpr std::size_t kMostTags = 50;
const std::string kBucketArn = "arn:aws:s3:::";

// What a canned ACL grants beside the owner's full control.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
std::vector<Grant> grantsOf(const std::string& cannedAcl, const Owner& owner) {
  Grantee self;
  self.type = "CanonicalUser";
  self.id = owner.id;
  self.displayName = owner.displayName;
  std::vector<Grant> grants;
  grants.push_back({self, "FULL_CONTROL"});
  auto group = [&](const char* name, const char* permission) {
    Grantee grantee;
    grantee.type = "Group";
    grantee.uri = std::string("http://acs.amazonaws.com/groups/") + name;
    grants.push_back({grantee, permission});
  };
  if (cannedAcl == "public-read" || cannedAcl == "public-read-write") group("global/AllUsers", "READ");
  if (cannedAcl == "public-read-write") group("global/AllUsers", "WRITE");
  if (cannedAcl == "authenticated-read") group("global/AuthenticatedUsers", "READ");
  if (cannedAcl == "log-delivery-write") {
    group("s3/LogDelivery", "WRITE");
    group("s3/LogDelivery", "READ_ACP");
  }
  return grants;
}

constexpr std::string_view kCannedAcls[] = {"private",           "public-read",
                                            "public-read-write", "authenticated-read",
                                            "bucket-owner-read", "bucket-owner-full-control",
                                            "aws-exec-read",     "log-delivery-write"};

// Only canned ACLs are kept; a document is accepted when it says no more than that the owner has full control.
template <class Input>
Result<std::string> aclOf(const Input& in, const Owner& owner) {
  if (in.grantFullControl || in.grantRead || in.grantReadACP || in.grantWrite || in.grantWriteACP)
    return notImplemented("ACL grants by header; use a bucket policy");
  if (in.acl) {
    if (std::find(std::begin(kCannedAcls), std::end(kCannedAcls), *in.acl) == std::end(kCannedAcls))
      return invalidArgument("Argument x-amz-acl is not valid", "x-amz-acl", *in.acl);
    return *in.acl;
  }
  if (!in.accessControlPolicy) return Fault("MissingSecurityHeader", "Your request was missing a required header");
  for (const Grant& grant : in.accessControlPolicy->grants.value_or(std::vector<Grant>{})) {
    bool owned = grant.grantee && grant.grantee->id == owner.id && grant.permission == "FULL_CONTROL";
    if (!owned) return notImplemented("ACL documents with grants to others; use a bucket policy");
  }
  return std::string("private");
}

}  // namespace

Result<void> S3Service::putSetting(const api::Call& call, const std::string& name, const std::string& setting,
                                   const std::string& record) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, name));
  buckets_.putSetting(bucket.id, setting, record);
  return {};
}

Result<std::string> S3Service::getSetting(const api::Call& call, const std::string& name,
                                          const std::string& setting, Fault missing) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, name));
  auto record = buckets_.findSetting(bucket.id, setting);
  if (!record) return std::move(missing).with("BucketName", name);
  return *record;
}

Result<void> S3Service::deleteSetting(const api::Call& call, const std::string& name, const std::string& setting) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, name));
  buckets_.deleteSetting(bucket.id, setting);
  return {};
}

// --- encryption: always on; the setting says so
// --------------------------------------------------------------------

Result<PutBucketEncryptionOutput> S3Service::putBucketEncryption(const api::Call& call,
                                                                 PutBucketEncryptionInput in) {
  const auto& rules = in.serverSideEncryptionConfiguration.rules;
  if (rules.size() != 1 || !rules[0].applyServerSideEncryptionByDefault)
    return Fault("MalformedXML", "Exactly one encryption rule is expected.");
  if (rules[0].applyServerSideEncryptionByDefault->sseAlgorithm != "AES256")
    return notImplemented("server-side encryption with KMS keys; AES256 is supported");
  HEARTH_CHECK(putSetting(call, in.bucket, kEncryption, api::recordText(in.serverSideEncryptionConfiguration)));
  return PutBucketEncryptionOutput{};
}

Result<GetBucketEncryptionOutput> S3Service::getBucketEncryption(const api::Call& call,
                                                                 GetBucketEncryptionInput in) const {
  HEARTH_TRY(std::string record, getSetting(call, in.bucket, kEncryption,
                                            Fault("ServerSideEncryptionConfigurationNotFoundError",
                                                  "The server side encryption configuration was not found", 404)));
  HEARTH_TRY(auto configuration, api::fromRecord<ServerSideEncryptionConfiguration>(record));
  GetBucketEncryptionOutput out;
  out.serverSideEncryptionConfiguration = std::move(configuration);
  return out;
}

Result<DeleteBucketEncryptionOutput> S3Service::deleteBucketEncryption(const api::Call& call,
                                                                       DeleteBucketEncryptionInput in) {
  HEARTH_CHECK(deleteSetting(call, in.bucket, kEncryption));
  return DeleteBucketEncryptionOutput{};
}

// --- policy
// ----------------------------------------------------------------------------------------------------------

bool S3Service::isPublic(const std::string& policy) const {
  return settings_.isPublicPolicy && settings_.isPublicPolicy(policy);
}

Result<PublicAccessBlockConfiguration> S3Service::publicAccessOf(std::int64_t bucketId) const {
  auto record = buckets_.findSetting(bucketId, kPublicAccessBlock);
  if (!record) return PublicAccessBlockConfiguration{};
  return api::fromRecord<PublicAccessBlockConfiguration>(*record);
}

std::string_view S3Service::policyHolder(std::string_view action, std::string_view resource) const {
  if (!resource.starts_with(kBucketArn) || base::equalsIgnoreCase(action, "s3:CreateBucket")) return {};
  return resource.substr(0, resource.find('/'));
}

Result<ports::ResourcePolicy> S3Service::resourcePolicyOf(const std::string& bucketArn) const {
  const std::string name = bucketArn.substr(std::min(bucketArn.size(), kBucketArn.size()));
  store::Database::Snapshot snapshot(database_);
  auto bucket = buckets_.find(name);
  if (!bucket) return noSuchBucket(name);
  ports::ResourcePolicy policy{.account = bucket->account,
                               .document = buckets_.findSetting(bucket->id, kPolicy).value_or("")};
  HEARTH_TRY(const auto access, publicAccessOf(bucket->id));
  policy.ownAccountOnly = access.restrictPublicBuckets.value_or(false) && isPublic(policy.document);
  return policy;
}

// Lest the owner shuts itself out of its own bucket.
bool S3Service::ownerMayAlways(std::string_view action) const {
  return action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy";
}

Result<PutBucketPolicyOutput> S3Service::putBucketPolicy(const api::Call& call, PutBucketPolicyInput in) {
  HEARTH_TRY(const BucketRow bucket, getBucket(call, in.bucket));
  if (in.policy.size() > kMostPolicyBytes) return Fault("PolicyTooLarge", "The policy is larger than 20 KB.");
  if (settings_.checkPolicy) HEARTH_CHECK(settings_.checkPolicy(in.policy, kBucketArn + in.bucket));
  HEARTH_TRY(const auto access, publicAccessOf(bucket.id));
  if (access.blockPublicPolicy.value_or(false) && isPublic(in.policy))
    return Fault("AccessDenied",
                 "User: " + call.principal.arn +
                     " is not authorized to perform: s3:PutBucketPolicy on resource: \"" + kBucketArn + in.bucket +
                     "\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public "
                     "Access.",
                 403);
  HEARTH_CHECK(putSetting(call, in.bucket, kPolicy, in.policy));
  return PutBucketPolicyOutput{};
}

Result<GetBucketPolicyOutput> S3Service::getBucketPolicy(const api::Call& call, GetBucketPolicyInput in) const {
  HEARTH_TRY(std::string policy, getSetting(call, in.bucket, kPolicy,
                                            Fault("NoSuchBucketPolicy", "The bucket policy does not exist", 404)));
  GetBucketPolicyOutput out;
  out.policy = std::move(policy);
  return out;
}

Result<GetBucketPolicyStatusOutput> S3Service::getBucketPolicyStatus(const api::Call& call,
                                                                     GetBucketPolicyStatusInput in) const {
  HEARTH_TRY(std::string policy, getSetting(call, in.bucket, kPolicy,
                                            Fault("NoSuchBucketPolicy", "The bucket policy does not exist", 404)));
  GetBucketPolicyStatusOutput out;
  out.policyStatus = PolicyStatus{.isPublic = isPublic(policy)};
  return out;
}

Result<DeleteBucketPolicyOutput> S3Service::deleteBucketPolicy(const api::Call& call, DeleteBucketPolicyInput in) {
  HEARTH_CHECK(deleteSetting(call, in.bucket, kPolicy));
  return DeleteBucketPolicyOutput{};
}

// --- tags
// ------------------------------------------------------------------------------------------------------------

Result<PutBucketTaggingOutput> S3Service::putBucketTagging(const api::Call& call, PutBucketTaggingInput in) {
  HEARTH_CHECK(tagsFromSet(in.tagging.tagSet, kMostTags));
  HEARTH_CHECK(putSetting(call, in.bucket, kTagging, api::recordText(in.tagging)));
  return PutBucketTaggingOutput{};
}

Result<GetBucketTaggingOutput> S3Service::getBucketTagging(const api::Call& call, GetBucketTaggingInput in) const {
  HEARTH_TRY(std::string record,
             getSetting(call, in.bucket, kTagging, Fault("NoSuchTagSet", "The TagSet does not exist", 404)));
  HEARTH_TRY(Tagging tagging, api::fromRecord<Tagging>(record));
  GetBucketTaggingOutput out;
  out.tagSet = std::move(tagging.tagSet);
  return out;
}

Result<DeleteBucketTaggingOutput> S3Service::deleteBucketTagging(const api::Call& call,
                                                                 DeleteBucketTaggingInput in) {
  HEARTH_CHECK(deleteSetting(call, in.bucket, kTagging));
  return DeleteBucketTaggingOutput{};
}

// --- ownership and access
// ----------------------------------------------------------------------------------------------

Result<PutBucketOwnershipControlsOutput> S3Service::putBucketOwnershipControls(const api::Call& call,
                                                                               PutBucketOwnershipControlsInput in) {
  const auto& rules = in.ownershipControls.rules;
  if (rules.size() != 1) return Fault("MalformedXML", "Exactly one ownership rule is expected.");
  const std::string& ownership = rules[0].objectOwnership;
  if (ownership != "BucketOwnerEnforced" && ownership != "BucketOwnerPreferred" && ownership != "ObjectWriter")
    return Fault("MalformedXML", "ObjectOwnership is BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter.");
  HEARTH_CHECK(putSetting(call, in.bucket, kOwnership, api::recordText(in.ownershipControls)));
  return PutBucketOwnershipControlsOutput{};
}

Result<GetBucketOwnershipControlsOutput> S3Service::getBucketOwnershipControls(
    const api::Call& call, GetBucketOwnershipControlsInput in) const {
  HEARTH_TRY(std::string record, getSetting(call, in.bucket, kOwnership,
                                            Fault("OwnershipControlsNotFoundError",
                                                  "The bucket ownership controls were not found", 404)));
  HEARTH_TRY(OwnershipControls controls, api::fromRecord<OwnershipControls>(record));
  GetBucketOwnershipControlsOutput out;
  out.ownershipControls = std::move(controls);
  return out;
}

Result<DeleteBucketOwnershipControlsOutput> S3Service::deleteBucketOwnershipControls(
    const api::Call& call, DeleteBucketOwnershipControlsInput in) {
  HEARTH_CHECK(deleteSetting(call, in.bucket, kOwnership));
  return DeleteBucketOwnershipControlsOutput{};
}

Result<PutPublicAccessBlockOutput> S3Service::putPublicAccessBlock(const api::Call& call,
                                                                   PutPublicAccessBlockInput in) {
  HEARTH_CHECK(putSetting(call, in.bucket, kPublicAccessBlock, api::recordText(in.publicAccessBlockConfiguration)));
  return PutPublicAccessBlockOutput{};
}

Result<GetPublicAccessBlockOutput> S3Service::getPublicAccessBlock(const api::Call& call,
                                                                   GetPublicAccessBlockInput in) const {
  HEARTH_TRY(std::string record, getSetting(call, in.bucket, kPublicAccessBlock,
                                            Fault("NoSuchPublicAccessBlockConfiguration",
                                                  "The public access block configuration was not found", 404)));
  HEARTH_TRY(auto configuration, api::fromRecord<PublicAccessBlockConfiguration>(record));
  configuration.blockPublicAcls = configuration.blockPublicAcls.value_or(false);
  configuration.ignorePublicAcls = configuration.ignorePublicAcls.value_or(false);
  configuration.blockPublicPolicy = configuration.blockPublicPolicy.value_or(false);
  configuration.restrictPublicBuckets = configuration.restrictPublicBuckets.value_or(false);
  GetPublicAccessBlockOutput out;
  out.publicAccessBlockConfiguration = configuration;
  return out;
}

Result<DeletePublicAccessBlockOutput> S3Service::deletePublicAccessBlock(const api::Call& call,
                                                                         DeletePublicAccessBlockInput in) {
  HEARTH_CHECK(deleteSetting(call, in.bucket, kPublicAccessBlock));
  return DeletePublicAccessBlockOutput{};
}

Result<void> S3Service::checkAclsAllowed(const BucketRow& bucket, const std::string& cannedAcl) const {
  if (auto record = buckets_.findSetting(bucket.id, kOwnership)) {
    HEARTH_TRY(OwnershipControls controls, api::fromRecord<OwnershipControls>(*record));
    bool enforced = !controls.rules.empty() && controls.rules[0].objectOwnership == "BucketOwnerEnforced";
    if (enforced && cannedAcl != "private" && cannedAcl != "bucket-owner-full-control")
      return Fault("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  if (!cannedAcl.starts_with("public-")) return {};
  HEARTH_TRY(const auto access, publicAccessOf(bucket.id));
  if (access.blockPublicAcls.value_or(false)) return Fault("AccessDenied", "Access Denied", 403);
  return notImplemented("public ACLs: requests without a signature are always refused");
}

Result<PutBucketAclOutput> S3Service::putBucketAcl(const api::Call& call, PutBucketAclInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(std::string acl, aclOf(in, ownerOf(bucket)));
  HEARTH_CHECK(checkAclsAllowed(bucket, acl));
  buckets_.putSetting(bucket.id, kAcl, acl);
  return PutBucketAclOutput{};
}

Result<GetBucketAclOutput> S3Service::getBucketAcl(const api::Call& call, GetBucketAclInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  GetBucketAclOutput out;
  out.owner = ownerOf(bucket);
  out.grants = grantsOf(buckets_.findSetting(bucket.id, kAcl).value_or("private"), *out.owner);
  return out;
}

Result<PutObjectAclOutput> S3Service::putObjectAcl(const api::Call& call, PutObjectAclInput in) {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  HEARTH_TRY(std::string acl, aclOf(in, ownerOf(bucket)));
  HEARTH_CHECK(checkAclsAllowed(bucket, acl));
  row.attributes.cannedAcl = acl;
  objects_.updateAttributes(row);
  return PutObjectAclOutput{};
}

Result<GetObjectAclOutput> S3Service::getObjectAcl(const api::Call& call, GetObjectAclInput in) const {
  HEARTH_TRY(BucketRow bucket, getBucket(call, in.bucket, in.expectedBucketOwner));
  HEARTH_TRY(ObjectRow row, getObjectRow(bucket, in.key, in.versionId));
  GetObjectAclOutput out;
  out.owner = ownerOf(bucket);
  out.grants = grantsOf(row.attributes.cannedAcl, *out.owner);
  return out;
}

// --- what Hearth does not have: not configured, as a bucket of AWS that never had it
// ---------------------------------------

Result<GetBucketCorsOutput> S3Service::getBucketCors(const api::Call& call, GetBucketCorsInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return Fault("NoSuchCORSConfiguration", "The CORS configuration does not exist", 404)
      .with("BucketName", in.bucket);
}

Result<GetBucketReplicationOutput> S3Service::getBucketReplication(const api::Call& call,
                                                                   GetBucketReplicationInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return Fault("ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404)
      .with("BucketName", in.bucket);
}

Result<GetBucketWebsiteOutput> S3Service::getBucketWebsite(const api::Call& call, GetBucketWebsiteInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return Fault("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", 404)
      .with("BucketName", in.bucket);
}

Result<GetObjectLockConfigurationOutput> S3Service::getObjectLockConfiguration(
    const api::Call& call, GetObjectLockConfigurationInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return Fault("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket",
               404)
      .with("BucketName", in.bucket);
}

Result<GetBucketAccelerateConfigurationOutput> S3Service::getBucketAccelerateConfiguration(
    const api::Call& call, GetBucketAccelerateConfigurationInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return GetBucketAccelerateConfigurationOutput{};
}

Result<GetBucketLoggingOutput> S3Service::getBucketLogging(const api::Call& call, GetBucketLoggingInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return GetBucketLoggingOutput{};
}

Result<GetBucketNotificationConfigurationOutput> S3Service::getBucketNotificationConfiguration(
    const api::Call& call, GetBucketNotificationConfigurationInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  return GetBucketNotificationConfigurationOutput{};
}

Result<GetBucketRequestPaymentOutput> S3Service::getBucketRequestPayment(const api::Call& call,
                                                                         GetBucketRequestPaymentInput in) const {
  HEARTH_CHECK(getBucket(call, in.bucket));
  GetBucketRequestPaymentOutput out;
  out.payer = "BucketOwner";
  return out;
}

}  // namespace hearth::services::s3
