// Signed receipts: who made them can be told with nothing but the course's public keys. Ed25519, RFC 8032.
//
// A receipt is the canonical text of attempt.h, and below it one line:
//   signature: ed25519:<keyId>:<base64 of the signature of the text's bytes>
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/ids.h"
#include "homework/domain/outcome.h"
#include "homework/domain/submission.h"
#include "homework/domain/times.h"

namespace hearth::homework {

// signing/receipt-key.json. Whoever has it can make receipts.
struct SigningKey {
  std::string keyId;
  std::string privateKey;  // 32 bytes
};

// One of published/receipt-keys.json.
struct ReceiptKey {
  std::string keyId;      // the first 8 hex digits of the public key's SHA-256
  std::string publicKey;  // 32 bytes
  Instant createdAt{};
};

// Of 32 random bytes that nobody else knows.
Outcome<SigningKey> makeSigningKey(std::string_view seed);
Outcome<ReceiptKey> publicKeyOf(const SigningKey& key, Instant createdAt);

std::string signingKeyJson(const SigningKey& key);
Outcome<SigningKey> parseSigningKey(std::string_view text);
// All keys that ever signed; an entry whose id is not its key's is a Problem.
std::string receiptKeysJson(const std::vector<ReceiptKey>& keys);
Outcome<std::vector<ReceiptKey>> parseReceiptKeys(std::string_view text);

// The signature of the canonical text, base64. Equal input makes equal bytes.
Outcome<std::string> signReceipt(std::string_view canonicalText, const SigningKey& key);
// What a student keeps; the text alone where there is no signature.
std::string signedReceipt(std::string_view canonicalText, std::string_view keyId, std::string_view signature);

// What a receipt states, once its signature holds.
struct VerifiedReceipt {
  std::string keyId;
  std::string code;
  std::string course;
  TestRef test;
  std::string studentId;
  Instant receivedAt{};
  std::string questionSet;
  Answers answers;
  std::string text;  // canonical
};
// Checks a receipt as somebody pasted it: line ends of any kind, and what stands before and after it, do not
// matter. A Problem says what is wrong: no signature, an unknown key, or a text that the signature was not made
// for.
Outcome<VerifiedReceipt> verifyReceipt(std::string_view pasted, const std::vector<ReceiptKey>& keys);

}  // namespace hearth::homework
