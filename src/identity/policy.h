// Policy: a document, compiled so that it can be asked about requests.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "identity/condition.h"
#include "identity/pattern.h"

namespace hearth::identity {

// Who acts: a user, a role's session, an account's root, or a service.
struct Actor {
  std::string account;      // of a service: empty
  std::string arn;          // arn:aws:iam::ID:root, .../user/NAME, arn:aws:sts::ID:assumed-role/ROLE/SESSION
  std::string identityArn;  // of a session its role's ARN when that is known, else as `arn`
  std::string service;      // "lambda.amazonaws.com", of a service alone

  bool isRoot() const { return arn.ends_with(":root"); }
  bool isSession() const { return arn.starts_with("arn:aws:sts:"); }
};

struct PolicyRequest {
  const Actor& actor;
  std::string_view action;       // "s3:GetObject"
  std::string_view actionLower;  // "s3:getobject"
  std::string_view resource;     // ARN or "*"
  const ConditionKeys& keys;
};

enum class PolicyForm : unsigned char {
  kIdentity,  // says what, never who
  kResource,  // says who and what
  kTrust,     // says who: of a role, which is the resource
};

// What a policy's allowing statements come to, the strongest of them.
enum class Grant : unsigned char {
  kNone,
  kAccount,   // to the actor's account, which may hand it on
  kIdentity,  // to the actor's role, or to everybody
  kActor,     // to this user, this session or this service; what an identity's own policy grants
};

struct Ruling {
  bool denied = false;
  Grant grant = Grant::kNone;
};

class Policy final {
 public:
  // Fault: MalformedPolicyDocument 400 with what is wrong.
  static Result<Policy> parse(std::string_view document, PolicyForm form);

  Ruling rule(const PolicyRequest& request) const;
  // Whether it lets in everybody, as S3's public access settings understand it.
  bool isPublic() const;
  // Resources and actions as they stand in the document, for checks when it is put.
  std::vector<std::string> resources() const;
  std::vector<std::string> actions() const;
  std::vector<std::string> principals() const;  // "AWS:arn:...", "Service:...", "*"

 private:
  // A list of patterns, or with Not... everything else.
  struct Selection {
    bool named = false;  // the statement has the element
    bool negated = false;
    std::vector<Pattern> patterns;
    Conditions::Verdict takes(std::string_view text, const ConditionKeys& keys) const;
  };
  struct Principals {
    bool named = false;
    bool negated = false;
    bool anyone = false;
    std::vector<std::string> arns;  // of users, roles, sessions and accounts
    std::vector<std::string> services;
    std::vector<std::string> others;  // "Federated:..."
    Grant match(const Actor& actor) const;
    bool excludes(const Actor& actor) const;
  };
  struct Statement {
    bool allow = false;
    Selection actions;
    Selection resources;
    Principals principals;
    Conditions conditions;
  };
  static Result<Statement> parseStatement(const Json& item, PolicyForm form, Variables variables);
  static Result<Selection> parseSelection(const Json& item, std::string_view name, Variables variables);
  static Result<Principals> parsePrincipals(const Json& item);
  static Result<void> addPrincipals(const Json& value, Principals& into);

  PolicyForm form_ = PolicyForm::kIdentity;
  std::vector<Statement> statements_;
};

// Whether a principal, as Policy::principals() spells it, is one that there could be.
bool canBeSomebody(std::string_view principal);

}  // namespace hearth::identity
