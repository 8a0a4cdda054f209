#include "gateway/function_caller.h"

#include <utility>

namespace hearth::gateway {

Result<void> nameCaller(ports::Invocation& invocation, const std::string& roleArn, const std::string& account,
                        std::string sourceArn, const RoleGate& mayInvoke) {
  if (!roleArn.empty()) {
    invocation.caller.roleArn = roleArn;
    return mayInvoke(roleArn, account, invocation.functionArn);
  }
  invocation.caller.servicePrincipal = "apigateway.amazonaws.com";
  invocation.caller.sourceArn = std::move(sourceArn);
  invocation.caller.sourceAccount = account;
  return {};
}

}  // namespace hearth::gateway
