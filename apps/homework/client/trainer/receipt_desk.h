// Checking a student's receipt.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

// `what`: a file, `-` for standard input, or a receipt's code, which is looked up in the bucket. The public keys
// come from `course`'s folder, else from the server. Failure kRejected when the receipt is not genuine.
Status verifyReceiptCommand(Desk& desk, const std::vector<std::string>& what, const std::filesystem::path& course);

}  // namespace hearth::homework::client
