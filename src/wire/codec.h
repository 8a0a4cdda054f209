// Codecs: HTTP message <-> typed input, output or fault, for the five AWS protocols. Ordinary functions over the
// shape tables of api/; nothing here knows an operation by name.
#pragma once

#include <string>
#include <string_view>

#include "api/operation.h"
#include "base/result.h"
#include "http/message.h"
#include "wire/routes.h"

namespace hearth::wire {

// Does the operation take its body as a stream (PutObject)? Then decodeInput() moves request.body into the input
// and `body` is empty; otherwise the caller has read it into `body`.
bool streamsInput(const api::Operation& operation);

// Faults: SerializationException, ValidationException/ValidationError, MalformedXML (S3), with the member named.
Result<api::AnyShape> decodeInput(const Match& match, http::Request& request, std::string_view body);

// The response of a success. `requestId` goes where the protocol has it.
http::Response encodeOutput(const api::Operation& operation, api::Protocol protocol, api::AnyShape& output,
                            std::string_view requestId);

// The response of a failure, in the protocol's own form. `resource` is S3's: the path that was asked for. Of its
// details those named "x-amz-..." become headers, and all of a 304.
http::Response encodeFault(const api::Service* service, api::Protocol protocol, const Fault& fault,
                           std::string_view requestId, std::string_view resource, bool head);

// --- the parts, one file each ------------------------------------------------------------------------------------

// query_codec.cc
Result<void> decodeQuery(const api::Operation& operation, std::string_view form, void* input);
std::string encodeQueryOutput(const api::Operation& operation, const void* output, std::string_view requestId);

// xml_codec.cc: rest-xml bodies, and the output trees of query.
Result<void> decodeXml(const api::Shape& shape, std::string_view xml, void* value);
void appendXml(std::string& into, std::string_view element, const api::Shape& shape, const void* value,
               std::string_view xmlnsAttribute = {});
void appendXmlMembers(std::string& into, const api::Shape& shape, const void* value);
void appendXmlText(std::string& into, std::string_view text);

// rest_codec.cc: URI labels, query string and headers of the REST protocols.
Result<void> decodeRestParts(const Match& match, const http::Request& request, const api::Shape& shape,
                             void* input);
void encodeRestHeaders(const api::Shape& shape, const void* output, http::Response& response);
const api::Member* payloadOf(const api::Shape& shape);
// Scalars the way headers, query strings and forms spell them.
Result<void> readScalar(const api::Shape& shape, void* value, std::string_view text, api::TimestampFormat format,
                        std::string_view name);
std::string writeScalar(const api::Shape& shape, const void* value, api::TimestampFormat format);

}  // namespace hearth::wire
