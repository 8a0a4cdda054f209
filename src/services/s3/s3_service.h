// S3: buckets, versioned objects, listings, multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/API/
#pragma once

#include "api/call.h"
#include "api/s3.h"
#include "base/executor.h"
#include "base/random.h"
#include "ports/object_reader.h"
#include "ports/policy_source.h"
#include "services/s3/bucket_store.h"
#include "services/s3/lifecycle.h"
#include "services/s3/object_store.h"
#include "services/s3/upload_store.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hearth::services::s3 {

struct S3Settings {
  // The 64 hex digits that stand for an account as an owner.
  std::function<std::string(const std::string& account)> canonicalIdOf;
  // Whether a bucket's policy can be decided by. Fault: MalformedPolicy 400.
  std::function<Result<void>(const std::string& document, const std::string& bucketArn)> checkPolicy = {};
  // Whether it lets in everybody.
  std::function<bool(const std::string& document)> isPublicPolicy = {};
};

class S3Service final : public ports::ObjectReader, public ports::ResourcePolicySource {
 public:
  S3Service(store::Database& database, const store::Keyring& keyring, store::Blobs& blobs, base::ThreadPool& pool,
            base::Random& random, const base::Clock& clock, S3Settings settings);

  BucketStore& buckets() { return buckets_; }
  // Makes a bucket one that never had versions, if it has none. In a write.
  bool forgetVersioning(const std::string& bucket);
  const ObjectStore& objects() const { return objects_; }
  const UploadStore& uploads() const { return uploads_; }
  const base::Clock& clock() const { return clock_; }
  // Every blob that is in use, for the sweep at start.
  void forEachBlob(const std::function<void(const store::BlobId&)>& visit) const { objects_.forEachBlob(visit); }

  // On the writer thread, for the lifecycle engine: the version goes for good, or, when it is current, as
  // DeleteObject without a version does it.
  Result<void> expire(const BucketRow& bucket, const ObjectRow& row, bool forGood, base::Time now);
  // On the writer thread: removes an upload with its parts.
  void dropUpload(const std::string& uploadId);

  Result<std::string> readObject(const ports::ObjectRef& object, std::uint64_t limit) override;

  // --- ports::ResourcePolicySource: the policies of buckets
  std::string_view policyHolder(std::string_view action, std::string_view resource) const override;
  Result<ports::ResourcePolicy> resourcePolicyOf(const std::string& bucketArn) const override;
  bool hasPolicies() const override { return buckets_.hasPolicies(); }
  std::uint64_t resourcePolicyGeneration() const override { return buckets_.policyGeneration(); }
  bool ownerMayAlways(std::string_view action) const override;

  // --- Buckets
  Result<api::s3::CreateBucketOutput> createBucket(const api::Call& call, api::s3::CreateBucketInput in);
  Result<api::s3::DeleteBucketOutput> deleteBucket(const api::Call& call, api::s3::DeleteBucketInput in);
  Result<api::s3::HeadBucketOutput> headBucket(const api::Call& call, api::s3::HeadBucketInput in) const;
  Result<api::s3::ListBucketsOutput> listBuckets(const api::Call& call, api::s3::ListBucketsInput in) const;
  Result<api::s3::GetBucketLocationOutput> getBucketLocation(const api::Call& call,
                                                             api::s3::GetBucketLocationInput in) const;
  Result<api::s3::GetBucketVersioningOutput> getBucketVersioning(const api::Call& call,
                                                                 api::s3::GetBucketVersioningInput in) const;
  Result<api::s3::PutBucketVersioningOutput> putBucketVersioning(const api::Call& call,
                                                                 api::s3::PutBucketVersioningInput in);

  // --- Settings of buckets
  Result<api::s3::DeleteBucketEncryptionOutput> deleteBucketEncryption(const api::Call& call,
                                                                       api::s3::DeleteBucketEncryptionInput in);
  Result<api::s3::DeleteBucketLifecycleOutput> deleteBucketLifecycle(const api::Call& call,
                                                                     api::s3::DeleteBucketLifecycleInput in);
  Result<api::s3::DeleteBucketOwnershipControlsOutput> deleteBucketOwnershipControls(
      const api::Call& call, api::s3::DeleteBucketOwnershipControlsInput in);
  Result<api::s3::DeleteBucketPolicyOutput> deleteBucketPolicy(const api::Call& call,
                                                               api::s3::DeleteBucketPolicyInput in);
  Result<api::s3::DeleteBucketTaggingOutput> deleteBucketTagging(const api::Call& call,
                                                                 api::s3::DeleteBucketTaggingInput in);
  Result<api::s3::DeletePublicAccessBlockOutput> deletePublicAccessBlock(const api::Call& call,
                                                                         api::s3::DeletePublicAccessBlockInput in);
  Result<api::s3::GetBucketAccelerateConfigurationOutput> getBucketAccelerateConfiguration(
      const api::Call& call, api::s3::GetBucketAccelerateConfigurationInput in) const;
  Result<api::s3::GetBucketAclOutput> getBucketAcl(const api::Call& call, api::s3::GetBucketAclInput in) const;
  Result<api::s3::GetBucketCorsOutput> getBucketCors(const api::Call& call, api::s3::GetBucketCorsInput in) const;
  Result<api::s3::GetBucketEncryptionOutput> getBucketEncryption(const api::Call& call,
                                                                 api::s3::GetBucketEncryptionInput in) const;
  Result<api::s3::GetBucketLifecycleConfigurationOutput> getBucketLifecycleConfiguration(
      const api::Call& call, api::s3::GetBucketLifecycleConfigurationInput in) const;
  Result<api::s3::GetBucketLoggingOutput> getBucketLogging(const api::Call& call,
                                                           api::s3::GetBucketLoggingInput in) const;
  Result<api::s3::GetBucketNotificationConfigurationOutput> getBucketNotificationConfiguration(
      const api::Call& call, api::s3::GetBucketNotificationConfigurationInput in) const;
  Result<api::s3::GetBucketOwnershipControlsOutput> getBucketOwnershipControls(
      const api::Call& call, api::s3::GetBucketOwnershipControlsInput in) const;
  Result<api::s3::GetBucketPolicyOutput> getBucketPolicy(const api::Call& call,
                                                         api::s3::GetBucketPolicyInput in) const;
  Result<api::s3::GetBucketPolicyStatusOutput> getBucketPolicyStatus(const api::Call& call,
                                                                     api::s3::GetBucketPolicyStatusInput in) const;
  Result<api::s3::GetBucketReplicationOutput> getBucketReplication(const api::Call& call,
                                                                   api::s3::GetBucketReplicationInput in) const;
  Result<api::s3::GetBucketRequestPaymentOutput> getBucketRequestPayment(
      const api::Call& call, api::s3::GetBucketRequestPaymentInput in) const;
  Result<api::s3::GetBucketTaggingOutput> getBucketTagging(const api::Call& call,
                                                           api::s3::GetBucketTaggingInput in) const;
  Result<api::s3::GetBucketWebsiteOutput> getBucketWebsite(const api::Call& call,
                                                           api::s3::GetBucketWebsiteInput in) const;
  Result<api::s3::GetObjectLockConfigurationOutput> getObjectLockConfiguration(
      const api::Call& call, api::s3::GetObjectLockConfigurationInput in) const;
  Result<api::s3::GetPublicAccessBlockOutput> getPublicAccessBlock(const api::Call& call,
                                                                   api::s3::GetPublicAccessBlockInput in) const;
  Result<api::s3::PutBucketAclOutput> putBucketAcl(const api::Call& call, api::s3::PutBucketAclInput in);
  Result<api::s3::PutBucketEncryptionOutput> putBucketEncryption(const api::Call& call,
                                                                 api::s3::PutBucketEncryptionInput in);
  Result<api::s3::PutBucketLifecycleConfigurationOutput> putBucketLifecycleConfiguration(
      const api::Call& call, api::s3::PutBucketLifecycleConfigurationInput in);
  Result<api::s3::PutBucketOwnershipControlsOutput> putBucketOwnershipControls(
      const api::Call& call, api::s3::PutBucketOwnershipControlsInput in);
  Result<api::s3::PutBucketPolicyOutput> putBucketPolicy(const api::Call& call, api::s3::PutBucketPolicyInput in);
  Result<api::s3::PutBucketTaggingOutput> putBucketTagging(const api::Call& call,
                                                           api::s3::PutBucketTaggingInput in);
  Result<api::s3::PutPublicAccessBlockOutput> putPublicAccessBlock(const api::Call& call,
                                                                   api::s3::PutPublicAccessBlockInput in);

  // --- Objects
  Task<Result<api::s3::GetObjectOutput>> getObject(const api::Call& call, api::s3::GetObjectInput in);
  Result<api::s3::HeadObjectOutput> headObject(const api::Call& call, api::s3::HeadObjectInput in) const;
  Result<api::s3::GetObjectAttributesOutput> getObjectAttributes(const api::Call& call,
                                                                 api::s3::GetObjectAttributesInput in) const;
  Result<api::s3::GetObjectTaggingOutput> getObjectTagging(const api::Call& call,
                                                           api::s3::GetObjectTaggingInput in) const;
  Result<api::s3::PutObjectTaggingOutput> putObjectTagging(const api::Call& call,
                                                           api::s3::PutObjectTaggingInput in);
  Result<api::s3::DeleteObjectTaggingOutput> deleteObjectTagging(const api::Call& call,
                                                                 api::s3::DeleteObjectTaggingInput in);
  Result<api::s3::GetObjectAclOutput> getObjectAcl(const api::Call& call, api::s3::GetObjectAclInput in) const;
  Result<api::s3::PutObjectAclOutput> putObjectAcl(const api::Call& call, api::s3::PutObjectAclInput in);
  Task<Result<api::s3::PutObjectOutput>> putObject(const api::Call& call, api::s3::PutObjectInput in);
  Task<Result<api::s3::CopyObjectOutput>> copyObject(const api::Call& call, api::s3::CopyObjectInput in);
  Result<api::s3::DeleteObjectOutput> deleteObject(const api::Call& call, api::s3::DeleteObjectInput in);
  Result<api::s3::DeleteObjectsOutput> deleteObjects(const api::Call& call, api::s3::DeleteObjectsInput in);

  // --- Listings
  Result<api::s3::ListObjectsOutput> listObjects(const api::Call& call, api::s3::ListObjectsInput in) const;
  Result<api::s3::ListObjectsV2Output> listObjectsV2(const api::Call& call, api::s3::ListObjectsV2Input in) const;
  Result<api::s3::ListObjectVersionsOutput> listObjectVersions(const api::Call& call,
                                                               api::s3::ListObjectVersionsInput in) const;

  // --- Multipart uploads
  Result<api::s3::AbortMultipartUploadOutput> abortMultipartUpload(const api::Call& call,
                                                                   api::s3::AbortMultipartUploadInput in);
  Result<api::s3::CompleteMultipartUploadOutput> completeMultipartUpload(const api::Call& call,
                                                                         api::s3::CompleteMultipartUploadInput in);
  Result<api::s3::CreateMultipartUploadOutput> createMultipartUpload(const api::Call& call,
                                                                     api::s3::CreateMultipartUploadInput in);
  Result<api::s3::ListMultipartUploadsOutput> listMultipartUploads(const api::Call& call,
                                                                   api::s3::ListMultipartUploadsInput in) const;
  Result<api::s3::ListPartsOutput> listParts(const api::Call& call, api::s3::ListPartsInput in) const;
  Task<Result<api::s3::UploadPartOutput>> uploadPart(const api::Call& call, api::s3::UploadPartInput in);
  Task<Result<api::s3::UploadPartCopyOutput>> uploadPartCopy(const api::Call& call,
                                                             api::s3::UploadPartCopyInput in);

 private:
  // The caller's bucket, or another account's that a policy has opened to the call; else AccessDenied.
  Result<BucketRow> getBucket(const api::Call& call, const std::string& name,
                              const std::optional<std::string>& expectedOwner = {}) const;
  // The version asked for, or the latest; a delete marker is NoSuchKey or MethodNotAllowed, as on AWS.
  Result<ObjectRow> getObjectRow(const BucketRow& bucket, const std::string& key,
                                 const std::optional<std::string>& versionId, Load load = Load::kRow) const;
  // A row with its body: in memory, or in blobs that stay while they are held.
  struct HeldObject {
    ObjectRow row;
    std::vector<store::BlobHold> holds;
  };
  // On the loop not inside of a Snapshot, which would hide that the object was replaced meanwhile.
  Result<HeldObject> holdObject(const api::Call& call, const std::string& bucket, const std::string& key,
                                const std::optional<std::string>& versionId,
                                const std::optional<std::string>& expectedOwner = {}) const;
  Result<void> putSetting(const api::Call& call, const std::string& bucket, const std::string& name,
                          const std::string& record);
  Result<std::string> getSetting(const api::Call& call, const std::string& bucket, const std::string& name,
                                 Fault missing) const;
  Result<void> deleteSetting(const api::Call& call, const std::string& bucket, const std::string& name);
  bool isPublic(const std::string& policy) const;
  Result<api::s3::PublicAccessBlockConfiguration> publicAccessOf(std::int64_t bucketId) const;
  Result<void> checkAclsAllowed(const BucketRow& bucket, const std::string& cannedAcl) const;

  // Writes the row of a finished body: conditions, version id, replaced blobs. On the writer thread.
  struct PutConditions {
    std::optional<std::string> ifMatch;
    std::optional<std::string> ifNoneMatch;
  };
  Result<ObjectRow> commitObject(const BucketRow& bucket, ObjectRow row, const PutConditions& conditions);
  void removeAfterCommit(std::vector<Segment> segments);
  void discard(const Body& body);
  struct Deletion {
    bool marker = false;
    std::string versionId;
  };
  struct Victim {
    std::string key;
    std::optional<std::string> versionId;
    std::optional<std::string> ifMatch;  // "*" or an ETag: of the current version, whichever is deleted
    bool otherConditions = false;        // those that only directory buckets know
  };
  Result<Deletion> deleteOne(const BucketRow& bucket, const Victim& victim, base::Time now);
  // The object that a copy reads: "/bucket/key?versionId=ID".
  Result<HeldObject> openSource(const api::Call& call, const std::string& copySource) const;
  PartRow makePart(ReceivedBody received, std::int64_t number) const;
  Task<Result<void>> commitPart(const api::Call& call, const std::string& bucketName, const std::string& key,
                                const std::string& uploadId, const PartRow& part);
  Result<UploadRow> getUpload(const BucketRow& bucket, const std::string& key, const std::string& uploadId) const;
  std::string newVersionId(const BucketRow& bucket);
  // The value of x-amz-expiration, for a current object that a rule will expire.
  std::optional<std::string> expirationOf(const ObjectRow& row) const;
  api::s3::Owner ownerOf(const BucketRow& bucket) const;

  store::Database& database_;
  store::Blobs& blobs_;
  base::ThreadPool& pool_;
  base::Random& random_;
  const base::Clock& clock_;
  S3Settings settings_;
  BucketStore buckets_;
  ObjectStore objects_;
  UploadStore uploads_;
  RuleCache rules_;
};

}  // namespace hearth::services::s3
