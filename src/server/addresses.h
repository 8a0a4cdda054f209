// Which addresses of this machine a listener answers at, and what others are told.
#pragma once

#include <string>
#include <vector>

namespace hearth::server {

// "0.0.0.0" or "::": every address of the machine.
bool isWildcard(const std::string& address);
// The addresses of the interfaces that are up, numeric, without link-local ones; at most 64. Loopback included.
std::vector<std::string> machineAddresses();
// Where a listener on `address` is reached: the address itself, or all of the machine's.
std::vector<std::string> reachedAddresses(const std::string& address);
// The one to tell others: the address itself; for a wildcard, the one that the machine's default route leaves from,
// else any that is not loopback, else 127.0.0.1.
std::string toldAddress(const std::string& address);

}  // namespace hearth::server
