#include "homework/domain/receipt.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "homework/domain/hash.h"
#include "homework/domain/json_text.h"
#include "homework/domain/mime.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxReceipt = 1024 * 1024;
constexpr std::size_t kMaxDocument = 256 * 1024;
constexpr std::string_view kSignature = "signature: ed25519:";
constexpr std::string_view kFirstLabel = "Receipt       ";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Key privateKeyOf(std::string_view seed) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(seed), seed.size()));
}

Outcome<std::string> publicBytes(std::string_view seed) {
  const Key key = seed.size() == kKeyBytes ? privateKeyOf(seed) : nullptr;
  std::string out(kKeyBytes, '\0');
  std::size_t size = out.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()), &size) != 1 ||
      size != kKeyBytes) {
    return Problem{"a signing key is 32 bytes"};
  }
  return out;
}

std::string keyIdOf(std::string_view publicKey) { return sha256Hex(publicKey).substr(0, 8); }

bool holds(std::string_view text, std::string_view signature, std::string_view publicKey) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(publicKey), publicKey.size()));
  const Context context(EVP_MD_CTX_new());
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(text), text.size()) == 1;
}

Outcome<const json::object*> objectOf(const Outcome<json::value>& document, std::string_view what) {
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{std::string(what) + " is not an object"};
  return object;
}

std::optional<std::string> keyBytes(const json::object& object, std::string_view name) {
  auto bytes = decodeBase64(findString(object, name).value_or("?"));
  if (!bytes || bytes->size() != kKeyBytes) return std::nullopt;
  return bytes;
}

// A pasted receipt taken apart.
struct Pasted {
  std::string text;
  std::string keyId;
  std::string signature;  // bytes
};

Outcome<Pasted> takeApart(std::string_view pasted) {
  if (pasted.size() > kMaxReceipt) return Problem{"this is too long for a receipt"};
  std::string clean;
  for (std::size_t i = 0; i < pasted.size(); ++i) {
    if (pasted[i] != '\r') {
      clean += pasted[i];
    } else if (i + 1 == pasted.size() || pasted[i + 1] != '\n') {
      clean += '\n';
    }
  }
  std::size_t begin = clean.starts_with(kFirstLabel) ? 0 : clean.find("\n" + std::string(kFirstLabel));
  if (begin == std::string::npos && clean.starts_with("\xef\xbb\xbf" + std::string(kFirstLabel))) begin = 2;
  if (begin == std::string::npos) return Problem{"this is not a receipt: no line begins with 'Receipt'"};
  if (!clean.starts_with(kFirstLabel)) ++begin;
  const std::size_t mark = clean.find("\n" + std::string(kSignature), begin);
  if (mark == std::string::npos) return Problem{"the receipt has no signature"};
  Pasted out;
  out.text = clean.substr(begin, mark + 1 - begin);
  std::string_view line = std::string_view(clean).substr(mark + 1 + kSignature.size());
  line = line.substr(0, line.find('\n'));
  while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Problem{"the receipt's signature is not complete"};
  out.keyId = line.substr(0, colon);
  auto signature = decodeBase64(line.substr(colon + 1));
  if (!signature || signature->size() != kSignatureBytes) return Problem{"the receipt's signature is not complete"};
  out.signature = std::move(*signature);
  return out;
}

// The value behind a label of the head; the labels are padded to one width.
std::string valueOf(std::string_view text, std::string_view label) {
  std::string wanted = "\n" + std::string(label);
  wanted.resize(1 + kFirstLabel.size(), ' ');
  const std::string all = "\n" + std::string(text);
  const std::size_t at = all.find(wanted);
  if (at == std::string::npos) return "";
  const std::size_t start = at + wanted.size();
  return all.substr(start, all.find('\n', start) - start);
}

VerifiedReceipt readStated(const Pasted& pasted) {
  VerifiedReceipt out;
  out.keyId = pasted.keyId;
  out.text = pasted.text;
  const std::size_t blank = pasted.text.find("\n\n");
  const std::string_view head = std::string_view(pasted.text).substr(0, blank);
  out.code = valueOf(head, "Receipt");
  out.course = valueOf(head, "Course");
  const std::string test = valueOf(head, "Test");
  if (const auto ref = parseTestRef(std::string_view(test).substr(0, test.find(' ')))) out.test = *ref;
  out.studentId = valueOf(head, "Student");
  out.receivedAt = parseInstant(valueOf(head, "")).value_or(Instant{});  // the line below the local time
  out.questionSet = valueOf(head, "Question set");
  std::string_view rest = blank == std::string::npos ? "" : std::string_view(pasted.text).substr(blank + 2);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (const std::size_t equals = line.find('='); equals != std::string_view::npos) {
      out.answers.push_back({std::string(line.substr(0, equals)), std::string(line.substr(equals + 1))});
    }
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return out;
}

}  // namespace

Outcome<SigningKey> makeSigningKey(std::string_view seed) {
  auto open = publicBytes(seed);
  if (!open) return open.problem();
  return SigningKey{keyIdOf(*open), std::string(seed)};
}

Outcome<ReceiptKey> publicKeyOf(const SigningKey& key, Instant createdAt) {
  auto open = publicBytes(key.privateKey);
  if (!open) return open.problem();
  return ReceiptKey{keyIdOf(*open), *open, createdAt};
}

std::string signingKeyJson(const SigningKey& key) {
  return pythonJson(json::object{{"keyId", key.keyId}, {"privateKey", base64(key.privateKey)}});
}

Outcome<SigningKey> parseSigningKey(std::string_view text) {
  const auto document = parseJson(text, kMaxDocument, "the signing key");
  auto object = objectOf(document, "the signing key");
  if (!object) return object.problem();
  auto seed = keyBytes(**object, "privateKey");
  if (!seed) return Problem{"the signing key's privateKey is not the base64 of 32 bytes"};
  auto key = makeSigningKey(*seed);
  if (key && key->keyId != findString(**object, "keyId").value_or("")) {
    return Problem{"the signing key's id is not that of its public key"};
  }
  return key;
}

std::string receiptKeysJson(const std::vector<ReceiptKey>& keys) {
  json::array list;
  for (const ReceiptKey& key : keys) {
    list.push_back(
        {{"keyId", key.keyId}, {"publicKey", base64(key.publicKey)}, {"createdAt", formatInstant(key.createdAt)}});
  }
  return pythonJson(json::object{{"keys", std::move(list)}});
}

Outcome<std::vector<ReceiptKey>> parseReceiptKeys(std::string_view text) {
  const auto document = parseJson(text, kMaxDocument, "receipt-keys.json");
  auto object = objectOf(document, "receipt-keys.json");
  if (!object) return object.problem();
  const json::value* list = findMember(**object, "keys");
  const auto* array = list != nullptr ? list->if_array() : nullptr;
  if (array == nullptr || array->size() > kMaxKeys) return Problem{"receipt-keys.json has no list of keys"};
  std::vector<ReceiptKey> keys;
  for (const json::value& element : *array) {
    const auto* entry = element.if_object();
    auto open = entry != nullptr ? keyBytes(*entry, "publicKey") : std::nullopt;
    if (!open) return Problem{"receipt-keys.json has a key that is not the base64 of 32 bytes"};
    if (findString(*entry, "keyId").value_or("") != keyIdOf(*open)) {
      return Problem{"receipt-keys.json has a key under another's id"};
    }
    keys.push_back(
        {keyIdOf(*open), *open, parseInstant(findString(*entry, "createdAt").value_or("")).value_or(Instant{})});
  }
  return keys;
}

Outcome<std::string> signReceipt(std::string_view canonicalText, const SigningKey& key) {
  const Key own = key.privateKey.size() == kKeyBytes ? privateKeyOf(key.privateKey) : nullptr;
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  if (!own || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, own.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytesOf(canonicalText), canonicalText.size()) != 1 ||
      size != kSignatureBytes) {
    return Problem{"the receipt could not be signed"};
  }
  return base64(signature);
}

std::string signedReceipt(std::string_view canonicalText, std::string_view keyId, std::string_view signature) {
  std::string out(canonicalText);
  if (signature.empty()) return out;
  return out + std::string(kSignature) + std::string(keyId) + ":" + std::string(signature) + "\n";
}

Outcome<VerifiedReceipt> verifyReceipt(std::string_view pasted, const std::vector<ReceiptKey>& keys) {
  auto parts = takeApart(pasted);
  if (!parts) return parts.problem();
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const ReceiptKey& k) { return k.keyId == parts->keyId; });
  if (key == keys.end()) return Problem{"the receipt names a key that this course never signed with"};
  if (!holds(parts->text, parts->signature, key->publicKey)) {
    return Problem{"the signature does not belong to this text: it was changed, or not made by this course"};
  }
  return readStated(*parts);
}

}  // namespace hearth::homework
