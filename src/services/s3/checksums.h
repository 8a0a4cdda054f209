// The additional checksums of objects: CRC32, CRC32C, CRC64NVME, SHA1, SHA256.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/result.h"

namespace hearth::services::s3 {

// An algorithm by its AWS name, and a value in base64.
struct Checksum {
  std::string algorithm;  // "CRC32", ...
  std::string value;
};

// nullopt for a name that S3 does not have.
std::optional<base::HashKind> checksumKind(std::string_view algorithm);

// What a request says about its body's checksum: an algorithm to compute, and the value it must have.
struct ChecksumWish {
  std::string algorithm;  // empty: none asked for
  std::string expected;   // base64; empty: compute and report only
};

// Reads the wish off any generated input or part with the members checksumAlgorithm, checksumCRC32 and so on.
// Fault: InvalidRequest 400 for two values at once, or an unknown algorithm.
template <class Input>
Result<ChecksumWish> checksumWish(const Input& in, const std::optional<std::string>& algorithm) {
  ChecksumWish wish;
  int given = 0;
  auto take = [&](const char* name, const std::optional<std::string>& value) {
    if (!value) return;
    ++given;
    wish = {name, *value};
  };
  take("CRC32", in.checksumCRC32);
  take("CRC32C", in.checksumCRC32C);
  take("CRC64NVME", in.checksumCRC64NVME);
  take("SHA1", in.checksumSHA1);
  take("SHA256", in.checksumSHA256);
  if (given > 1)
    return Fault("InvalidRequest",
                 "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  if (given == 0 && algorithm) {
    if (!checksumKind(*algorithm))
      return Fault("InvalidRequest",
                   "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                   "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
    wish.algorithm = *algorithm;
  }
  return wish;
}

// Writes the checksum into the member of an output that carries it.
template <class Output>
void showChecksum(Output& out, const std::optional<Checksum>& checksum) {
  if (!checksum) return;
  if (checksum->algorithm == "CRC32") out.checksumCRC32 = checksum->value;
  if (checksum->algorithm == "CRC32C") out.checksumCRC32C = checksum->value;
  if (checksum->algorithm == "CRC64NVME") out.checksumCRC64NVME = checksum->value;
  if (checksum->algorithm == "SHA1") out.checksumSHA1 = checksum->value;
  if (checksum->algorithm == "SHA256") out.checksumSHA256 = checksum->value;
}

}  // namespace hearth::services::s3
