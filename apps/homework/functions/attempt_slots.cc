#include "homework/functions/attempt_slots.h"

namespace hearth::homework {
namespace {

std::string slotKey(const TestRef& test, const std::string& student, std::size_t number) {
  return layout::attempt(test, student, "slots/" + std::to_string(number));
}

// The attempt that has the place; nothing when it is free.
Outcome<std::optional<Attempt>> readSlot(ObjectStore& store, const TestRef& test, const std::string& student,
                                         std::size_t number) {
  auto object = store.get(slotKey(test, student, number));
  if (!object) {
    if (isNotFound(object.error())) return std::optional<Attempt>();
    return Problem{object.error().code};
  }
  auto attempt = parseAttempt(object->body);
  if (!attempt) return attempt.problem();
  if (attempt->test != test || attempt->studentId != student)
    return Problem{"a place holds somebody else's attempt"};
  return std::optional(*std::move(attempt));
}

bool sameAnswers(const Attempt& a, const Attempt& b) {
  return a.questionSet == b.questionSet && shortAnswersHash(a.answers) == shortAnswersHash(b.answers);
}

}  // namespace

sdk::Outcome<std::monostate> storeAttempt(ObjectStore& store, const Attempt& attempt) {
  sdk::PutOptions once = personal();
  once.ifNoneMatch = "*";
  auto stored =
      store.put(layout::attempt(attempt.test, attempt.studentId, attempt.name()), attemptJson(attempt), once);
  // Already there: by the first try of this very request, or by its twin at the same millisecond.
  if (!stored && !isPreconditionFailed(stored.error())) return stored.error();
  return std::monostate{};
}

Outcome<std::vector<Attempt>> storeFromSlots(ObjectStore& store, const TestRef& test, const std::string& student,
                                             std::size_t taken, std::size_t limit) {
  std::vector<Attempt> stored;
  // Places are taken in order, and none before those below it have been stored.
  for (std::size_t number = taken + 1; number <= limit; ++number) {
    auto held = readSlot(store, test, student, number);
    if (!held) return held.problem();
    if (!*held) break;
    if (auto done = storeAttempt(store, **held); !done) return Problem{done.error().code};
    stored.push_back(**std::move(held));
  }
  return stored;
}

Outcome<std::optional<Attempt>> takeSlot(ObjectStore& store, const Attempt& attempt, std::size_t taken,
                                         std::size_t limit) {
  sdk::PutOptions once = personal();
  once.ifNoneMatch = "*";
  const std::string body = attemptJson(attempt);
  for (std::size_t number = taken + 1; number <= limit; ++number) {
    auto put = store.put(slotKey(attempt.test, attempt.studentId, number), body, once);
    if (put) return std::optional(attempt);
    if (!isPreconditionFailed(put.error())) return Problem{put.error().code};
    auto held = readSlot(store, attempt.test, attempt.studentId, number);
    if (!held) return held.problem();
    if (!*held) return Problem{"a place was taken and given back"};
    if (sameAnswers(**held, attempt)) return held;
    if (auto done = storeAttempt(store, **held); !done) return Problem{done.error().code};
  }
  return std::optional<Attempt>();
}

}  // namespace hearth::homework
