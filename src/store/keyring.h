// Keyring: the master key, and envelope encryption of small values.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace hearth::store {

// 256-bit master key. Values are sealed with AES-256-GCM under a fresh data key wrapped by the master key.
// Thread-safe.
class Keyring final {
 public:
  // Reads DIR/master.key (mode 0600, refused when others may read it), or makes it at first start. The
  // environment variable HEARTH_MASTER_KEY (64 hex digits) takes its place and nothing is written.
  static Result<std::unique_ptr<Keyring>> open(const std::string& directory, base::Random& random);
  ~Keyring();

  // `context` (table and row, say) is authenticated with the value: a sealed value moved elsewhere does not open.
  std::string seal(std::string_view plain, std::string_view context) const;
  // Fault: InternalError when the value is not one of ours, was changed, or belongs to another context.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;

  // A key for one purpose, derived from the master key (HKDF-SHA256); 32 bytes, the same at every start.
  std::string derive(std::string_view purpose) const;

 private:
  Keyring(std::string key, base::Random& random);
  std::string key_;
  base::Random& random_;
};

}  // namespace hearth::store
