#include "services/ssm/ssm_service.h"

namespace hearth::services::ssm {

SsmService::SsmService(store::Database& database) : store_(database) {}

}  // namespace hearth::services::ssm
