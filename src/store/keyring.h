// Keyring: the master key, and envelope encryption of small values.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace hearth::store {

// 256-bit master key. Values are sealed with AES-256-GCM under a fresh data key wrapped by the master key. The
// format of a sealed value is a document: docs/formats/sealed-value.md. Thread-safe.
class Keyring final {
 public:
  // What to do where there is no key yet: make one in a new folder; never where there is data of a lost one.
  enum class Missing : unsigned char { kMake, kRefuse };

  // Reads DIR/master.key (mode 0600, refused when others may read it). The environment variable HEARTH_MASTER_KEY
  // (64 hex digits) takes its place and nothing is written. Faults: InvalidMasterKey when what is there is no key,
  // or open to others; MissingMasterKey.
  static Result<std::unique_ptr<Keyring>> open(const std::string& directory, base::Random& random,
                                               Missing missing = Missing::kMake);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  // `context` (table and row, say) is authenticated with the value: a sealed value moved elsewhere does not open.
  std::string seal(std::string_view plain, std::string_view context) const;
  // Fault: InternalError when the value is not one of ours, was changed, or belongs to another context.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;

  // A key for one purpose, derived from the master key (HKDF-SHA256); 32 bytes, the same at every start.
  std::string derive(std::string_view purpose) const;

  // Names the master key without giving anything of it away; 16 hex digits. For noticing that data belongs to
  // another.
  std::string fingerprint() const;

  // How much longer a sealed value is than its plain text.
  static constexpr std::size_t kOverhead = 1 + 12 + 32 + 16 + 16;

 private:
  Keyring(std::string key, base::Random& random);
  std::string key_;
  std::string wrapKey_;
  base::Random& random_;
};

}  // namespace hearth::store
