#include "services/s3/s3_resources.h"

#include "api/document.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"
#include "services/s3/lifecycle_resource.h"

namespace hearth::services::s3 {

using namespace api::s3;

namespace {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

template <class Out>
Result<void> done(const Result<Out>& result) {
  if (!result.ok()) return result.fault();
  return {};
}

PropertySpec flag(const char* name) { return {.name = name, .kind = PropertyKind::kBoolean}; }

PropertySpec object(const char* name, std::vector<PropertySpec> members, bool required = false) {
  return {.name = name, .kind = PropertyKind::kObject, .required = required, .members = std::move(members)};
}

PropertySpec listOf(const char* name, PropertySpec element, bool required = false) {
  return {.name = name, .kind = PropertyKind::kList, .required = required, .members = {std::move(element)}};
}

class BucketProvider final : public ports::ResourceProvider {
 public:
  explicit BucketProvider(S3Service& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::S3::Bucket",
        .properties =
            {{.name = "BucketName", .update = UpdateBehavior::kReplacement},
             {.name = "AccessControl"},
             object("VersioningConfiguration", {{.name = "Status", .required = true}}),
             object("BucketEncryption", {listOf("ServerSideEncryptionConfiguration",
                                                object("Rule", {object("ServerSideEncryptionByDefault",
                                                                       {{.name = "SSEAlgorithm", .required = true},
                                                                        {.name = "KMSMasterKeyID"}}),
                                                                flag("BucketKeyEnabled")}),
                                                true)}),
             lifecycleProperty(),
             object("PublicAccessBlockConfiguration", {flag("BlockPublicAcls"), flag("BlockPublicPolicy"),
                                                       flag("IgnorePublicAcls"), flag("RestrictPublicBuckets")}),
             object("OwnershipControls", {listOf("Rules", object("Rule", {{.name = "ObjectOwnership"}}), true)}),
             tagsProperty()},
        .attributes = {"Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    std::string name = base::findString(request.properties, "BucketName").value_or(request.generatedName(63, true));
    if (service_.buckets().find(name)) return Fault("AlreadyExists", name + " already exists");
    CreateBucketInput in;
    in.bucket = name;
    HEARTH_CHECK(done(service_.createBucket(call, std::move(in))));
    HEARTH_CHECK(apply(call, name, request));
    return stateOf(request, name);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_CHECK(apply(callOf(request, service_.clock()), request.physicalId, request));
    return stateOf(request, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    DeleteBucketInput in;
    in.bucket = request.physicalId;
    auto removed = service_.deleteBucket(callOf(request, service_.clock()), std::move(in));
    if (!removed.ok() && removed.fault().code != "NoSuchBucket") return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto bucket = service_.buckets().find(request.physicalId);
    if (!bucket || bucket->account != request.account) return gone(request);
    HEARTH_TRY(JsonObject properties, propertiesOf(*bucket, request));
    ResourceState state = stateOf(request, request.physicalId);
    state.properties = std::move(properties);
    return state;
  }

 private:
  template <class T>
  Result<std::optional<T>> findSetting(const BucketRow& bucket, const char* name) {
    const auto record = service_.buckets().findSetting(bucket.id, name);
    if (!record) return std::optional<T>();
    HEARTH_TRY(T setting, api::fromRecord<T>(*record));
    return std::optional<T>(std::move(setting));
  }

  Result<JsonObject> propertiesOf(const BucketRow& bucket, const ResourceRequest& request) {
    JsonObject properties{{"BucketName", bucket.name}};
    const std::string canned = service_.buckets().findSetting(bucket.id, kAcl).value_or("private");
    properties["AccessControl"] = spelledAcl(canned);
    if (bucket.versioning != Versioning::kNever)
      properties["VersioningConfiguration"] =
          JsonObject{{"Status", bucket.versioning == Versioning::kEnabled ? "Enabled" : "Suspended"}};
    HEARTH_TRY(const auto encryption, findSetting<ServerSideEncryptionConfiguration>(bucket, kEncryption));
    if (encryption) {
      JsonArray rules;
      for (const ServerSideEncryptionRule& rule : encryption->rules) {
        JsonObject shown = api::toDocument(rule).as_object();
        if (const Json* byDefault = shown.if_contains("ApplyServerSideEncryptionByDefault"))
          shown["ServerSideEncryptionByDefault"] = Json(*byDefault);
        rules.push_back(std::move(shown));
      }
      properties["BucketEncryption"] = JsonObject{{"ServerSideEncryptionConfiguration", std::move(rules)}};
    }
    HEARTH_TRY(const auto access, findSetting<PublicAccessBlockConfiguration>(bucket, kPublicAccessBlock));
    if (access) properties["PublicAccessBlockConfiguration"] = api::toDocument(*access);
    HEARTH_TRY(const auto ownership, findSetting<OwnershipControls>(bucket, kOwnership));
    if (ownership) properties["OwnershipControls"] = api::toDocument(*ownership);
    HEARTH_TRY(const auto lifecycle, findSetting<BucketLifecycleConfiguration>(bucket, kLifecycle));
    if (lifecycle) properties["LifecycleConfiguration"] = lifecyclePropertyOf(*lifecycle, request.properties);
    HEARTH_TRY(const auto tagging, findSetting<Tagging>(bucket, kTagging));
    std::map<std::string, std::string> tags;
    if (tagging)
      for (const Tag& tag : tagging->tagSet) tags[tag.key] = tag.value;
    properties["Tags"] = tagList(tags);
    return properties;
  }

  // "public-read" as a template says it: "PublicRead".
  static std::string spelledAcl(const std::string& canned) {
    std::string spelled;
    bool isFirst = true;
    for (char c : canned) {
      if (c == '-') {
        isFirst = true;
        continue;
      }
      spelled += isFirst && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      isFirst = false;
    }
    return spelled;
  }

  // Brings every setting of the bucket to what the properties say; what they leave out is not configured.
  Result<void> apply(const api::Call& call, const std::string& name, const ResourceRequest& request) {
    const JsonObject& properties = request.properties;
    if (const Json* versioning = properties.if_contains("VersioningConfiguration")) {
      PutBucketVersioningInput in;
      in.bucket = name;
      in.versioningConfiguration.status = base::findString(*versioning, "Status");
      HEARTH_CHECK(done(service_.putBucketVersioning(call, std::move(in))));
    } else if (request.verb == ports::ResourceVerb::kRestore &&
               request.oldProperties.contains("VersioningConfiguration") && service_.forgetVersioning(name)) {
      // A failed update has switched it on, and nothing has been written since.
    } else if (request.oldProperties.contains("VersioningConfiguration")) {
      PutBucketVersioningInput in;
      in.bucket = name;
      in.versioningConfiguration.status = "Suspended";  // versioning cannot be undone, only suspended
      HEARTH_CHECK(done(service_.putBucketVersioning(call, std::move(in))));
    }
    HEARTH_CHECK(applyEncryption(call, name, properties));
    HEARTH_CHECK(applyLifecycle(call, name, properties));
    if (const Json* block = properties.if_contains("PublicAccessBlockConfiguration")) {
      PutPublicAccessBlockInput in;
      in.bucket = name;
      HEARTH_TRY(in.publicAccessBlockConfiguration,
                 api::fromDocument<PublicAccessBlockConfiguration>(*block, api::Leniency::kCoerce));
      HEARTH_CHECK(done(service_.putPublicAccessBlock(call, std::move(in))));
    } else {
      HEARTH_CHECK(done(service_.deletePublicAccessBlock(call, {.bucket = name})));
    }
    if (const Json* controls = properties.if_contains("OwnershipControls")) {
      PutBucketOwnershipControlsInput in;
      in.bucket = name;
      HEARTH_TRY(in.ownershipControls, api::fromDocument<OwnershipControls>(*controls, api::Leniency::kCoerce));
      HEARTH_CHECK(done(service_.putBucketOwnershipControls(call, std::move(in))));
    } else {
      HEARTH_CHECK(done(service_.deleteBucketOwnershipControls(call, {.bucket = name})));
    }
    HEARTH_CHECK(applyAcl(call, name, properties));
    auto tags = tagsOf(request);
    if (tags.empty()) return done(service_.deleteBucketTagging(call, {.bucket = name}));
    PutBucketTaggingInput in;
    in.bucket = name;
    for (const auto& [key, value] : tags) in.tagging.tagSet.push_back({key, value});
    return done(service_.putBucketTagging(call, std::move(in)));
  }

  Result<void> applyEncryption(const api::Call& call, const std::string& name, const JsonObject& properties) {
    const Json* encryption = properties.if_contains("BucketEncryption");
    if (!encryption) return done(service_.deleteBucketEncryption(call, {.bucket = name}));
    PutBucketEncryptionInput in;
    in.bucket = name;
    for (const Json& item : encryption->at("ServerSideEncryptionConfiguration").as_array()) {
      ServerSideEncryptionRule rule;
      if (const Json* byDefault = base::findMember(item, "ServerSideEncryptionByDefault")) {
        auto& target = rule.applyServerSideEncryptionByDefault.emplace();
        target.sseAlgorithm = base::findString(*byDefault, "SSEAlgorithm").value_or("");
        target.kmsMasterKeyID = base::findString(*byDefault, "KMSMasterKeyID");
      }
      if (const Json* bucketKey = base::findMember(item, "BucketKeyEnabled"))
        rule.bucketKeyEnabled = bucketKey->as_bool();
      in.serverSideEncryptionConfiguration.rules.push_back(std::move(rule));
    }
    return done(service_.putBucketEncryption(call, std::move(in)));
  }

  Result<void> applyLifecycle(const api::Call& call, const std::string& name, const JsonObject& properties) {
    const Json* lifecycle = properties.if_contains("LifecycleConfiguration");
    if (!lifecycle) return done(service_.deleteBucketLifecycle(call, {.bucket = name}));
    PutBucketLifecycleConfigurationInput in;
    in.bucket = name;
    HEARTH_TRY(in.lifecycleConfiguration, lifecycleOf(*lifecycle));
    return done(service_.putBucketLifecycleConfiguration(call, std::move(in)));
  }

  // CloudFormation spells canned ACLs in its own way: "PublicRead" for public-read.
  Result<void> applyAcl(const api::Call& call, const std::string& name, const JsonObject& properties) {
    std::string spelled = base::findString(properties, "AccessControl").value_or("Private");
    std::string canned;
    for (char c : spelled) {
      if (c >= 'A' && c <= 'Z') {
        if (!canned.empty()) canned += '-';
        canned += static_cast<char>(c - 'A' + 'a');
      } else {
        canned += c;
      }
    }
    PutBucketAclInput in;
    in.bucket = name;
    in.acl = canned;
    return done(service_.putBucketAcl(call, std::move(in)));
  }

  static ResourceState stateOf(const ResourceRequest& request, const std::string& name) {
    std::string regional = name + ".s3." + request.region + ".amazonaws.com";
    return {name,
            {{"Arn", "arn:aws:s3:::" + name},
             {"DomainName", name + ".s3.amazonaws.com"},
             {"RegionalDomainName", regional},
             {"DualStackDomainName", name + ".s3.dualstack." + request.region + ".amazonaws.com"},
             {"WebsiteURL", "http://" + name + ".s3-website-" + request.region + ".amazonaws.com"}}};
  }

  S3Service& service_;
};

class BucketPolicyProvider final : public ports::ResourceProvider {
 public:
  explicit BucketPolicyProvider(S3Service& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::S3::BucketPolicy",
        .properties = {{.name = "Bucket", .required = true, .update = UpdateBehavior::kReplacement},
                       {.name = "PolicyDocument", .kind = PropertyKind::kJson, .required = true}}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    std::string bucket = base::findString(request.properties, "Bucket").value_or("");
    if (auto row = service_.buckets().find(bucket); row && service_.buckets().findSetting(row->id, kPolicy))
      return Fault("AlreadyExists", "The bucket policy already exists on bucket " + bucket + ".");
    return put(request, bucket);
  }

  Result<ResourceState> update(const ResourceRequest& request) override { return put(request, request.physicalId); }

  Result<void> remove(const ResourceRequest& request) override {
    auto removed = service_.deleteBucketPolicy(callOf(request, service_.clock()), {.bucket = request.physicalId});
    if (!removed.ok() && removed.fault().code != "NoSuchBucket") return removed.fault();
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto policy = service_.getBucketPolicy(callOf(request, service_.clock()), {.bucket = request.physicalId});
    if (!policy.ok()) return goneOr(policy.fault(), request);
    ResourceState state{request.physicalId, {}};
    auto document = base::parseJson(policy->policy.value_or("{}"));
    state.properties = JsonObject{{"Bucket", request.physicalId},
                                  {"PolicyDocument", document.ok() ? *std::move(document) : Json()}};
    return state;
  }

 private:
  Result<ResourceState> put(const ResourceRequest& request, const std::string& bucket) {
    const Json& document = request.properties.at("PolicyDocument");
    PutBucketPolicyInput in;
    in.bucket = bucket;
    in.policy = document.is_string() ? std::string(document.get_string()) : base::writeJson(document);
    HEARTH_CHECK(done(service_.putBucketPolicy(callOf(request, service_.clock()), std::move(in))));
    return ResourceState{bucket, {}};
  }

  S3Service& service_;
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeS3Resources(S3Service& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<BucketProvider>(service));
  providers.push_back(std::make_unique<BucketPolicyProvider>(service));
  return providers;
}

}  // namespace hearth::services::s3
