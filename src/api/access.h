// Access: what a call has to be allowed for. Each service says it for every operation that it lists, in a table of
// AccessRules (services/X/X_access.cc); the pipeline decides between decoding and running.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call.h"
#include "api/shape.h"
#include "base/result.h"

namespace hearth::api {

// One action on one resource, with the condition keys of the request ("s3:prefix"; a key may have several values).
// Keys that every request has (aws:...) are not among them.
struct Access {
  std::string action;    // "s3:GetObject"
  std::string resource;  // ARN, or "*" for an action that is on none
  std::vector<std::pair<std::string, std::vector<std::string>>> conditions = {};
  bool byService = false;  // the service does it in the caller's name: not over the caller's connection

  void addCondition(std::string key, std::string value) {
    conditions.emplace_back(std::move(key), std::vector<std::string>{std::move(value)});
  }
  // Nothing when there is no value.
  void addCondition(std::string key, const std::optional<std::string>& value) {
    if (value) addCondition(std::move(key), *value);
  }
};

// Handing a role on to a service ("lambda.amazonaws.com"), for the sake of a resource, where the service names one:
// iam:PassRole.
Access passRole(std::string role, std::string_view service, const std::optional<std::string>& resource = {});

// An object of S3 that a service reads in the caller's name. With a version that is not empty: s3:GetObjectVersion,
// as S3 asks. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
Access readObject(const std::string& bucket, const std::string& key, const std::optional<std::string>& version);

// What a handler may still ask, when only it knows the resource. Lives as long as the call.
class Rights {
 public:
  virtual ~Rights() = default;
  // Fault: the denial, in the words of the service. On the loop, or on the writer thread.
  virtual Result<void> check(const Access& access) const = 0;
  // Whether policies of this other account have let the caller in to what the call names.
  virtual bool opens(const std::string& account) const = 0;
};

// The caller may do it; or there is nobody who asked: an engine's own call.
inline Result<void> checkRights(const Call& call, const Access& access) {
  if (!call.rights) return {};
  return call.rights->check(access);
}

// An operation's input, read by the names of the model's members.
class InputView final {
 public:
  InputView(const Shape& shape, const void* input) : shape_(shape), input_(input) {}

  // The text of a string, number or boolean; nullopt when the member is absent or is none of these.
  std::optional<std::string> text(std::string_view member) const;
  // A member of a structure: {"code", "s3Bucket"}.
  std::optional<std::string> text(std::string_view structure, std::string_view member) const;
  // A list of strings; empty when absent.
  std::vector<std::string> texts(std::string_view member) const;
  // The members `inner` of the structures in a list that have it.
  std::vector<std::string> textsOf(std::string_view list, std::string_view inner) const;
  // The structures in a list, in their order; empty when absent.
  std::vector<InputView> structures(std::string_view list) const;
  bool has(std::string_view member) const;
  // The tags that the request gives, whether as {Key, Value} or as a map.
  std::map<std::string, std::string> tags() const;
  // Their keys, or those that it takes away.
  std::vector<std::string> tagKeys() const;
  // A structure inside; nullopt when absent.
  std::optional<InputView> structure(std::string_view member) const;

 private:
  const void* find(std::string_view member, const Shape*& shape) const;
  const Shape& shape_;
  const void* input_;
};

enum class AccessKind : unsigned char {
  kRule,     // by action and resource
  kFree,     // for everybody who can sign (sts:GetCallerIdentity)
  kHandler,  // by the handler, which asks Call::rights: it alone finds out what the resource is
};

// What one operation needs.
struct AccessRule {
  // Completes or replaces the accesses; a Fault when the input names no resource at all.
  using Refine = std::function<Result<void>(const Call&, const InputView&, std::vector<Access>&)>;

  std::string_view operation;  // "GetObject"
  std::string_view action;     // "s3:GetObject"
  // "arn:aws:s3:::{Bucket}/{Key}": {account}, {region}, and members of the input. An absent member is "*".
  std::string_view resource;
  Refine refine = {};
  AccessKind kind = AccessKind::kRule;
  // What the caller has to be allowed for, given the accesses, to learn that something is not there: else it is
  // told 403 instead of 404. Empty: everybody learns it.
  std::function<Access(const std::vector<Access>&)> absence = {};
};

// What CloudFormation needs to be allowed for when it makes, changes or removes a resource in the name of somebody
// who is not root. Properties are named by their path, through lists as well: "Targets.RoleArn"; `**` is any depth.
struct TypeNeed {
  enum When : unsigned char { kMake = 1, kChange = 2, kRemove = 4 };

  unsigned when = kMake;
  std::string_view action;
  // Only when one of these is there, and in a change differs; none: always.
  std::vector<std::string_view> properties = {};
  // Instead of the type's. With a property of several values: one access for each; with none: no access.
  std::string_view resource = {};
  // The condition key that each value of a property is given as, one access for each.
  std::string_view conditionKey = {};
  std::string_view conditionProperty = {};
  std::string_view passedTo = {};  // iam:PassedToService
  // Of s3:GetObject: the property with the version that is read. Where it has one that is not empty, the need is
  // s3:GetObjectVersion. `versionOf` finds it in the property's value, when it is a part of that.
  std::string_view versionProperty = {};
  std::string (*versionOf)(const std::string&) = nullptr;
  // Of a change: asked for what the first of the properties had and has no more; all else is what was before.
  enum class Gone : unsigned char {
    kNo,
    kEach,   // for each of its values that is gone
    kWhole,  // when there is no value any more
  };
  Gone gone = Gone::kNo;
};

struct TypeRule {
  std::string_view type;  // "AWS::S3::Bucket"
  // {account}, {region}, {id}, properties, properties with a default: {Path=/}; {name} is {id}, never resolved. A
  // value that is an ARN itself stands for the whole.
  std::string_view resource;
  std::vector<TypeNeed> needs;
  // What a property, or the "id" of what stands, is called in the resource: a function's ARN for any of its names,
  // a user's ARN with the path. As it stands when there is nothing to say.
  using Resolve = std::function<std::string(const std::string& account, const std::string& region,
                                            std::string_view property, const std::string& value)>;
  Resolve resolve = {};
};

// What a service says of its operations.
struct ServiceAccess {
  std::string_view service;  // its folder: "s3"
  std::vector<AccessRule> rules;
  // The condition keys of the service that the rules give values to, or that no request here can have. Absence of
  // any other says nothing. With a slash at the end: all that begin so.
  std::vector<std::string_view> keys;
  std::vector<TypeRule> types = {};  // of CloudFormation
};

// The template with what it names put in.
std::string expandResource(std::string_view resource, const Call& call, const InputView& input);
// What the operation needs for this input; the rule's own access first.
Result<std::vector<Access>> accessesOf(const AccessRule& rule, const Call& call, const InputView& input);

}  // namespace hearth::api
