#include "services/s3/s3_access.h"

#include "services/s3/names.h"
#include "services/s3/tags.h"

namespace hearth::services::s3 {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

constexpr std::string_view kBucketArn = "arn:aws:s3:::{Bucket}";
constexpr std::string_view kObjectArn = "arn:aws:s3:::{Bucket}/{Key}";

// Headers that writes may have, and the condition keys that they become.
void addWriteConditions(const InputView& input, Access& access) {
  access.addCondition("s3:x-amz-acl", input.text("ACL"));
  access.addCondition("s3:x-amz-server-side-encryption", input.text("ServerSideEncryption"));
  access.addCondition("s3:x-amz-server-side-encryption-aws-kms-key-id", input.text("SSEKMSKeyId"));
  access.addCondition("s3:x-amz-storage-class", input.text("StorageClass"));
  access.addCondition("s3:x-amz-website-redirect-location", input.text("WebsiteRedirectLocation"));
  access.addCondition("s3:if-match", input.text("IfMatch"));
  access.addCondition("s3:if-none-match", input.text("IfNoneMatch"));
}

void addObjectTags(const std::map<std::string, std::string>& tags, Access& access) {
  std::vector<std::string> names;
  for (const auto& [name, value] : tags) {
    access.addCondition("s3:RequestObjectTag/" + name, value);
    names.push_back(name);
  }
  if (!names.empty()) access.conditions.emplace_back("s3:RequestObjectTagKeys", std::move(names));
}

// Of one version instead of the latest: another action.
AccessRule::Refine ofVersion(std::string action) {
  return [action](const Call&, const InputView& input, Accesses& accesses) -> Result<void> {
    auto version = input.text("VersionId");
    if (!version || version->empty()) return {};
    accesses[0].action = action;
    accesses[0].addCondition("s3:VersionId", *version);
    return {};
  };
}

// Also needs `action` on the object when the member is there: an ACL, tags.
void alsoWhen(const InputView& input, std::string_view member, std::string_view action, Accesses& accesses) {
  if (input.has(member)) accesses.push_back({std::string(action), accesses[0].resource});
}

Result<void> putObject(const Call&, const InputView& input, Accesses& accesses) {
  addWriteConditions(input, accesses[0]);
  if (auto header = input.text("Tagging")) {
    HEARTH_TRY(const auto tags, tagsFromHeader(*header));
    addObjectTags(tags, accesses[0]);
  }
  alsoWhen(input, "ACL", "s3:PutObjectAcl", accesses);
  alsoWhen(input, "Tagging", "s3:PutObjectTagging", accesses);
  return {};
}

// The object that is read.
Result<void> addSource(const InputView& input, Accesses& accesses) {
  const std::string text = input.text("CopySource").value_or("");
  HEARTH_TRY(CopySource source, parseCopySource(text));
  Access read = api::readObject(source.bucket, source.key, source.versionId);
  read.byService = false;
  accesses[0].addCondition("s3:x-amz-copy-source", source.bucket + "/" + source.key);
  accesses.push_back(std::move(read));
  return {};
}

Result<void> copyObject(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(putObject(call, input, accesses));
  accesses[0].addCondition("s3:x-amz-metadata-directive", input.text("MetadataDirective"));
  return addSource(input, accesses);
}

Result<void> uploadPartCopy(const Call&, const InputView& input, Accesses& accesses) {
  return addSource(input, accesses);
}

Result<void> list(const Call&, const InputView& input, Accesses& accesses) {
  accesses[0].addCondition("s3:prefix", input.text("Prefix"));
  accesses[0].addCondition("s3:delimiter", input.text("Delimiter"));
  accesses[0].addCondition("s3:max-keys", input.text("MaxKeys"));
  return {};
}

Result<void> createBucket(const Call&, const InputView& input, Accesses& accesses) {
  accesses[0].addCondition("s3:LocationConstraint", input.text("CreateBucketConfiguration", "LocationConstraint"));
  accesses[0].addCondition("s3:x-amz-acl", input.text("ACL"));
  accesses[0].addCondition("s3:x-amz-object-ownership", input.text("ObjectOwnership"));
  alsoWhen(input, "ACL", "s3:PutBucketAcl", accesses);
  alsoWhen(input, "ObjectOwnership", "s3:PutBucketOwnershipControls", accesses);
  return {};
}

Result<void> writeAcl(const Call&, const InputView& input, Accesses& accesses) {
  accesses[0].addCondition("s3:x-amz-acl", input.text("ACL"));
  return {};
}

Result<void> putObjectAcl(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(ofVersion("s3:PutObjectVersionAcl")(call, input, accesses));
  return writeAcl(call, input, accesses);
}

Result<void> putObjectTagging(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(ofVersion("s3:PutObjectVersionTagging")(call, input, accesses));
  auto tagging = input.structure("Tagging");
  if (!tagging) return {};
  const auto names = tagging->textsOf("TagSet", "Key");
  const auto values = tagging->textsOf("TagSet", "Value");
  std::map<std::string, std::string> tags;
  for (std::size_t i = 0; i < names.size() && i < values.size(); ++i) tags[names[i]] = values[i];
  addObjectTags(tags, accesses[0]);
  return {};
}

Result<void> attributes(const Call&, const InputView& input, Accesses& accesses) {
  auto version = input.text("VersionId");
  const bool one = version && !version->empty();
  if (one) accesses[0].action = "s3:GetObjectVersion";
  accesses.push_back({one ? "s3:GetObjectVersionAttributes" : "s3:GetObjectAttributes", accesses[0].resource});
  for (Access& access : accesses)
    if (one) access.addCondition("s3:VersionId", *version);
  return {};
}

AccessRule ofBucket(std::string_view operation, std::string_view action, AccessRule::Refine refine = {}) {
  return {operation, action, kBucketArn, std::move(refine)};
}

AccessRule ofObject(std::string_view operation, std::string_view action, AccessRule::Refine refine = {}) {
  return {operation, action, kObjectArn, std::move(refine)};
}

// Who may not list the bucket does not learn that there is no such object.
AccessRule reading(AccessRule rule) {
  rule.absence = [](const Accesses& accesses) {
    const std::string& object = accesses.back().resource;
    return Access{"s3:ListBucket", object.substr(0, object.find('/'))};
  };
  return rule;
}

std::vector<AccessRule> bucketRules() {
  return {
      ofBucket("CreateBucket", "s3:CreateBucket", createBucket),
      ofBucket("DeleteBucket", "s3:DeleteBucket"),
      ofBucket("DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
      ofBucket("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
      ofBucket("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
      ofBucket("DeleteBucketPolicy", "s3:DeleteBucketPolicy"),
      ofBucket("DeleteBucketTagging", "s3:PutBucketTagging"),
      ofBucket("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
      ofBucket("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
      ofBucket("GetBucketAcl", "s3:GetBucketAcl"),
      ofBucket("GetBucketCors", "s3:GetBucketCORS"),
      ofBucket("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
      ofBucket("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
      ofBucket("GetBucketLocation", "s3:GetBucketLocation"),
      ofBucket("GetBucketLogging", "s3:GetBucketLogging"),
      ofBucket("GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
      ofBucket("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"),
      ofBucket("GetBucketPolicy", "s3:GetBucketPolicy"),
      ofBucket("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"),
      ofBucket("GetBucketReplication", "s3:GetReplicationConfiguration"),
      ofBucket("GetBucketRequestPayment", "s3:GetBucketRequestPayment"),
      ofBucket("GetBucketTagging", "s3:GetBucketTagging"),
      ofBucket("GetBucketVersioning", "s3:GetBucketVersioning"),
      ofBucket("GetBucketWebsite", "s3:GetBucketWebsite"),
      ofBucket("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
      ofBucket("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
      ofBucket("HeadBucket", "s3:ListBucket"),
      {"ListBuckets", "s3:ListAllMyBuckets", "*"},
      ofBucket("ListMultipartUploads", "s3:ListBucketMultipartUploads", list),
      ofBucket("ListObjectVersions", "s3:ListBucketVersions", list),
      ofBucket("ListObjects", "s3:ListBucket", list),
      ofBucket("ListObjectsV2", "s3:ListBucket", list),
      ofBucket("PutBucketAcl", "s3:PutBucketAcl", writeAcl),
      ofBucket("PutBucketEncryption", "s3:PutEncryptionConfiguration"),
      ofBucket("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
      ofBucket("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
      ofBucket("PutBucketPolicy", "s3:PutBucketPolicy"),
      ofBucket("PutBucketTagging", "s3:PutBucketTagging"),
      ofBucket("PutBucketVersioning", "s3:PutBucketVersioning"),
      ofBucket("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
  };
}

std::vector<AccessRule> objectRules() {
  return {
      ofObject("AbortMultipartUpload", "s3:AbortMultipartUpload"),
      ofObject("CompleteMultipartUpload", "s3:PutObject", putObject),
      reading(ofObject("CopyObject", "s3:PutObject", copyObject)),
      ofObject("CreateMultipartUpload", "s3:PutObject", putObject),
      ofObject("DeleteObject", "s3:DeleteObject", ofVersion("s3:DeleteObjectVersion")),
      reading(
          ofObject("DeleteObjectTagging", "s3:DeleteObjectTagging", ofVersion("s3:DeleteObjectVersionTagging"))),
      // Each key by itself: those that are allowed go.
      {"DeleteObjects", "s3:DeleteObject", kBucketArn, {}, AccessKind::kHandler},
      reading(ofObject("GetObject", "s3:GetObject", ofVersion("s3:GetObjectVersion"))),
      reading(ofObject("GetObjectAcl", "s3:GetObjectAcl", ofVersion("s3:GetObjectVersionAcl"))),
      reading(ofObject("GetObjectAttributes", "s3:GetObject", attributes)),
      reading(ofObject("GetObjectTagging", "s3:GetObjectTagging", ofVersion("s3:GetObjectVersionTagging"))),
      reading(ofObject("HeadObject", "s3:GetObject", ofVersion("s3:GetObjectVersion"))),
      ofObject("ListParts", "s3:ListMultipartUploadParts"),
      ofObject("PutObject", "s3:PutObject", putObject),
      reading(ofObject("PutObjectAcl", "s3:PutObjectAcl", putObjectAcl)),
      reading(ofObject("PutObjectTagging", "s3:PutObjectTagging", putObjectTagging)),
      ofObject("UploadPart", "s3:PutObject"),
      reading(ofObject("UploadPartCopy", "s3:PutObject", uploadPartCopy)),
  };
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::S3::Bucket",
       "arn:aws:s3:::{id}",
       {{.when = N::kMake, .action = "s3:CreateBucket"},
        {.when = N::kMake | N::kChange,
         .action = "s3:PutBucketVersioning",
         .properties = {"VersioningConfiguration"}},
        {.when = N::kMake | N::kChange,
         .action = "s3:PutEncryptionConfiguration",
         .properties = {"BucketEncryption"}},
        {.when = N::kMake | N::kChange,
         .action = "s3:PutBucketPublicAccessBlock",
         .properties = {"PublicAccessBlockConfiguration"}},
        {.when = N::kMake | N::kChange,
         .action = "s3:PutBucketOwnershipControls",
         .properties = {"OwnershipControls"}},
        {.when = N::kMake | N::kChange,
         .action = "s3:PutLifecycleConfiguration",
         .properties = {"LifecycleConfiguration"}},
        {.when = N::kMake | N::kChange, .action = "s3:PutBucketAcl", .properties = {"AccessControl"}},
        {.when = N::kMake | N::kChange, .action = "s3:PutBucketTagging", .properties = {"Tags"}},
        {.when = N::kRemove, .action = "s3:DeleteBucket"}}},
      {"AWS::S3::BucketPolicy",
       "arn:aws:s3:::{Bucket}",
       {{.when = N::kMake | N::kChange, .action = "s3:PutBucketPolicy"},
        {.when = N::kRemove, .action = "s3:DeleteBucketPolicy"}}},
  };
}

}  // namespace

api::ServiceAccess s3Access() {
  api::ServiceAccess access{"s3", bucketRules(), {}};
  for (AccessRule& rule : objectRules()) access.rules.push_back(std::move(rule));
  access.keys = {"s3:prefix", "s3:delimiter", "s3:max-keys", "s3:VersionId", "s3:x-amz-acl",
                 "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id",
                 "s3:x-amz-server-side-encryption-customer-algorithm", "s3:x-amz-storage-class",
                 "s3:x-amz-website-redirect-location", "s3:x-amz-copy-source", "s3:x-amz-metadata-directive",
                 "s3:x-amz-object-ownership", "s3:LocationConstraint", "s3:RequestObjectTag/",
                 "s3:RequestObjectTagKeys", "s3:if-match", "s3:if-none-match",
                 // Requests with these are refused, or cannot be.
                 "s3:x-amz-grant-read", "s3:x-amz-grant-read-acp", "s3:x-amz-grant-write",
                 "s3:x-amz-grant-write-acp", "s3:x-amz-grant-full-control", "s3:object-lock-mode",
                 "s3:object-lock-retain-until-date", "s3:object-lock-legal-hold", "s3:DataAccessPointArn",
                 "s3:DataAccessPointAccount", "s3:AccessPointNetworkOrigin"};
  access.types = types();
  return access;
}

}  // namespace hearth::services::s3
