// How a command of the two tools fails: a sentence, what to do about it, and the exit code that scripts match on.
// Exceptions are left for bugs and a broken environment (disk full, permission denied on an own file).
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace hearth::homework::client {

// The process's exit codes, the same for `homework` and `trainer`.
enum class Exit : int {
  kOk = 0,
  kInternal = 1,   // a bug, or the machine refuses (disk, permissions)
  kUsage = 2,      // the command line, or a file of the user's, is wrong
  kForbidden = 3,  // not signed in, or the credential is not accepted
  kNetwork = 4,    // the server was not reached or is unwell; nothing is lost
  kClosed = 5,     // too late: the test is closed
  kRejected = 6,   // the server understood and refused the content
  kInterrupted = 130
};

struct Failure {
  Exit exit = Exit::kInternal;
  std::string what;         // one sentence, fit for a terminal
  std::string hint;         // what to do now; may be empty
  bool documented = false;  // with --json: the document that was printed says it already
  int status = 0;           // of HTTP, where a server refused
  bool sent = false;        // of the network: the request may have arrived all the same
};

template <class T>
class [[nodiscard]] Result final {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const { return state_.index() == 0; }
  // Precondition of the value accessors: ok(). Of failure(): !ok().
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const Failure& failure() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Failure> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace hearth::homework::client

#define HOMEWORK_JOIN_INNER(a, b) a##b
#define HOMEWORK_JOIN(a, b) HOMEWORK_JOIN_INNER(a, b)
// HOMEWORK_TRY(auto course, loadCourse(path));  declares `course`, or returns the Failure from this function.
#define HOMEWORK_TRY(declaration, expression) \
  HOMEWORK_TRY_IMPL(HOMEWORK_JOIN(homeworkTry, __LINE__), declaration, expression)
#define HOMEWORK_TRY_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                              \
  if (!temporary.ok()) return temporary.failure();            \
  declaration = *std::move(temporary)
// HOMEWORK_CHECK(save(draft));  the same where the value is not needed.
#define HOMEWORK_CHECK(expression)                                                              \
  do {                                                                                          \
    if (auto homeworkCheck = (expression); !homeworkCheck.ok()) return homeworkCheck.failure(); \
  } while (false)
