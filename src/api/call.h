// Call: who calls, where and when. All that a handler learns about the request besides its typed input.
#pragma once

#include <string>

#include "base/clock.h"

namespace hearth::api {

class Rights;

// Who signed the request. `arn` is what policies and logs name: arn:aws:iam::ID:root, .../user/NAME, or
// arn:aws:sts::ID:assumed-role/ROLE/SESSION. Empty for anonymous calls (public objects, AssumeRole with web
// identity).
struct Principal {
  std::string account;
  std::string arn;
  std::string userId;       // AIDA..., AROA...:session, or the account id of root
  std::string accessKeyId;  // never the secret
  bool isRoot = false;
  bool anonymous = false;
};

struct Call {
  Principal principal;
  std::string account;  // whose resources are meant: the principal's, unless a policy of another account allows
  std::string region;
  std::string requestId;
  std::string operation;  // "s3:PutObject": service folder and operation
  std::string host;       // as the client spelled it, with its port: for URLs in answers
  std::string sourceIp;
  bool secure = false;  // TLS
  base::Time now;
  // What a handler asks when only it knows the resource (api/access.h); nullptr when everything is allowed: root,
  // and what the engines do by themselves.
  const Rights* rights = nullptr;
};

}  // namespace hearth::api
