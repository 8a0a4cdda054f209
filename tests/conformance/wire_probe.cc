// The codecs on a pipe: one JSON command per line in, one JSON answer per line out. For the tests of this folder,
// which speak through botocore at both ends.
//
//   {"do": "decode", "method", "target", "headers": [[name, value]...], "body": base64}
//       -> {"service", "operation", "input": record, "stream": base64}, or {"fault": code, "response"}
//   {"do": "encode", "service", "operation", "protocol", "output": record, "stream": base64} -> {"response"}
//   {"do": "fault", "service", "protocol", "code", "message", "status"} -> {"response"}
// where response is {"status", "headers": [[name, value]...], "body": base64}.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <map>
#include <stdexcept>

#include "api/document.h"
#include "base/bytes.h"
#include "wire/codec.h"

#include "listed_headers.inc"  // api/SERVICE.h of every service

namespace hearth {
namespace {

constexpr std::string_view kRequestId = "6b0c7b6e-5f0a-4f4e-9d57-0a6e4e1f2a3b";

struct Listed {
  const api::Operation* operation;
  api::AnyShape (*makeOutput)();
};

const std::vector<const api::Service*> kServices = {
#define HEARTH_SERVICE(service) &api::service::kService,
#define HEARTH_OPERATION(service, name)
#include "listed_operations.inc"
#undef HEARTH_SERVICE
#undef HEARTH_OPERATION
};

const std::map<std::string, Listed> kOperations = {
#define HEARTH_SERVICE(service)
#define HEARTH_OPERATION(service, name)                                                                          \
  {#service "." #name, {&api::service::k##name, [] {                                                             \
                          return api::AnyShape::make<api::service::name##Output>(*api::service::k##name.output); \
                        }}},
#include "listed_operations.inc"
#undef HEARTH_SERVICE
#undef HEARTH_OPERATION
};

const std::map<std::string, api::Protocol> kProtocols = {
    {"query", api::Protocol::kQuery},        {"rest-xml", api::Protocol::kRestXml},
    {"rest-json", api::Protocol::kRestJson}, {"json-1.0", api::Protocol::kJson10},
    {"json-1.1", api::Protocol::kJson11},
};

std::string textAt(const Json& command, std::string_view name) {
  auto text = base::findString(command, name);
  if (!text) throw std::runtime_error("no " + std::string(name));
  return *text;
}

std::string bytesAt(const Json& command, std::string_view name) {
  auto bytes = base::base64Decode(textAt(command, name));
  if (!bytes) throw std::runtime_error(std::string(name) + " is not base64");
  return *bytes;
}

std::string drain(base::ByteStream& stream) {
  std::string bytes;
  const auto reading = [&]() -> Task<void> {
    while (true) {
      const auto count = co_await stream.read(bytes, 1U << 16);
      if (!count.ok()) throw std::runtime_error(count.fault().message);
      if (*count == 0) co_return;
    }
  };
  boost::asio::io_context loop;
  boost::asio::co_spawn(loop, reading(), boost::asio::detached);
  loop.run();
  return bytes;
}

using OwnedStream = std::unique_ptr<base::ByteStream>;

Json answerOf(http::Response response) {
  JsonArray headers;
  for (const auto& [name, value] : response.headers) headers.push_back({name, value});
  if (response.stream) response.body = drain(*response.stream);
  return JsonObject{{"response", JsonObject{{"status", response.status},
                                            {"headers", std::move(headers)},
                                            {"body", base::base64Encode(response.body)}}}};
}

Json refused(const api::Service* service, api::Protocol protocol, const Fault& fault,
             const http::Request& request) {
  Json answer =
      answerOf(wire::encodeFault(service, protocol, fault, kRequestId, request.path, request.method == "HEAD"));
  answer.as_object()["fault"] = fault.code;
  return answer;
}

Json decode(const Json& command) {
  static const wire::Routes routes(kServices);
  http::Request request;
  request.method = textAt(command, "method");
  request.target = textAt(command, "target");
  const auto question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos) request.query = request.target.substr(question + 1);
  for (const Json& field : command.at("headers").as_array())
    request.headers.add(std::string(field.at(0).as_string()), std::string(field.at(1).as_string()));
  const std::string body = bytesAt(command, "body");
  request.body = std::make_unique<base::StringStream>(body);

  // The steps of server/pipeline.cc, without signature, permission and handler.
  const api::Service* guess = routes.guessService(request);
  const api::Protocol usual = guess ? guess->protocols.front() : api::Protocol::kRestXml;
  const auto match = routes.find(request, wire::Routes::needsBody(request) ? body : std::string());
  if (!match.ok()) return refused(guess, usual, match.fault(), request);
  const std::string name = std::string(match->service->id) + "." + std::string(match->operationName);
  if (!match->operation)
    return refused(match->service, match->protocol,
                   Fault("NotImplemented", "Hearth does not implement " + name + ".", 501), request);
  auto input = wire::decodeInput(*match, request, body);
  if (!input.ok()) return refused(match->service, match->protocol, input.fault(), request);

  std::string record;
  api::appendJson(record, input->shape(), input->data(), api::kRecordStyle);
  JsonObject answer{{"service", match->service->id}, {"operation", match->operationName}};
  answer["input"] = base::parseJson(record).value();
  const api::Member* payload = wire::payloadOf(input->shape());
  if (payload && payload->shape->kind == api::ShapeKind::kStream)
    answer["stream"] = base::base64Encode(drain(**static_cast<OwnedStream*>(payload->emplace(input->data()))));
  return answer;
}

Json encode(const Json& command) {
  const Listed& listed = kOperations.at(textAt(command, "service") + "." + textAt(command, "operation"));
  const api::Protocol protocol = kProtocols.at(textAt(command, "protocol"));
  api::AnyShape output = listed.makeOutput();
  const auto read = api::readJson(output.shape(), output.data(), command.at("output"), api::kRecordStyle);
  if (!read.ok()) throw std::runtime_error(read.fault().message);
  const api::Member* payload = wire::payloadOf(output.shape());
  if (payload && payload->shape->kind == api::ShapeKind::kStream)
    *static_cast<OwnedStream*>(payload->emplace(output.data())) =
        std::make_unique<base::StringStream>(bytesAt(command, "stream"));
  return answerOf(wire::encodeOutput(*listed.operation, protocol, output, kRequestId));
}

Json fault(const Json& command) {
  const std::string id = textAt(command, "service");
  const Fault fault(textAt(command, "code"), textAt(command, "message"),
                    static_cast<int>(command.at("status").as_int64()));
  const api::Protocol protocol = kProtocols.at(textAt(command, "protocol"));
  for (const api::Service* service : kServices)
    if (service->id == id)
      return answerOf(wire::encodeFault(service, protocol, fault, kRequestId, "/photos/cat.jpg", false));
  throw std::runtime_error("no service " + id);
}

Json answerTo(const std::string& line) {
  const Json command = base::parseJson(line, 200).value();
  const std::string what = textAt(command, "do");
  if (what == "decode") return decode(command);
  if (what == "encode") return encode(command);
  if (what == "fault") return fault(command);
  throw std::runtime_error("unknown command " + what);
}

}  // namespace
}  // namespace hearth

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    hearth::Json answer;
    try {
      answer = hearth::answerTo(line);
    } catch (const std::exception& error) {
      answer = hearth::JsonObject{{"error", error.what()}};
    }
    std::cout << hearth::base::writeJson(answer) << std::endl;
  }
}
