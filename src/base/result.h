// Result<T>: a value, or the Fault that explains why there is none.
//
// Expected failures are values and travel through every layer as they are; an exception means a bug or
// a broken environment (disk gone, out of memory) and is turned into an internal error by wire/ alone.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace hearth::base {

// Who has to change something so that the call succeeds next time.
enum class Sender : unsigned char { kClient, kServer };

// A failure that a caller is meant to see. `code` is the machine-readable name that clients match on
// (AWS's own where AWS has one), `message` a sentence for people, `status` the HTTP status.
struct Fault {
  std::string code;
  std::string message;
  int status = 400;
  Sender sender = Sender::kClient;
  // The change may have happened nevertheless, or may show up after a crash: nothing that it refers to may be
  // undone.
  bool outcomeUnknown = false;
  // Further members of the error document, e.g. {"BucketName", "photos"} or {"Type", "User"}.
  std::vector<std::pair<std::string, std::string>> details;

  Fault() = default;
  Fault(std::string faultCode, std::string faultMessage, int httpStatus = 400)
      : code(std::move(faultCode)),
        message(std::move(faultMessage)),
        status(httpStatus),
        sender(httpStatus >= 500 ? Sender::kServer : Sender::kClient) {}

  Fault&& with(std::string name, std::string value) && {
    details.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

// Throw std::logic_error: the caller did not look at ok() first. The first one says what the fault was.
[[noreturn]] void throwNoValue(const Fault& fault);
[[noreturn]] void throwNoFault();

template <class T>
class [[nodiscard]] Result final {
 public:
  using Value = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Fault fault) : state_(std::in_place_index<1>, std::move(fault)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition of the value accessors: ok(). Of fault(): !ok(). Else they throw std::logic_error.
  T& value() & {
    if (!ok()) throwNoValue(*std::get_if<1>(&state_));
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    if (!ok()) throwNoValue(*std::get_if<1>(&state_));
    return *std::get_if<0>(&state_);
  }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Fault& fault() & {
    if (ok()) throwNoFault();
    return *std::get_if<1>(&state_);
  }
  const Fault& fault() const& {
    if (ok()) throwNoFault();
    return *std::get_if<1>(&state_);
  }
  Fault&& fault() && { return std::move(fault()); }

 private:
  std::variant<T, Fault> state_;
};

template <>
class [[nodiscard]] Result<void> final {
 public:
  using Value = void;

  Result() = default;
  Result(Fault fault) : fault_(std::move(fault)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  Fault& fault() & { return fault_; }
  const Fault& fault() const& { return fault_; }
  Fault&& fault() && { return std::move(fault_); }

 private:
  Fault fault_;
  bool ok_ = true;
};

}  // namespace hearth::base

namespace hearth {
using base::Fault;
using base::Result;
}  // namespace hearth

#define HEARTH_CONCAT_INNER(a, b) a##b
#define HEARTH_CONCAT(a, b) HEARTH_CONCAT_INNER(a, b)

// HEARTH_TRY(auto bucket, getBucket(name));   declares `bucket`, or returns the Fault from this function.
#define HEARTH_TRY(declaration, expression) \
  HEARTH_TRY_IMPL(HEARTH_CONCAT(hearthTry, __LINE__), declaration, expression, return )
// HEARTH_CHECK(putBucket(bucket));            for Result<void>, or where the value is not needed.
#define HEARTH_CHECK(expression) HEARTH_CHECK_IMPL(HEARTH_CONCAT(hearthTry, __LINE__), expression, return )
// The same inside coroutines.
#define HEARTH_CO_TRY(declaration, expression) \
  HEARTH_TRY_IMPL(HEARTH_CONCAT(hearthTry, __LINE__), declaration, expression, co_return )
#define HEARTH_CO_CHECK(expression) HEARTH_CHECK_IMPL(HEARTH_CONCAT(hearthTry, __LINE__), expression, co_return )

#define HEARTH_TRY_IMPL(temporary, declaration, expression, leave) \
  auto temporary = (expression);                                   \
  if (!temporary.ok()) leave std::move(temporary).fault();         \
  declaration = std::move(temporary).value()
#define HEARTH_CHECK_IMPL(temporary, expression, leave)      \
  do {                                                       \
    auto temporary = (expression);                           \
    if (!temporary.ok()) leave std::move(temporary).fault(); \
  } while (false)
