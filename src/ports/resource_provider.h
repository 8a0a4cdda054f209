// ResourceProvider: how the CloudFormation engine makes, changes and removes one type of resource. Each service
// implements one per type beside its operations (services/X/X_resources.*); server/ registers them by name.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::ports {

// What happens to a resource when this property changes, as AWS's resource specification says.
enum class UpdateBehavior : unsigned char { kNoInterruption, kReplacement };

// The shape that a property value must have before anything is made. Scalars are coerced the way CloudFormation
// does it: "60" is a number, 60 a string, "True" a boolean.
enum class PropertyKind : unsigned char { kString, kInteger, kDouble, kBoolean, kObject, kList, kMap, kJson };

struct PropertySpec {
  std::string name;
  PropertyKind kind = PropertyKind::kString;
  bool required = false;
  UpdateBehavior update = UpdateBehavior::kNoInterruption;
  std::vector<PropertySpec> members;  // of kObject: its members; of kList and kMap: exactly one, the element
};

// The whole contract of a type; an unknown type, property or nested member is refused by name before anything
// is made.
struct ResourceSpec {
  std::string type;  // "AWS::S3::Bucket"
  std::vector<PropertySpec> properties;
  std::vector<std::string> attributes;  // what Fn::GetAtt may name; "*" for any
  bool taggable = false;                // stack tags are merged into the Tags property
};

// One call to a provider. Properties are resolved (no intrinsics) and coerced to the spec.
struct ResourceRequest {
  std::string account;
  std::string region;
  std::string partition = "aws";
  std::string stackName;
  std::string stackId;
  std::string logicalId;
  // In whose rights the stack's operation runs: ARN of its service role, or of the user or session that ordered it.
  // Empty: root.
  std::string actor;
  std::string physicalId;  // empty in create
  JsonObject properties;
  JsonObject oldProperties;  // in update: what stands now
  // The stack's own tags (also merged into the Tags of a taggable type), and aws:cloudformation:stack-name,
  // aws:cloudformation:stack-id and aws:cloudformation:logical-id, which AWS adds to what a stack makes.
  std::map<std::string, std::string> stackTags;
  // A name for a resource whose template gives none: STACK-LOGICALID-RANDOM, cut to `most` characters, the same
  // at every attempt of this operation.
  std::string generatedName(std::size_t most = 64, bool lowerCase = false) const;
  std::string uniqueToken;  // 12 random capitals and digits, fixed per resource incarnation
};

struct ResourceState {
  std::string physicalId;  // what Ref gives
  JsonObject attributes;   // what Fn::GetAtt gives
};

class ResourceProvider {
 public:
  virtual ~ResourceProvider() = default;
  virtual const ResourceSpec& spec() const = 0;

  // Slow work before the transaction: reading packages, unpacking. On the engine's thread; repeatable.
  virtual Result<void> prepare(const ResourceRequest&) { return {}; }

  // The following three run on the writer thread, in the same transaction in which the engine records the
  // outcome: after a crash either both happened or neither. A Fault leaves nothing behind.
  virtual Result<ResourceState> create(const ResourceRequest& request) = 0;
  virtual Result<ResourceState> update(const ResourceRequest& request) = 0;
  // Removing what is already gone succeeds.
  virtual Result<void> remove(const ResourceRequest& request) = 0;

  // The resource as it stands, in the template's terms. On the writer thread or with a read snapshot.
  virtual Result<ResourceState> read(const ResourceRequest& request) = 0;
};

}  // namespace hearth::ports
