// What the targets of the codecs share: choosing an operation, and what must hold for every input that was decoded.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "api/document.h"
#include "api/operation.h"
#include "base/bytes.h"
#include "wire/codec.h"

namespace hearth::fuzz {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline std::vector<const api::Operation*> operationsOf(std::initializer_list<const api::Service*> services) {
  std::vector<const api::Operation*> operations;
  for (const api::Service* service : services)
    for (const api::Route& route : service->routes)
      if (route.listed) operations.push_back(route.listed);
  return operations;
}

inline std::string textOf(const api::Shape& shape, const void* value) {
  std::string text;
  api::appendJson(text, shape, value, api::kRecordStyle);
  return text;
}

// Services keep inputs as records: what came in must be readable when it is wanted back, and be the same.
inline void requireKeepable(const api::Operation& operation, const void* input) {
  const std::string text = textOf(*operation.input, input);
  require(base::isUtf8(text));
  const auto document = base::parseJson(text);
  require(document.ok());
  api::AnyShape again = operation.makeInput();
  require(api::readJson(*operation.input, again.data(), *document, api::kRecordStyle).ok());
  require(textOf(*operation.input, again.data()) == text);
}

// What is refused is refused by name, and every protocol can say it.
inline void requireSayable(const api::Service* service, const Fault& fault) {
  require(!fault.code.empty() && fault.status >= 400 && fault.status <= 599);
  for (const auto protocol : {api::Protocol::kQuery, api::Protocol::kRestXml, api::Protocol::kRestJson,
                              api::Protocol::kJson10, api::Protocol::kJson11}) {
    const auto response = wire::encodeFault(service, protocol, fault, "4442587FB7D0A2F9", "/a/b", false);
    require(response.status == fault.status && response.body.size() < (64U << 10));
    require(base::isUtf8(response.body));
    if (!response.body.starts_with('<')) require(base::parseJson(response.body).ok());
  }
}

}  // namespace hearth::fuzz
