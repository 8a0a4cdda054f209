// Fn::Cidr: cutting an IP range into smaller ones.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace hearth::stacks {

// The first `count` (1 to 256) ranges of `hostBits` host bits each inside of `block` ("10.0.0.0/16", or IPv6).
// Fault: ValidationError when the block is malformed or has no room for them.
Result<std::vector<std::string>> splitCidr(const std::string& block, std::int64_t count, std::int64_t hostBits);

}  // namespace hearth::stacks
