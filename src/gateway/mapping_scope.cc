#include "gateway/mapping_scope.h"

#include <array>

#include "base/bytes.h"
#include "gateway/json_path.h"

namespace hearth::gateway {
namespace {

using vtl::CallContext;
using vtl::Heap;
using vtl::Map;
using vtl::Value;

constexpr std::size_t kMaxText = 10 << 20;
constexpr std::size_t kParseWork = 4;    // a byte of JSON that is read costs as much as so many looked at
constexpr std::size_t kVisitBytes = 64;  // so does a value that a path visits

Value text(std::string_view view) { return Value::of(view); }

// The code point that begins at text[i], or U+FFFD for a broken sequence; moves i behind it.
char32_t takeCodePoint(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (!base::isUtf8(text.substr(i, length))) {
    ++i;
    return 0xFFFD;
  }
  char32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
  }
  i += length;
  return code;
}

void appendUnicodeEscape(std::string& into, unsigned unit) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  into.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) into.push_back(kDigits[(unit >> shift) & 15]);
}

// java.net.URLEncoder: a form's encoding.
std::string urlEncode(std::string_view plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : plain) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == '*' || c == '_';
    if (kept) {
      encoded.push_back(c);
    } else if (c == ' ') {
      encoded.push_back('+');
    } else {
      encoded.push_back('%');
      encoded.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
      encoded.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
  }
  return encoded;
}

}  // namespace

std::string escapeJavaScript(std::string_view plain) {
  std::string escaped;
  escaped.reserve(plain.size() + plain.size() / 8);
  for (std::size_t i = 0; i < plain.size();) {
    const char c = plain[i];
    static constexpr std::string_view kNamed = "\b\n\t\f\r";
    static constexpr std::string_view kNames = "bntfr";
    if (c == '\'' || c == '"' || c == '\\' || c == '/') {
      escaped.push_back('\\');
      escaped.push_back(c);
      ++i;
    } else if (const std::size_t named = kNamed.find(c); named != std::string_view::npos) {
      escaped.push_back('\\');
      escaped.push_back(kNames[named]);
      ++i;
    } else if (c >= 0x20 && c < 0x7F) {
      escaped.push_back(c);
      ++i;
    } else {
      const char32_t code = takeCodePoint(plain, i);
      if (code < 0x10000) {
        appendUnicodeEscape(escaped, code);
      } else {
        appendUnicodeEscape(escaped, 0xD800 + ((code - 0x10000) >> 10));
        appendUnicodeEscape(escaped, 0xDC00 + ((code - 0x10000) & 0x3FF));
      }
    }
  }
  return escaped;
}

// --- $input -----------------------------------------------------------------------------------------------------

void InputObject::setPayload(std::string_view payload, Side side) {
  payload_ = payload;
  side_ = side;
  document_ = nullptr;
}

Result<const Json*> InputObject::parse(std::string_view text, Heap& heap) const {
  const bool isBody = side_ == Side::kRequest && payload_.data() == exchange_.body.data();
  if (!isBody) return heap.parseJson(text);
  if (!heap.chargeTree(text)) return Fault("MappingTemplateError", "the document is too large", 500);
  const Result<Json>& json = exchange_.json();
  if (!json.ok()) return json.fault();
  return &*json;
}

const Json* InputObject::document(const CallContext& context) {
  if (document_ != nullptr) return document_;
  std::string_view json = base::trim(payload_);
  if (json.empty()) json = "{}";
  context.spend(json.size() * kParseWork);
  const auto parsed = parse(json, context.heap);
  if (context.heap.exhausted()) return nullptr;
  if (parsed.ok()) {
    document_ = *parsed;
  } else if (json.front() == '{' || json.front() == '[') {
    if (side_ == Side::kResponse)
      context.fail("the payload is not JSON: " + parsed.fault().message);
    else if (!context.fault) {
      context.fault =
          Fault("BadRequestException", "Could not parse request body into json: " + parsed.fault().message, 400);
    }
  } else {
    document_ = &context.heap.keepJson(Json(payload_));
  }
  return document_;
}

std::optional<Value> InputObject::at(std::string_view path, const CallContext& context) {
  const Json* json = document(context);
  if (json == nullptr) return std::nullopt;
  std::optional<JsonPath> own;
  const JsonPath* wanted = nullptr;
  if (paths_ != nullptr) {
    if (const auto known = paths_->find(path); known != paths_->end()) wanted = &known->second;
  }
  if (wanted == nullptr) {
    auto parsed = JsonPath::parse(path);
    if (!parsed.ok()) {
      context.fail(parsed.fault().message);
      return std::nullopt;
    }
    wanted = &own.emplace(std::move(*parsed));
  }
  auto match = wanted->find(*json);
  if (!match.ok()) {
    context.fail(match.fault().message);
    return std::nullopt;
  }
  context.spend(static_cast<std::size_t>(match->visits) * kVisitBytes);
  if (match->made != nullptr && match->definite)
    return context.heap.fromJson(context.heap.keepJson(std::move(*match->made)));
  if (match->definite) {
    if (match->values.empty()) return std::nullopt;
    return context.heap.fromJson(*match->values.front());
  }
  vtl::List* list = context.heap.newList(vtl::Style::kJson);
  context.spend(match->values.size() * 32);
  for (const Json* value : match->values) {
    if (context.heap.exhausted()) break;
    list->add(context.heap.fromJson(*value));
  }
  return Value::of(list);
}

Value InputObject::property(std::string_view name, const CallContext& context) {
  if (name == "body") return text(payload_.empty() ? "{}" : payload_);
  if (name == "params") return allParameters(context.heap);
  return {};
}

Value InputObject::call(std::string_view method, std::span<const Value> arguments, const CallContext& context) {
  if (method == "params" && arguments.empty()) return allParameters(context.heap);
  if (arguments.size() != 1) return {};
  const std::string_view argument = vtl::textOf(arguments[0], context);
  if (method == "params") {
    context.spend((exchange_.query.size() + exchange_.headers.size()) * 32);
    return parameter(argument);
  }
  if (method == "path") return at(argument, context).value_or(Value());
  if (method != "json") return {};
  const auto found = at(argument, context);
  if (context.fault) return {};
  if (!found) return text("\"\"");
  std::string json;
  if (!vtl::appendJson(*found, json, kMaxText)) return context.fail("a value is too large or nested too deeply");
  context.spend(json.size());
  return context.heap.string(json);
}

Value InputObject::allParameters(Heap& heap) {
  Map* all = heap.newMap();
  const std::array<std::pair<std::string_view, const Pairs*>, 3> kinds = {
      {{"path", &exchange_.pathParameters}, {"querystring", &exchange_.query}, {"header", &exchange_.headers}}};
  for (const auto& [kind, pairs] : kinds) {
    Map* map = heap.newMap();
    for (const auto& [name, value] : *pairs) map->put(name, text(value));
    all->put(kind, Value::of(map));
  }
  return Value::of(all);
}

Value InputObject::parameter(std::string_view name) {
  const std::string* found = exchange_.findPathParameter(name);
  if (found == nullptr) found = exchange_.findQuery(name);
  if (found == nullptr) found = exchange_.findHeader(name);
  return found == nullptr ? Value() : text(*found);
}

// --- $util ------------------------------------------------------------------------------------------------------

Value UtilObject::call(std::string_view method, std::span<const Value> arguments, const CallContext& context) {
  if (arguments.size() != 1 || arguments[0].isNull()) return {};
  const std::string_view given = vtl::textOf(arguments[0], context);
  context.spend(given.size());
  if (method == "escapeJavaScript") return context.heap.string(escapeJavaScript(given));
  if (method == "urlEncode") return context.heap.string(urlEncode(given));
  if (method == "urlDecode") return context.heap.string(base::uriDecode(given, true));
  if (method == "base64Encode") return context.heap.string(base::base64Encode(given));
  if (method == "base64Decode") {
    const auto decoded = base::base64Decode(given);
    return decoded ? context.heap.string(*decoded) : context.fail("$util.base64Decode(): not base64");
  }
  if (method == "parseJson") {
    context.spend(given.size() * kParseWork);
    const auto parsed = context.heap.parseJson(given);
    if (context.heap.exhausted()) return {};
    if (!parsed.ok()) return context.fail("$util.parseJson(): " + parsed.fault().message);
    return context.heap.fromJson(**parsed);
  }
  return {};
}

// --- The scope --------------------------------------------------------------------------------------------------

MappingScope::MappingScope(const Exchange& exchange)
    : exchange_(exchange), heap_(vtl::kHeapBytes), input_(exchange) {}

bool MappingScope::letGo() {
  if (context_ != nullptr) return false;
  input_.setPayload({}, InputObject::Side::kRequest);
  kept_.clear();
  heap_.emplace(vtl::kHeapBytes);
  return true;
}

std::size_t MappingScope::bytes() const {
  std::size_t bytes = heap_->used();
  for (const std::string& payload : kept_) bytes += payload.size();
  return bytes;
}

Result<std::string> MappingScope::render(const MappingTemplate& mapping, std::string_view payload,
                                         InputObject::Side side) {
  if (!mapping.parsed) return Fault("MappingTemplateError", mapping.error, 500);
  input_.setPayload(payload, side);
  input_.setPaths(mapping.paths);
  return mapping.parsed->render(*this, *heap_);
}

Value MappingScope::find(std::string_view name, Heap& heap) {
  if (name == "input") return Value::of(static_cast<vtl::Object*>(&input_));
  if (name == "util") return Value::of(static_cast<vtl::Object*>(&util_));
  if (name == "context") {
    if (context_ == nullptr) context_ = makeContext();
    return Value::of(context_);
  }
  if (name == "stageVariables") {
    Map* variables = heap.newMap();
    for (const auto& [key, value] : exchange_.stage->variables) variables->put(key, text(value));
    return Value::of(variables);
  }
  return {};
}

Map* MappingScope::makeContext() {
  static constexpr std::array<std::string_view, 14> kNames = {
      "accountId", "apiId",    "deploymentId", "domainName",  "domainPrefix", "extendedRequestId", "httpMethod",
      "path",      "protocol", "requestId",    "requestTime", "resourceId",   "resourcePath",      "stage"};
  Map* context = heap_->newMap();
  for (const std::string_view name : kNames) {
    if (const auto value = findContextValue(exchange_, name)) context->put(name, heap_->string(*value));
  }
  context->put("requestTimeEpoch", Value::of(base::toMillis(exchange_.start)));
  Map* identity = heap_->newMap();
  for (const std::string_view name :
       {"accessKey", "accountId", "apiKey", "apiKeyId", "caller", "sourceIp", "user", "userAgent", "userArn"}) {
    const auto value = findContextValue(exchange_, "identity." + std::string(name));
    if (value) identity->put(name, heap_->string(*value));
  }
  context->put("identity", Value::of(identity));
  if (exchange_.authorizer) {
    Map* authorizer = heap_->newMap();
    authorizer->put("principalId", text(exchange_.authorizer->principalId));
    authorizer->put("integrationLatency", heap_->string(std::to_string(exchange_.authorizerLatency.count())));
    for (const auto& [name, value] : exchange_.authorizer->context) authorizer->put(name, text(value));
    context->put("authorizer", Value::of(authorizer));
  }
  Map* requestOverride = heap_->newMap();
  for (const std::string_view name : {"header", "path", "querystring"}) {
    requestOverride->put(name, Value::of(heap_->newMap()));
  }
  context->put("requestOverride", Value::of(requestOverride));
  Map* overrides = heap_->newMap();
  overrides->put("header", Value::of(heap_->newMap()));
  context->put("responseOverride", Value::of(overrides));
  return context;
}

std::optional<Value> MappingScope::findOverride(std::string_view which, std::string_view name) {
  if (context_ == nullptr) return std::nullopt;
  const auto overrides = context_->find(which);
  if (!overrides || overrides->type != vtl::Type::kMap) return std::nullopt;
  return overrides->map->find(name);
}

std::optional<int> MappingScope::statusOverride() {
  const auto status = findOverride("responseOverride", "status");
  if (!status) return std::nullopt;
  std::int64_t number = 0;
  if (status->type == vtl::Type::kInteger) number = status->integer;
  if (status->isString() && status->string.size() == 3) {
    for (const char c : status->string) number = c >= '0' && c <= '9' ? number * 10 + (c - '0') : -1000;
  }
  if (number < 100 || number > 599) return std::nullopt;
  return static_cast<int>(number);
}

MappingScope::Overrides MappingScope::overridesOf(std::string_view which, std::string_view name) {
  Overrides found;
  const auto overrides = findOverride(which, name);
  if (!overrides || overrides->type != vtl::Type::kMap) return found;
  for (const vtl::Entry& entry : overrides->map->entries()) {
    const bool many = entry.value.type == vtl::Type::kList;
    const auto add = [&](const Value& value) {
      std::string plain;
      if (vtl::appendText(value, plain, 64 << 10)) found.emplace_back(entry.key, std::move(plain));
    };
    if (!many)
      add(entry.value);
    else
      for (const Value& value : entry.value.list->items()) add(value);
  }
  return found;
}

MappingScope::Overrides MappingScope::headerOverrides() { return overridesOf("responseOverride", "header"); }

MappingScope::Overrides MappingScope::requestOverrides(std::string_view place) {
  return overridesOf("requestOverride", place);
}

}  // namespace hearth::gateway
