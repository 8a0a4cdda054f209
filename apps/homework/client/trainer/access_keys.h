// Students' API keys: one or more per student, made in API Gateway, known to the functions by their ids.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/account.h"
#include "homework/client/trainer/deployment.h"
#include "homework/domain/course.h"

namespace hearth::homework::client {

// access/keys.json of the deployment; empty when there is none yet.
Result<AccessKeys> readAccessKeys(Cloud& cloud, const Deployment& deployment);

// Makes a key for the student, ties it to the usage plan, and lets the functions know it. The only moment at which
// the key's value is seen. Other keys of the student stay valid.
Result<Account> makeInvite(Cloud& cloud, const Deployment& deployment, const std::string& studentId);

// Takes all keys of the student away, from the functions first. Returns how many there were.
Result<std::size_t> revokeKeys(Cloud& cloud, const Deployment& deployment, const std::string& studentId);

// Ties every known key to the usage plan of the deployment: a new API stack has a new plan. Keys that are gone are
// skipped.
Status attachKeys(Cloud& cloud, const Deployment& deployment);

}  // namespace hearth::homework::client
