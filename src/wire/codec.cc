#include "wire/codec.h"

#include "api/document.h"
#include "base/bytes.h"

namespace hearth::wire {

using api::Location;
using api::Member;
using api::Operation;
using api::Protocol;
using api::Shape;
using api::ShapeKind;

namespace {

bool isRest(Protocol protocol) { return protocol == Protocol::kRestXml || protocol == Protocol::kRestJson; }
bool isXml(Protocol protocol) { return protocol == Protocol::kRestXml || protocol == Protocol::kQuery; }

bool hasBodyMembers(const Shape& shape) {
  for (const Member& member : shape.members)
    if (member.location == Location::kBody && !member.payload) return true;
  return false;
}

Result<void> decodeJsonBody(const Shape& shape, std::string_view body, void* input, api::Leniency leniency) {
  static const Json kEmpty = JsonObject{};
  api::Style style = api::kWireStyle;
  style.leniency = leniency;
  if (base::trim(body).empty()) return api::readJson(shape, input, kEmpty, style);
  HEARTH_TRY(Json document, base::parseJson(body));
  return api::readJson(shape, input, document, style);
}

Result<void> decodePayload(const Member& payload, Protocol protocol, http::Request& request, std::string_view body,
                           void* input) {
  switch (payload.shape->kind) {
    case ShapeKind::kStream:
      *static_cast<std::unique_ptr<base::ByteStream>*>(payload.emplace(input)) = std::move(request.body);
      return {};
    case ShapeKind::kBlob:
      if (!body.empty() || payload.required) *static_cast<std::string*>(payload.emplace(input)) = body;
      return {};
    case ShapeKind::kString:
      if (body.empty() && !payload.required) return {};
      return readScalar(*payload.shape, payload.emplace(input), body, api::TimestampFormat::kDefault,
                        payload.wireName);
    default:
      if (body.empty()) {
        if (!payload.required) return {};
        if (protocol == Protocol::kRestXml) return Fault("MissingRequestBodyError", "Request Body is empty");
        return api::missingMember(payload.wireName);
      }
      if (protocol == Protocol::kRestXml) return decodeXml(*payload.shape, body, payload.emplace(input));
      return decodeJsonBody(*payload.shape, body, payload.emplace(input), api::Leniency::kStrict);
  }
}

void appendUnwrapped(std::string& into, const Operation& operation, const void* output) {
  const Member& member = operation.output->members.front();
  const void* value = member.find(output);
  into.append("<")
      .append(member.wireName)
      .append(" xmlns=\"")
      .append(operation.service->xmlNamespace)
      .append("\">");
  if (value) appendXmlText(into, writeScalar(*member.shape, value, api::TimestampFormat::kDefault));
  into.append("</").append(member.wireName).append(">");
}

void addRequestId(http::Response& response, const api::Service* service, Protocol protocol,
                  std::string_view requestId) {
  bool s3 = protocol == Protocol::kRestXml || (service && service->id == "s3");
  if (s3) {
    response.headers.add("x-amz-request-id", std::string(requestId));
    response.headers.add("x-amz-id-2", base::base64Encode(requestId));
  } else {
    response.headers.add("x-amzn-RequestId", std::string(requestId));
  }
}

}  // namespace

bool streamsInput(const Operation& operation) {
  const Member* payload = payloadOf(*operation.input);
  return payload && payload->shape->kind == ShapeKind::kStream;
}

Result<api::AnyShape> decodeInput(const Match& match, http::Request& request, std::string_view body) {
  const Operation& operation = *match.operation;
  api::AnyShape input = operation.makeInput();
  if (match.protocol == Protocol::kQuery) {
    HEARTH_CHECK(decodeQuery(operation, match.form, input.data()));
    return input;
  }
  const Shape& shape = *operation.input;
  if (!isRest(match.protocol)) {
    HEARTH_CHECK(decodeJsonBody(shape, body, input.data(), api::Leniency::kStrict));
    return input;
  }
  HEARTH_CHECK(decodeRestParts(match, request, shape, input.data()));
  if (const Member* payload = payloadOf(shape)) {
    HEARTH_CHECK(decodePayload(*payload, match.protocol, request, body, input.data()));
  } else if (hasBodyMembers(shape)) {
    if (match.protocol == Protocol::kRestJson) {
      HEARTH_CHECK(decodeJsonBody(shape, body, input.data(), api::Leniency::kStrict));
    } else if (!body.empty()) {
      HEARTH_CHECK(decodeXml(shape, body, input.data()));
    }
  }
  return input;
}

http::Response encodeOutput(const Operation& operation, Protocol protocol, api::AnyShape& output,
                            std::string_view requestId) {
  http::Response response;
  response.status = operation.status;
  addRequestId(response, operation.service, protocol, requestId);
  const Shape& shape = *operation.output;
  if (protocol == Protocol::kQuery) {
    response.headers.add("Content-Type", "text/xml");
    response.body = encodeQueryOutput(operation, output.data(), requestId);
    return response;
  }
  if (!isRest(protocol)) {
    response.headers.add("Content-Type", protocol == Protocol::kJson10 ? "application/x-amz-json-1.0"
                                                                       : "application/x-amz-json-1.1");
    if (!shape.members.empty()) api::appendJson(response.body, shape, output.data(), api::kWireStyle);
    return response;
  }
  encodeRestHeaders(shape, output.data(), response);
  std::string_view type = protocol == Protocol::kRestXml ? "application/xml" : "application/json";
  const Member* payload = payloadOf(shape);
  const void* value = payload ? payload->find(output.data()) : nullptr;
  if (payload && payload->shape->kind == ShapeKind::kStream) {
    response.stream = std::move(*static_cast<std::unique_ptr<base::ByteStream>*>(payload->emplace(output.data())));
    if (!response.headers.contains("Content-Type")) response.headers.add("Content-Type", "binary/octet-stream");
  } else if (payload && (payload->shape->kind == ShapeKind::kBlob || payload->shape->kind == ShapeKind::kString)) {
    if (value) response.body = *static_cast<const std::string*>(value);
    if (!response.headers.contains("Content-Type")) response.headers.add("Content-Type", std::string(type));
  } else if (payload) {
    if (value && protocol == Protocol::kRestJson) {
      api::appendJson(response.body, *payload->shape, value, api::kWireStyle);
    } else if (value) {
      response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
      appendXml(response.body, payload->wireName, *payload->shape, value, operation.service->xmlNamespace);
    }
    if (value) response.headers.set("Content-Type", std::string(type));
  } else if (hasBodyMembers(shape)) {
    response.headers.set("Content-Type", std::string(type));
    if (protocol == Protocol::kRestJson) {
      api::appendJson(response.body, shape, output.data(), api::kWireStyle);
    } else {
      response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
      if (operation.unwrapped)
        appendUnwrapped(response.body, operation, output.data());
      else
        appendXml(response.body, operation.outputElement, shape, output.data(), operation.service->xmlNamespace);
    }
  }
  return response;
}

namespace {

// Details that S3 tells in headers: whether a delete marker is in the way, and all of them when there is no body.
bool isHeader(const Fault& fault, std::string_view detail) {
  return detail.starts_with("x-amz-") || fault.status == 304;
}

// Text of a fault, much of it the caller's own words, as every protocol can carry it: of bounded length, valid
// UTF-8, without the characters that XML does not have.
std::string sayable(std::string_view text) {
  constexpr std::size_t kMost = 2048;
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string result;
  while (!text.empty() && result.size() < kMost) {
    std::size_t length = 1;
    while (length < 4 && length < text.size() && !base::isUtf8(text.substr(0, length))) ++length;
    const std::string_view character = text.substr(0, length);
    const auto first = static_cast<unsigned char>(character[0]);
    const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    if (!base::isUtf8(character)) {
      result += kReplacement;
      length = 1;
    } else {
      result += control ? kReplacement : character;
    }
    text.remove_prefix(length);
  }
  if (!text.empty()) result += "...";
  return result;
}

std::string faultXml(const api::Service* service, Protocol protocol, const Fault& fault, std::string_view requestId,
                     std::string_view resource) {
  std::string xml;
  auto element = [&](std::string_view name, std::string_view text) {
    xml.append("<").append(name).append(">");
    appendXmlText(xml, sayable(text));
    xml.append("</").append(name).append(">");
  };
  if (protocol == Protocol::kRestXml) {
    xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";
    element("Code", fault.code);
    element("Message", fault.message);
    for (const auto& [name, value] : fault.details)
      if (!isHeader(fault, name)) element(name, value);
    if (!resource.empty()) element("Resource", resource);
    element("RequestId", requestId);
    element("HostId", base::base64Encode(requestId));
    return xml + "</Error>";
  }
  xml.append("<ErrorResponse xmlns=\"").append(service ? service->xmlNamespace : "").append("\"><Error>");
  element("Type", fault.sender == base::Sender::kServer ? "Receiver" : "Sender");
  element("Code", fault.code);
  element("Message", fault.message);
  for (const auto& [name, value] : fault.details) element(name, value);
  xml += "</Error>";
  element("RequestId", requestId);
  return xml + "</ErrorResponse>";
}

}  // namespace

http::Response encodeFault(const api::Service* service, Protocol protocol, const Fault& fault,
                           std::string_view requestId, std::string_view resource, bool head) {
  http::Response response;
  response.status = fault.status;
  addRequestId(response, service, protocol, requestId);
  if (protocol == Protocol::kRestXml)
    for (const auto& [name, value] : fault.details)
      if (isHeader(fault, name)) response.headers.set(name, value);
  if (isXml(protocol)) {
    // Of a service that is not here the protocol is a guess; clients of the JSON ones read the code in this field.
    if (!service) response.headers.add("x-amzn-ErrorType", fault.code);
    response.headers.add("Content-Type", protocol == Protocol::kRestXml ? "application/xml" : "text/xml");
    if (!head && fault.status != 304) response.body = faultXml(service, protocol, fault, requestId, resource);
    return response;
  }
  response.headers.add("x-amzn-ErrorType", fault.code);
  response.headers.add("Content-Type", protocol == Protocol::kRestJson ? "application/json"
                                       : protocol == Protocol::kJson10 ? "application/x-amz-json-1.0"
                                                                       : "application/x-amz-json-1.1");
  JsonObject document;
  if (protocol != Protocol::kRestJson) document["__type"] = fault.code;
  std::string_view name = service ? service->errorMessageMember : std::string_view("message");
  document[name] = sayable(fault.message);
  for (const auto& [detail, value] : fault.details) document[detail] = sayable(value);
  response.body = base::writeJson(document);
  return response;
}

}  // namespace hearth::wire
