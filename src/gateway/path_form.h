// What a path may look like where others read it in their own way: a signature's canonical form, an endpoint.
#pragma once

#include <string_view>

namespace hearth::gateway {

// Whether a part of the path is "." or "..", also escaped, behind a backslash, or with parameters ("..;a"): who
// resolves it would leave the path that a policy was asked about.
bool hasDotSegment(std::string_view path);

// Whether a signature holds for this path alone: in the canonical form of Signature Version 4 dot segments are
// resolved and empty parts left out. Slashes at the beginning and at the end do not count: routes and ARNs of
// methods are without them as well.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
bool isSignedOneWay(std::string_view path);

}  // namespace hearth::gateway
