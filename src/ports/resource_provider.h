// ResourceProvider: how the CloudFormation engine makes, changes and removes one type of resource. Each service
// implements one per type beside its operations (services/X/X_resources.*); server/ registers them by name.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
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
  // create(), update() and remove() only begin: resume() tells when it is done.
  bool takesTime = false;
  bool openProperties = false;  // whatever else is given is taken as it is
  bool alwaysUpdated = false;   // an update of the stack asks for it even where no property differs
};

// What a request is for.
enum class ResourceVerb : unsigned char {
  kCreate,
  kUpdate,
  kRestore,  // update() on the way back: `properties` are what stood before
  kRemove,
  kSettle,  // see ResourceProvider::settle()
};

// What a provider has prepared for one request. It goes with that request, and when nobody holds it any more, what
// came to nothing with it is let go of: on the thread of the last holder, not the writer's.
class PreparedWork {
 public:
  PreparedWork() = default;
  virtual ~PreparedWork() = default;
  PreparedWork(const PreparedWork&) = delete;
  PreparedWork& operator=(const PreparedWork&) = delete;

  // The transaction that it was used in may be there after a crash: nothing is let go of that it would refer to.
  virtual void outcomeUnknown() {}
};

// One call to a provider. Properties are resolved (no intrinsics) and coerced to the spec.
struct ResourceRequest {
  std::string account;
  std::string region;
  std::string partition = "aws";
  std::string stackName;
  std::string stackId;
  std::string logicalId;
  std::string type;  // as the template names it: "Custom::Anything" for the provider of custom resources
  ResourceVerb verb = ResourceVerb::kCreate;
  // In whose rights the stack's operation runs: ARN of its service role, or of the user or session that ordered it.
  // Empty: root.
  std::string actor;
  std::string physicalId;  // empty in create
  JsonObject properties;
  JsonObject oldProperties;  // in update: what stands now
  // The stack's own tags (also merged into the Tags of a taggable type), and aws:cloudformation:stack-name,
  // aws:cloudformation:stack-id and aws:cloudformation:logical-id, which AWS adds to what a stack makes.
  std::map<std::string, std::string> stackTags;
  std::vector<std::string> capabilities;  // what the stack's order acknowledged
  // A name for a resource whose template gives none: STACK-LOGICALID-RANDOM, cut to `most` characters, the same
  // at every attempt of this operation.
  std::string generatedName(std::size_t most = 64, bool lowerCase = false) const;
  std::string uniqueToken;                      // 12 random capitals and digits, fixed per resource incarnation
  std::shared_ptr<PreparedWork> prepared = {};  // in create and update: what prepare() made; null: nothing
};

struct ResourceState {
  std::string physicalId;  // what Ref gives
  JsonObject attributes;   // what Fn::GetAtt gives
  bool secret = false;     // the attributes are masked wherever properties are shown
  // Of read(): the properties as they stand, in the template's terms, whether a template named them or not; tags
  // without those that AWS adds. Absent: the type cannot tell.
  std::optional<JsonObject> properties = {};
};

// How far something has come that takes time.
struct ResourceProgress {
  enum class Stage : unsigned char { kGoing, kDone, kFailed };
  Stage stage = Stage::kDone;
  // The physical id as soon as there is one, also of what failed; attributes when it is done. An update that gives
  // another physical id than before has made another resource: the former is removed once the update stands.
  ResourceState state;
  std::string reason;                  // of kFailed, as events show it
  std::optional<base::Time> askAgain;  // of kGoing: asked then at the latest; else when the stack is woken
};

class ResourceProvider {
 public:
  virtual ~ResourceProvider() = default;
  virtual const ResourceSpec& spec() const = 0;

  // Slow work before the transaction: reading packages, unpacking. On the engine's thread; repeatable, and not
  // always followed by the call that it was made for. Null: there is nothing to prepare.
  virtual Result<std::shared_ptr<PreparedWork>> prepare(const ResourceRequest&) {
    return std::shared_ptr<PreparedWork>();
  }

  // The following three run on the writer thread, in the same transaction in which the engine records the
  // outcome: after a crash either both happened or neither. A Fault leaves nothing behind.
  virtual Result<ResourceState> create(const ResourceRequest& request) = 0;
  virtual Result<ResourceState> update(const ResourceRequest& request) = 0;
  // Removing what is already gone succeeds. Of a type that takes time also asked for what has no physical id yet:
  // what create() began may have made something.
  virtual Result<void> remove(const ResourceRequest& request) = 0;

  // Of a type that takes time (`ResourceSpec::takesTime`): how far it is with what the last call began; the request
  // is that call's. On the writer thread, in the engine's transaction: at once after the call, when the stack is
  // woken, and after a restart. Whoever finishes the work outside of it records that durably and wakes the stack.
  virtual Result<ResourceProgress> resume(const ResourceRequest&) { return ResourceProgress{}; }
  // Of a type that takes time: an operation of the stack is past the point of no return, forward or back, so that
  // what was kept for the other direction can go. resume() with kSettle tells when it has.
  virtual Result<void> settle(const ResourceRequest&) { return {}; }

  // The resource as it stands. On the writer thread or with a read snapshot; `properties` are what the stack made
  // it from. Fault NotFound: it is not there.
  virtual Result<ResourceState> read(const ResourceRequest& request) = 0;
};

}  // namespace hearth::ports
