// Operations and services as the models describe them: what detection, decoding and encoding need to know.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "api/shape.h"

namespace hearth::api {

enum class Protocol : std::uint8_t { kQuery, kRestXml, kRestJson, kJson10, kJson11 };

// An input or output of any operation, owned, with its shape.
class AnyShape final {
 public:
  AnyShape() = default;
  template <class T>
  static AnyShape of(const Shape& shape, T value) {
    return AnyShape(shape, new T(std::move(value)), [](void* p) { delete static_cast<T*>(p); });
  }
  template <class T>
  static AnyShape make(const Shape& shape) {
    return AnyShape(shape, new T(), [](void* p) { delete static_cast<T*>(p); });
  }
  const Shape& shape() const { return *shape_; }
  const void* data() const { return data_.get(); }
  void* data() { return data_.get(); }
  // Precondition: T is the struct of shape().
  template <class T>
  T& as() {
    return *static_cast<T*>(data_.get());
  }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  AnyShape(const Shape& shape, void* data, void (*drop)(void*)) : shape_(&shape), data_(data, drop) {}
  const Shape* shape_ = nullptr;
  std::unique_ptr<void, void (*)(void*)> data_{nullptr, [](void*) {}};
};

struct Service;

// One operation that a service of Hearth lists.
struct Operation {
  const Service* service;
  std::string_view name;        // "PutObject"
  std::string_view httpMethod;  // "PUT"
  std::string_view requestUri;  // "/{Bucket}/{Key+}?tagging", as the model writes it
  int status;                   // of success
  const Shape* input;
  const Shape* output;
  std::string_view inputElement;   // rest-xml: root element of the request, or empty
  std::string_view outputElement;  // rest-xml: root element of the response when it is not a payload
  std::string_view resultWrapper;  // query: "CreateStackResult", or empty
  AnyShape (*makeInput)();
  bool unwrapped = false;  // rest-xml: the only member of the output is the root element (GetBucketLocation)
};

// A route of the model, listed or not: an unlisted one answers NotImplemented in the caller's protocol.
struct Route {
  std::string_view operation;
  std::string_view httpMethod;
  std::string_view requestUri;
  const Operation* listed;  // nullptr when Hearth does not have it
};

struct Service {
  std::string_view id;              // folder name: "s3"
  std::string_view serviceId;       // "S3": the models' name for people
  std::string_view signingName;     // "s3", "execute-api" ...
  std::string_view endpointPrefix;  // first label of its host names
  std::string_view targetPrefix;    // X-Amz-Target, json protocols
  std::string_view apiVersion;
  std::string_view xmlNamespace;
  std::string_view errorMessageMember;  // "message" or "Message", as most of its exceptions spell it
  std::span<const Protocol> protocols;  // the first is the model's
  std::span<const Route> routes;        // every operation of the model
};

}  // namespace hearth::api
