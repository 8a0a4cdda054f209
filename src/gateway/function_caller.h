// In whose name a function is called: API Gateway's own, which the function's policy has to let in, or that of a
// role that the API was given (`credentials`), whose policies have to allow it. A function of another account has
// to let in either.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "ports/invoker.h"

namespace hearth::gateway {

// Whether API Gateway may take this role for the account, and call the function as it. Faults: NoSuchEntity 404 and
// AccessDenied 403. On the loop; does not wait.
using RoleGate = std::function<Result<void>(const std::string& roleArn, const std::string& account,
                                            const std::string& functionArn)>;

// Says in an invocation who calls. `roleArn` is empty where no role was given; `sourceArn` is of the method or the
// authorizer. Faults: as above.
Result<void> nameCaller(ports::Invocation& invocation, const std::string& roleArn, const std::string& account,
                        std::string sourceArn, const RoleGate& mayInvoke);

}  // namespace hearth::gateway
