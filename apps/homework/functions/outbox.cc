#include "homework/functions/outbox.h"

#include <algorithm>
#include <set>
#include <vector>

#include "homework/functions/parallel.h"

namespace hearth::homework {
namespace {

constexpr std::chrono::seconds kReserve{8};  // of the invocation, for the digest and the boards
constexpr std::chrono::seconds kBetweenRounds{1};
constexpr std::size_t kSenders = 8;  // at once: mail services count by the second

// Whether the address is at fault, and not the moment, the sender's rights or the service.
bool isPermanent(const sdk::Error& error) {
  if (error.retryable || error.status < 400 || error.status >= 500 || error.status == 403) return false;
  for (const std::string_view sender :
       {"AccountSendingPausedException", "ConfigurationSetDoesNotExist", "ConfigurationSetSendingPausedException",
        "MailFromDomainNotVerifiedException"}) {
    if (error.code == sender) return false;
  }
  return true;
}

}  // namespace

Outcome<bool> Outbox::load() {
  auto listing = store_.list(prefix_);
  if (!listing) return Problem{prefix_ + ": " + listing.error().code};
  std::set<std::string> failed;
  std::set<std::string> sent;
  for (const sdk::ListedObject& object : *listing) {
    const std::string_view name = std::string_view(object.key).substr(prefix_.size());
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) continue;
    const std::string id(name.substr(0, dot));
    const std::string_view kind = name.substr(dot);
    if (kind == ".mail.json") entries_.try_emplace(id);
    if (kind == ".sent.json") sent.insert(id);
    if (kind == ".failed.json") failed.insert(id);
  }
  for (auto& [id, entry] : entries_) {
    if (sent.contains(id)) {
      entry.state = MailState::kSent;
    } else if (failed.contains(id)) {
      auto object = store_.get(key(id, "failed"));
      if (!object) return Problem{prefix_ + ": " + object.error().code};
      auto failure = parseMailFailure(object->body);
      if (!failure) continue;
      entry.state = failure->permanent ? MailState::kFailed : MailState::kPending;
      entry.problem = failure->code + ": " + failure->message;
      entry.attempts = failure->attempts;
    }
  }
  return true;
}

bool Outbox::contains(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(id);
}

Outcome<bool> Outbox::queue(const OutboxMail& mail) {
  if (contains(mail.id)) return false;
  sdk::PutOptions once = personal();
  once.ifNoneMatch = "*";
  auto stored = store_.put(key(mail.id, "mail"), outboxMailJson(mail), once);
  if (!stored && !isPreconditionFailed(stored.error())) return Problem{prefix_ + ": " + stored.error().code};
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[mail.id];
  if (stored) {  // else it is somebody's earlier copy that counts
    entry.mail = mail;
    entry.queuedNow = true;
  }
  return true;
}

Outcome<bool> Outbox::queueAndSend(const OutboxMail& mail) {
  if (auto queued = queue(mail); !queued) return queued;
  Entry& entry = entries_.at(mail.id);
  if (!entry.queuedNow) {
    auto sent = store_.head(key(mail.id, "sent"));
    if (!sent && !isNotFound(sent.error())) return Problem{prefix_ + ": " + sent.error().code};
    if (sent) {
      entry.state = MailState::kSent;
      return true;
    }
  }
  return deliverOne(mail.id, entry);
}

std::string Outbox::outdated(const OutboxMail& mail) const {
  const bool late = mail.kind == "reminder" && remindersUntil_ && clock_.now() > *remindersUntil_;
  return late ? "the deadline has passed" : "";
}

Outcome<bool> Outbox::noteFailure(const std::string& id, Entry& entry, const MailFailure& failure) {
  entry.state = failure.permanent ? MailState::kFailed : MailState::kPending;
  entry.problem = failure.code + ": " + failure.message;
  entry.attempts = failure.attempts;
  auto stored = store_.put(key(id, "failed"), mailFailureJson(failure), personal());
  if (!stored) return Problem{prefix_ + ": " + stored.error().code};
  return true;
}

Outcome<OutboxMail> Outbox::read(const std::string& id) {
  auto object = store_.get(key(id, "mail"));
  if (!object) return Problem{prefix_ + ": " + object.error().code};
  auto mail = parseOutboxMail(object->body);
  return mail ? std::move(mail) : Outcome<OutboxMail>(OutboxMail{});  // one without an address: cannot be sent
}

Outcome<bool> Outbox::deliverOne(const std::string& id, Entry& entry) {
  if (!entry.mail) {
    auto stored = read(id);
    if (!stored) return stored.problem();
    entry.mail = std::move(*stored);
  }
  const OutboxMail& mail = *entry.mail;
  if (!entry.queuedNow && mail.kind == "receipt" && clock_.now() - mail.createdAt < kReceiptsOwnTime) {
    entry.leftToOthers = true;
    return true;
  }
  MailFailure failure{clock_.now(), "", "", true, entry.attempts + 1};
  if (!isMailAddress(mail.to)) {
    failure.code = "InvalidAddress";
    failure.message = "no mail can be sent to this address";
    return noteFailure(id, entry, failure);
  }
  if (const std::string why = outdated(mail); !why.empty()) {
    failure.code = "Outdated";
    failure.message = why;
    return noteFailure(id, entry, failure);
  }
  auto messageId = sender_.send(mail.from, mail.to, mail.raw);
  if (!messageId) {
    failure.code = messageId.error().code;
    failure.message = messageId.error().message;
    failure.permanent = isPermanent(messageId.error());
    return noteFailure(id, entry, failure);
  }
  entry.state = MailState::kSent;
  entry.sentNow = true;
  entry.problem.clear();
  const std::string sent =
      pythonJson(json::object{{"sentAt", formatInstant(clock_.now())}, {"messageId", *messageId}});
  auto stored = store_.put(key(id, "sent"), sent, personal());
  if (!stored) return Problem{prefix_ + ": " + stored.error().code};
  return true;
}

Outcome<bool> Outbox::deliver(std::size_t workers, Lease& lease) {
  while (true) {
    const Counts before = counts();
    if (auto done = deliverRound(std::min(workers, kSenders), lease); !done) return done;
    const Counts after = counts();
    // A mail service that takes so many a second takes the rest a second later; one that takes none is left alone.
    if (after.pending == 0 || after.sent == before.sent || clock_.remaining() < kReserve + kBetweenRounds)
      return true;
    clock_.wait(kBetweenRounds);
  }
}

Outcome<bool> Outbox::deliverRound(std::size_t workers, Lease& lease) {
  std::vector<std::pair<const std::string, Entry>*> open;
  for (auto& entry : entries_) {
    if (entry.second.state == MailState::kPending && !entry.second.leftToOthers) open.push_back(&entry);
  }
  std::mutex mutex;
  std::optional<Problem> trouble;  // guarded by mutex
  forEachParallel(open.size(), workers, [&](std::size_t i) {
    {
      const std::lock_guard lock(mutex);
      if (trouble || clock_.remaining() < kReserve) return;
    }
    auto held = lease.keep();
    auto done = held ? deliverOne(open[i]->first, open[i]->second) : std::move(held);
    if (!done) {
      const std::lock_guard lock(mutex);
      trouble = done.problem();
    }
  });
  if (trouble) return *trouble;
  return true;
}

MailState Outbox::state(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? MailState::kNone : found->second.state;
}

std::string Outbox::problem(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? "" : found->second.problem;
}

Outbox::Counts Outbox::counts() const {
  Counts counts;
  for (const auto& [id, entry] : entries_) {
    counts.sent += entry.sentNow ? 1 : 0;
    counts.failed += entry.state == MailState::kFailed ? 1 : 0;
    counts.pending += entry.state == MailState::kPending && !entry.leftToOthers ? 1 : 0;
  }
  return counts;
}

}  // namespace hearth::homework
