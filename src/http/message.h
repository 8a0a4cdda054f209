// HTTP messages as the rest of Hearth sees them: no socket and no parser in sight.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_stream.h"
#include "base/result.h"
#include "base/task.h"

namespace hearth::http {

// Header fields in order of arrival; names compare without case. At most some dozens, so a vector.
class Headers final {
 public:
  using Field = std::pair<std::string, std::string>;

  // The first value, or nullopt. The view lives as long as the field is not changed.
  std::optional<std::string_view> find(std::string_view name) const;
  // All values joined by ", " (RFC 9110, 5.3); empty when absent.
  std::string joined(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // Replaces every field of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

// Where a request came in: what a handler may treat differently.
struct Origin {
  std::string peer;      // "127.0.0.1:53122", or empty inside a jail
  std::string listener;  // the name that listen() was given: "public", "environment:ID" ...
  bool secure = false;   // came over TLS
  std::string tunnel;    // "s3.amazonaws.com:443" when it came through a CONNECT tunnel to that authority
};

// A request whose head has arrived. The body is pulled; bytes that the handler leaves unread are drained up to a
// limit, beyond which the connection is closed after the response.
struct Request {
  std::string method;
  std::string target;  // as sent: path and query, not decoded
  std::string path;    // target up to '?', not decoded
  std::string query;   // behind '?', not decoded
  Headers headers;
  Origin origin;
  // Never null; "100 Continue" is sent at its first read when expected. It may be moved away, also into the
  // Response; reads after the response has been sent are faults. Faults: IncompleteBody (the peer broke off),
  // RequestTimeout, EntityTooLarge, InvalidRequest (broken chunked coding).
  std::unique_ptr<base::ByteStream> body;

  std::string_view host() const;  // the Host header without its port; empty when absent
};

struct Response {
  int status = 200;
  std::string reason;  // the standard phrase when empty
  // Content-Length, Transfer-Encoding and Connection are the server's and ignored here, with one exception: the
  // answer to HEAD may name the Content-Length that GET would have. Date is added unless present. A line break in a
  // value is sent as a space; a field whose name is no token is left out.
  Headers headers;
  std::string body;
  std::unique_ptr<base::ByteStream> stream;  // instead of `body`: with its size, else chunked; a fault breaks off
  bool close = false;                        // close the connection afterwards

  static Response text(int status, std::string_view contentType, std::string body);
};

using Handler = std::function<Task<Response>(Request&)>;

// The standard phrase of a status; a neutral one when it has none.
std::string_view reasonPhrase(int status);

// "example.org:8080" -> "example.org", "[::1]:80" -> "[::1]".
std::string_view hostWithoutPort(std::string_view authority);

// "a=1&b=x%20y" -> decoded pairs in order. `plusIsSpace` as in forms.
std::vector<std::pair<std::string, std::string>> parseQuery(std::string_view query, bool plusIsSpace = true);

}  // namespace hearth::http
