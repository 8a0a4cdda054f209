#include "services/ssm/ssm_access.h"

namespace hearth::services::ssm {

// One rule for every operation of service.toml: {"CreateX", "ssm:CreateX", "arn:aws:ssm:{region}:{account}:{Name}"}.
api::ServiceAccess ssmAccess() { return {"ssm", {}, {}}; }

}  // namespace hearth::services::ssm
