// AuthorizerCache: what authorizers have answered, for as long as they let it be kept. In memory only.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "gateway/caller.h"

namespace hearth::gateway {

// Bounded: the oldest answers make room. On the loop.
class AuthorizerCache final {
 public:
  explicit AuthorizerCache(std::size_t bytes) : most_(bytes) {}
  AuthorizerCache(const AuthorizerCache&) = delete;
  AuthorizerCache& operator=(const AuthorizerCache&) = delete;

  // Null when there is none, or none any more.
  std::shared_ptr<const AuthorizerAnswer> find(std::string_view key, base::Time now);
  // Keeps the answer from `now` on for `ttl`, unless it is larger than everything.
  void put(std::string key, std::shared_ptr<const AuthorizerAnswer> answer, base::Time now,
           base::Time::duration ttl);
  std::size_t size() const { return places_.size(); }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const AuthorizerAnswer> answer;  // shared with the requests that it let in
    base::Time from{};
    base::Time until{};
    std::size_t bytes = 0;
  };
  void remove(std::list<Entry>::iterator entry);

  const std::size_t most_;
  std::size_t held_ = 0;
  std::list<Entry> entries_;                                                 // the oldest in front
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;  // keys are the entries'
};

}  // namespace hearth::gateway
