// Names: the name server of a jail (RFC 1035). AWS's names are 127.0.0.1, where the AWS endpoint listens; there are
// no others.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"

namespace hearth::sandbox {

// A non-blocking UDP socket on 127.0.0.1:53 of the current network namespace. Throws std::system_error.
base::Fd openNameSocket();

// The answer to one query: the address of a name below amazonaws.com, none of other types, NXDOMAIN (NOERROR
// without an answer for amazonaws.com itself) for every other name. Empty for what is no query of one name.
std::string answerName(std::string_view query);

// Answers what is waiting, at most a few queries. Never throws but for want of memory.
void answerNames(int socket);

}  // namespace hearth::sandbox
