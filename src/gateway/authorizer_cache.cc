#include "gateway/authorizer_cache.h"

#include <utility>

namespace hearth::gateway {
namespace {

// A compiled policy is some times as large as its text; an entry has a size without any.
constexpr std::size_t kPerByte = 8;
constexpr std::size_t kPerEntry = 1024;

}  // namespace

std::shared_ptr<const AuthorizerAnswer> AuthorizerCache::find(std::string_view key, base::Time now) {
  const auto found = places_.find(key);
  if (found == places_.end()) return nullptr;
  const Entry& entry = *found->second;
  // A clock that went back ends it as well.
  if (now >= entry.from && now < entry.until) return entry.answer;
  remove(found->second);
  return nullptr;
}

void AuthorizerCache::put(std::string key, std::shared_ptr<const AuthorizerAnswer> answer, base::Time now,
                          base::Time::duration ttl) {
  if (const auto found = places_.find(key); found != places_.end()) remove(found->second);
  const std::size_t bytes = kPerEntry + answer->bytes * kPerByte;
  if (bytes > most_) return;
  while (held_ + bytes > most_) remove(entries_.begin());
  entries_.push_back({std::move(key), std::move(answer), now, now + ttl, bytes});
  places_.emplace(entries_.back().key, std::prev(entries_.end()));
  held_ += bytes;
}

void AuthorizerCache::remove(std::list<Entry>::iterator entry) {
  held_ -= entry->bytes;
  places_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace hearth::gateway
