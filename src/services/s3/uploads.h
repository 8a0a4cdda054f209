// What PutObject, CopyObject and CreateMultipartUpload say about the object to come, besides its bytes.
#pragma once

#include "services/s3/names.h"
#include "services/s3/object_store.h"
#include "services/s3/tags.h"

namespace hearth::services::s3 {

inline constexpr std::size_t kMostMetadataBytes = 2048;

// Faults: MetadataTooLarge, InvalidTag, InvalidStorageClass, and NotImplemented for what Hearth does not do (KMS
// and customer keys, object lock, grants by header).
template <class Input>
Result<ObjectAttributes> attributesOf(const Input& in) {
  if (in.sseCustomerAlgorithm || in.sseCustomerKey) return notImplemented("encryption with customer-provided keys");
  if (in.ssekmsKeyId || (in.serverSideEncryption && *in.serverSideEncryption != "AES256"))
    return notImplemented("server-side encryption with KMS keys; AES256 is supported");
  if (in.objectLockMode || in.objectLockRetainUntilDate || in.objectLockLegalHoldStatus)
    return notImplemented("object lock");
  if (in.grantFullControl || in.grantRead || in.grantReadACP || in.grantWriteACP)
    return notImplemented("ACL grants by header; use a bucket policy");
  ObjectAttributes attributes;
  auto keep = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) attributes.headers[name] = *value;
  };
  keep("Content-Type", in.contentType);
  keep("Cache-Control", in.cacheControl);
  keep("Content-Disposition", in.contentDisposition);
  keep("Content-Language", in.contentLanguage);
  keep("x-amz-website-redirect-location", in.websiteRedirectLocation);
  if (in.contentEncoding) {
    // aws-chunked is how the body travelled, not what it is.
    std::string encoding = *in.contentEncoding;
    if (auto at = encoding.find("aws-chunked"); at != std::string::npos) {
      encoding.erase(at, 11);
      encoding.erase(0, encoding.find_first_not_of(", "));
      if (auto last = encoding.find_last_not_of(", "); last != std::string::npos) encoding.resize(last + 1);
    }
    keep("Content-Encoding", encoding);
  }
  if (in.expires) attributes.headers["Expires"] = base::formatHttpDate(*in.expires);
  std::size_t bytes = 0;
  if (in.metadata) {
    attributes.metadata = *in.metadata;
    for (const auto& [name, value] : attributes.metadata) bytes += name.size() + value.size();
  }
  if (bytes > kMostMetadataBytes)
    return Fault("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        .with("Size", std::to_string(bytes))
        .with("MaxSizeAllowed", std::to_string(kMostMetadataBytes));
  if (in.storageClass) {
    constexpr std::string_view kClasses[] = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                             "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"};
    bool known = false;
    for (std::string_view name : kClasses) known = known || name == *in.storageClass;
    if (!known) return Fault("InvalidStorageClass", "The storage class you specified is not valid");
    attributes.storageClass = *in.storageClass;
  }
  if (in.tagging) {
    HEARTH_TRY(attributes.tags, tagsFromHeader(*in.tagging));
  }
  if (in.acl && *in.acl != "private") attributes.cannedAcl = *in.acl;
  return attributes;
}

}  // namespace hearth::services::s3
