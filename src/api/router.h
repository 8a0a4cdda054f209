// Router: the table from operation to handler. Services bind themselves to it through their generated bind().
//
// The kind of handler says where it runs:
//   Result<Out> op(const Call&, In) const      a read: on the loop, over one snapshot of the database
//   Result<Out> op(const Call&, In)            a write: on the writer thread, atomic, durable before the reply
//   Task<Result<Out>> op(const Call&, In)      waits: a coroutine on the loop, which writes through the store
//   itself
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/call.h"
#include "api/operation.h"
#include "base/result.h"
#include "base/task.h"

namespace hearth::api {

struct Handler {
  enum class Kind : unsigned char { kRead, kWrite, kWait };
  Kind kind = Kind::kRead;
  const Operation* operation = nullptr;
  std::function<Result<AnyShape>(const Call&, AnyShape&)> run;         // kRead, kWrite
  std::function<Task<Result<AnyShape>>(const Call&, AnyShape&)> wait;  // kWait
};

class Router final {
 public:
  void addService(const Service& service) { services_.push_back(&service); }
  const std::vector<const Service*>& services() const { return services_; }

  // nullptr when no service bound it.
  const Handler* find(const Operation& operation) const {
    auto it = handlers_.find(&operation);
    return it == handlers_.end() ? nullptr : &it->second;
  }

  template <class S, class In, class Out>
  void bind(const Operation& operation, S& service, Result<Out> (S::*method)(const Call&, In) const) {
    handlers_[&operation] = {Handler::Kind::kRead,
                             &operation,
                             [&service, method, &operation](const Call& call, AnyShape& in) -> Result<AnyShape> {
                               return wrap(operation, (service.*method)(call, std::move(in.as<In>())));
                             },
                             {}};
  }
  template <class S, class In, class Out>
  void bind(const Operation& operation, S& service, Result<Out> (S::*method)(const Call&, In)) {
    handlers_[&operation] = {Handler::Kind::kWrite,
                             &operation,
                             [&service, method, &operation](const Call& call, AnyShape& in) -> Result<AnyShape> {
                               return wrap(operation, (service.*method)(call, std::move(in.as<In>())));
                             },
                             {}};
  }
  template <class S, class In, class Out>
  void bind(const Operation& operation, S& service, Task<Result<Out>> (S::*method)(const Call&, In)) {
    handlers_[&operation] = {
        Handler::Kind::kWait,
        &operation,
        {},
        [&service, method, &operation](const Call& call, AnyShape& in) -> Task<Result<AnyShape>> {
          // The handler's coroutine keeps a reference to the call, which the pipeline owns.
          Result<Out> result = co_await (service.*method)(call, std::move(in.as<In>()));
          co_return wrap(operation, std::move(result));
        }};
  }

 private:
  template <class Out>
  static Result<AnyShape> wrap(const Operation& operation, Result<Out> result) {
    if (!result.ok()) return std::move(result).fault();
    return AnyShape::of<Out>(*operation.output, std::move(result).value());
  }

  std::vector<const Service*> services_;
  std::unordered_map<const Operation*, Handler> handlers_;
};

}  // namespace hearth::api
