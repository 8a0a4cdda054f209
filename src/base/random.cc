#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "base/bytes.h"
#include "base/fd.h"

namespace hearth::base {

void SystemRandom::fill(char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::getrandom(bytes, size, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throwErrno("getrandom");
    }
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
}

std::string randomBytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.fill(bytes.data(), size);
  return bytes;
}

std::string randomText(Random& random, std::size_t size, std::string_view alphabet) {
  // Bytes at or above the greatest multiple of the alphabet's size are thrown away, so that no letter is favoured.
  const std::size_t bound = 256 - 256 % alphabet.size();
  std::string text;
  text.reserve(size);
  char pool[64];
  while (text.size() < size) {
    const std::size_t wanted = std::min(sizeof pool, size - text.size());
    random.fill(pool, wanted);
    for (std::size_t i = 0; i < wanted; ++i) {
      const auto byte = static_cast<unsigned char>(pool[i]);
      if (byte < bound) text.push_back(alphabet[byte % alphabet.size()]);
    }
  }
  return text;
}

std::string randomUuid(Random& random) {
  std::string bytes = randomBytes(random, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
  std::string uuid = hexEncode(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) uuid.insert(dash, 1, '-');
  return uuid;
}

}  // namespace hearth::base
