// Students' API keys: one or more per student, made in API Gateway, known to the functions by their ids.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/account.h"
#include "homework/client/trainer/deployment.h"
#include "homework/domain/course.h"

namespace hearth::homework::client {

// access/keys.json of the deployment; empty when there is none yet.
Result<AccessKeys> readAccessKeys(Cloud& cloud, const Deployment& deployment);

struct MadeKey {
  std::string id;
  Account account;  // with the key's value
};
// Makes a key for the student, ties it to the usage plan, and lets the functions know it. The only moment at which
// the key's value is seen. Other keys of the student stay valid.
Result<MadeKey> makeInvite(Cloud& cloud, const Deployment& deployment, const std::string& studentId);

// Takes one key away, from the functions first.
Status revokeKey(Cloud& cloud, const Deployment& deployment, const std::string& keyId);

// The value of a key; nullopt when there is no such key.
Result<std::optional<std::string>> findKeyValue(Cloud& cloud, const std::string& keyId);
// Makes the student a key of this value, or takes the one that has it already.
Status importKey(Cloud& cloud, const Deployment& deployment, const std::string& studentId,
                 const std::string& value);
// Lets the functions know these, beside those they know.
Status addAccessKeys(Cloud& cloud, const Deployment& deployment, const AccessKeys& more);

// Takes all keys of the student away, from the functions first. Returns how many there were.
Result<std::size_t> revokeKeys(Cloud& cloud, const Deployment& deployment, const std::string& studentId);

// Deletes every known key, of all students. Of the deployment only the bucket has to be there; without it, does
// nothing.
Status deleteAllKeys(Cloud& cloud, const Deployment& deployment);

// Ties every known key to the usage plan of the deployment: a new API stack has a new plan. Keys that are gone are
// skipped.
Status attachKeys(Cloud& cloud, const Deployment& deployment);

}  // namespace hearth::homework::client
