// What a look at a resource needs to be allowed for: drift tells how a resource stands to whoever looks for it.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
#pragma once

#include <string_view>
#include <vector>

#include "api/access.h"

namespace hearth::server {

// The needs of a look at a resource of the type, as of what stands (TypeNeed::kRemove): those with properties only
// where the template has them, because nothing else is shown. Empty: the type is for root alone. The resources are
// the type's own, as in its TypeRule.
std::vector<api::TypeNeed> readNeedsOf(std::string_view type);

}  // namespace hearth::server
