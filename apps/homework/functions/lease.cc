#include "homework/functions/lease.h"

#include "homework/domain/ids.h"
#include "homework/domain/json_text.h"

namespace hearth::homework {
namespace {

constexpr std::chrono::minutes kLongestInvocation{15};
constexpr std::chrono::seconds kPoll{1};
constexpr std::chrono::seconds kReserve{10};  // of the invocation, for the work itself

// When the lease that is stored ends; one that cannot be read has ended. No term is longer than kTerm: what claims
// to be was written under another clock, and must not stop all scoring for years.
Instant endOf(const std::string& body, Instant now) {
  auto document = parseJson(body, 4096, "the lease");
  const auto* object = document ? document->if_object() : nullptr;
  const auto end = object != nullptr ? parseInstant(findString(*object, "expires").value_or("")) : std::nullopt;
  if (!end || *end > now + kLongestInvocation + Lease::kTerm) return now;
  return *end;
}

}  // namespace

Outcome<bool> Lease::write(const sdk::PutOptions& options, Instant expires) {
  const std::string body = pythonJson(json::object{{"holder", holder_}, {"expires", formatInstant(expires)}});
  auto etag = store_.put(layout::kLease, body, options);
  if (etag) {
    etag_ = std::move(*etag);
  } else {
    // A put whose answer was lost is repeated, and refused because of itself: what is stored tells whose it is.
    auto stored = isPreconditionFailed(etag.error()) ? store_.get(layout::kLease) : etag.error();
    if (!stored || stored->body != body) return Problem{"lease: " + etag.error().code};
    etag_ = std::move(stored->etag);
  }
  renewed_ = clock_.now();
  return true;
}

Outcome<bool> Lease::acquire() {
  const std::lock_guard lock(mutex_);
  while (true) {
    const Instant now = clock_.now();
    auto current = store_.get(layout::kLease);
    sdk::PutOptions options;
    std::chrono::milliseconds pause = kPoll;
    if (current) {
      const Instant end = endOf(current->body, now);
      if (end > now) {
        pause = std::min<std::chrono::milliseconds>(kPoll, end - now);
      } else {
        options.ifMatch = current->etag;
      }
    } else if (isNotFound(current.error())) {
      options.ifNoneMatch = "*";
    } else {
      return Problem{"lease: " + current.error().code};
    }
    const bool free = !options.ifMatch.empty() || !options.ifNoneMatch.empty();
    if (free && write(options, now + kTerm)) return true;
    if (clock_.remaining() < kReserve + pause) return Problem{"another scoring run is at work"};
    clock_.wait(pause);
  }
}

Outcome<bool> Lease::keep() {
  const std::lock_guard lock(mutex_);
  const Instant now = clock_.now();
  if (now - renewed_ < kRenewal) return true;
  sdk::PutOptions options;
  options.ifMatch = etag_;
  if (!lost_ && write(options, now + kTerm)) return true;
  lost_ = true;
  return Problem{"another run has taken over the scoring"};
}

bool Lease::lost() {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void Lease::release() {
  const std::lock_guard lock(mutex_);
  if (etag_.empty() || lost_) return;
  sdk::PutOptions options;
  options.ifMatch = etag_;
  (void)write(options, clock_.now()).ok();  // if it fails, the lease ends by itself
  etag_.clear();
}

}  // namespace hearth::homework
