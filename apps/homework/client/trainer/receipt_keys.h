// The keys of receipts: made once for a course, the public ones also kept beside the course's files, so that a
// receipt can be checked without a server.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "homework/client/trainer/deployment.h"
#include "homework/domain/receipt.h"

namespace hearth::homework::client {

// Makes the signing key unless there is one, and publishes its public key. Safe to repeat; the signing key never
// leaves the bucket by another way than this function.
Status makeReceiptKeys(Cloud& cloud, const Deployment& deployment);

// As published; none when nothing is.
Result<std::vector<ReceiptKey>> readReceiptKeys(Cloud& cloud, const Deployment& deployment);

// `.homework/receipt-keys.json` of a course's folder.
std::filesystem::path receiptKeysPath(const std::filesystem::path& course);
// Whether saveReceiptKeys() could write there; asked before anything is published. Failure kUsage.
Status checkReceiptKeysCanBeSaved(const std::filesystem::path& course);
// Keeps what is published there. Does nothing when nothing is published.
Status saveReceiptKeys(Cloud& cloud, const Deployment& deployment, const std::filesystem::path& course);
// Failure kUsage when the file is damaged.
Result<std::optional<std::vector<ReceiptKey>>> findSavedReceiptKeys(const std::filesystem::path& course);

}  // namespace hearth::homework::client
