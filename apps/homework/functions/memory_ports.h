// For tests: the ports in memory, with a plan for when the process dies.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "homework/domain/hash.h"
#include "homework/functions/ports.h"

namespace hearth::homework {

// Thrown where the process is killed; nothing catches it but the test.
struct Killed {};

// Counts everything that changes the world (puts and mails) and kills at one of them.
class KillPlan final {
 public:
  enum class When : unsigned char { kBefore, kAfter };

  // Kill at change number `at`, from 1; 0 for never.
  void arm(int at, When when) {
    at_ = at;
    when_ = when;
    count_ = 0;
  }
  int count() const { return count_; }

  template <class Change>
  void change(const Change& change) {
    const bool hit = ++count_ == at_;
    if (hit && when_ == When::kBefore) throw Killed{};
    change();
    if (hit) throw Killed{};
  }

 private:
  int at_ = 0;
  int count_ = 0;
  When when_ = When::kBefore;
};

class MemoryStore final : public ObjectStore {
 public:
  struct Object {
    std::string body;
    std::string etag;
    std::map<std::string, std::string> metadata;
    std::string lastModified;
    std::map<std::string, std::string> tags{};
  };

  KillPlan* plan = nullptr;
  Instant time{};                                                          // of objects put from now on
  std::function<std::optional<sdk::Error>(std::string_view key)> trouble;  // for every call
  std::function<void(std::string_view key)> beforePut;    // another process, acting just before a put
  std::function<bool(std::string_view key)> losesAnswer;  // of a put, which is then repeated, as the SDK does
  std::map<std::string, int> calls;                       // by kind: get, head, put, list

  static sdk::Error notFound() { return {"NoSuchKey", "The specified key does not exist.", 404, false}; }

  sdk::Outcome<sdk::S3Object> get(std::string_view key) override { return read("get", key); }
  sdk::Outcome<sdk::S3Object> head(std::string_view key) override {
    auto object = read("head", key);
    if (object) object->body.clear();
    return object;
  }

  sdk::Outcome<std::string> put(std::string_view key, std::string_view body,
                                const sdk::PutOptions& options) override {
    if (beforePut) beforePut(key);
    if (losesAnswer && losesAnswer(key)) (void)putOnce(key, body, options);
    return putOnce(key, body, options);
  }

  sdk::Outcome<std::vector<sdk::ListedObject>> list(std::string_view prefix) override {
    const std::lock_guard lock(mutex_);
    ++calls["list"];
    if (auto error = troubleWith(prefix)) return *error;
    std::vector<sdk::ListedObject> found;
    for (auto it = objects_.lower_bound(std::string(prefix)); it != objects_.end() && it->first.starts_with(prefix);
         ++it) {
      found.push_back({it->first, it->second.etag, it->second.body.size(), it->second.lastModified});
    }
    return found;
  }

  // Straight access for the test.
  void set(std::string_view key, std::string_view body) {
    objects_[std::string(key)] = {
        std::string(body), "\"" + std::to_string(++serial_) + "\"", {}, formatInstant(time)};
  }
  void erase(std::string_view key) { objects_.erase(std::string(key)); }
  const Object* find(std::string_view key) const {
    const auto found = objects_.find(std::string(key));
    return found == objects_.end() ? nullptr : &found->second;
  }
  std::string body(std::string_view key) const { return find(key) != nullptr ? find(key)->body : "(absent)"; }
  std::vector<std::string> keys(std::string_view prefix = "") const {
    std::vector<std::string> out;
    for (const auto& [key, object] : objects_) {
      if (key.starts_with(prefix)) out.push_back(key);
    }
    return out;
  }

 private:
  sdk::Outcome<std::string> putOnce(std::string_view key, std::string_view body, const sdk::PutOptions& options) {
    const std::lock_guard lock(mutex_);
    ++calls["put"];
    if (auto error = troubleWith(key)) return *error;
    const auto found = objects_.find(std::string(key));
    const sdk::Error failed{"PreconditionFailed", "At least one of the pre-conditions did not hold", 412, false};
    if (options.ifNoneMatch == "*" && found != objects_.end()) return failed;
    if (!options.ifMatch.empty()) {
      if (found == objects_.end()) return notFound();
      if (found->second.etag != options.ifMatch) return failed;
    }
    Object object{std::string(body), "\"" + sha256Hex(body).substr(0, 32) + std::to_string(++serial_) + "\"",
                  options.metadata, formatInstant(time), options.tags};
    const std::string etag = object.etag;
    const auto store = [&] { objects_[std::string(key)] = std::move(object); };
    if (plan != nullptr) {
      plan->change(store);
    } else {
      store();
    }
    return etag;
  }

  std::optional<sdk::Error> troubleWith(std::string_view key) const {
    return trouble ? trouble(key) : std::nullopt;
  }

  sdk::Outcome<sdk::S3Object> read(const char* kind, std::string_view key) {
    const std::lock_guard lock(mutex_);
    ++calls[kind];
    if (auto error = troubleWith(key)) return *error;
    const auto found = objects_.find(std::string(key));
    if (found == objects_.end()) return notFound();
    sdk::S3Object out;
    out.body = found->second.body;
    out.etag = found->second.etag;
    out.metadata = found->second.metadata;
    return out;
  }

  std::mutex mutex_;
  std::map<std::string, Object> objects_;
  int serial_ = 0;
};

class MemoryMailer final : public MailSender {
 public:
  struct Sent {
    std::string from;
    std::string to;
    std::string mime;

    std::string header(const std::string& name) const {
      const std::size_t at = mime.find(name + ": ");
      if (at == std::string::npos) return "";
      const std::size_t start = at + name.size() + 2;
      return mime.substr(start, mime.find("\r\n", start) - start);
    }
  };

  KillPlan* plan = nullptr;
  std::map<std::string, sdk::Error> refusals;  // by recipient
  std::vector<Sent> sent;
  int tries = 0;

  sdk::Outcome<std::string> send(std::string_view from, std::string_view to, std::string_view mime) override {
    const std::lock_guard lock(mutex_);
    ++tries;
    if (const auto refusal = refusals.find(std::string(to)); refusal != refusals.end()) return refusal->second;
    const auto accept = [&] { sent.push_back({std::string(from), std::string(to), std::string(mime)}); };
    if (plan != nullptr) {
      plan->change(accept);
    } else {
      accept();
    }
    return "ses-" + std::to_string(sent.size());
  }

  std::vector<Sent> to(const std::string& recipient) const {
    std::vector<Sent> out;
    for (const Sent& mail : sent) {
      if (mail.to == recipient) out.push_back(mail);
    }
    return out;
  }

 private:
  std::mutex mutex_;
};

class MemoryInvoker final : public Invoker {
 public:
  struct Invocation {
    std::string function;
    std::string payload;
  };

  std::optional<sdk::Error> refusal;
  std::vector<Invocation> invocations;

  sdk::Outcome<std::monostate> invokeLater(std::string_view function, std::string_view payload) override {
    if (refusal) return *refusal;
    invocations.push_back({std::string(function), std::string(payload)});
    return std::monostate{};
  }
};

// Time passes only by waiting.
class ManualClock final : public RunClock {
 public:
  explicit ManualClock(Instant now, std::chrono::milliseconds budget = std::chrono::seconds(300))
      : now_(now), end_(now + budget) {}

  Instant now() override { return now_; }
  void wait(std::chrono::milliseconds duration) override {
    now_ += duration;
    waited += duration;
  }
  std::chrono::milliseconds remaining() override { return std::max(std::chrono::milliseconds(0), end_ - now_); }

  std::chrono::milliseconds waited{0};

 private:
  Instant now_;
  Instant end_;
};

}  // namespace hearth::homework
