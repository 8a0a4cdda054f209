// MappingScope: what the mapping templates of one exchange see ($input, $context, $stageVariables, $util), and what
// they leave behind ($context.responseOverride). Request and response template share one $context, as on AWS.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "gateway/exchange.h"
#include "gateway/json_path.h"
#include "gateway/vtl_template.h"

namespace hearth::gateway {

// A payload as $input sees it. Empty is {}, and text that is no JSON is a string, unless it begins like an object
// or a list: then looking into it is a fault.
class InputObject final : public vtl::Object {
 public:
  explicit InputObject(const Exchange& exchange) : exchange_(exchange) {}
  enum class Side : unsigned char { kRequest, kResponse };
  // `payload` must outlive the scope.
  void setPayload(std::string_view payload, Side side);
  // Paths that need not be parsed again; they outlive the next render.
  void setPaths(const JsonPaths& paths) { paths_ = &paths; }

  // Whether a template has looked into the payload, which may be the exchange's own tree.
  bool looksIntoJson() const { return document_ != nullptr; }

  vtl::Value property(std::string_view name, const vtl::CallContext& context) override;
  vtl::Value call(std::string_view method, std::span<const vtl::Value> arguments,
                  const vtl::CallContext& context) override;

 private:
  const Json* document(const vtl::CallContext& context);
  // The exchange's own tree when the payload is its body, else one in the heap.
  Result<const Json*> parse(std::string_view text, vtl::Heap& heap) const;
  // The value at a path; nullopt when there is none, or when it failed.
  std::optional<vtl::Value> at(std::string_view path, const vtl::CallContext& context);
  vtl::Value allParameters(vtl::Heap& heap);
  vtl::Value parameter(std::string_view name);

  const Exchange& exchange_;
  std::string_view payload_;
  Side side_ = Side::kRequest;
  const JsonPaths* paths_ = nullptr;
  const Json* document_ = nullptr;  // of payload_
};

class UtilObject final : public vtl::Object {
 public:
  vtl::Value property(std::string_view, const vtl::CallContext&) override { return {}; }
  vtl::Value call(std::string_view method, std::span<const vtl::Value> arguments,
                  const vtl::CallContext& context) override;
};

// Not thread-safe; the exchange outlives it and stays where it is.
class MappingScope final : private vtl::Variables {
 public:
  explicit MappingScope(const Exchange& exchange);
  MappingScope(const MappingScope&) = delete;
  MappingScope& operator=(const MappingScope&) = delete;

  // Faults: BadRequestException 400 when a request's payload is no JSON and the template needs it to be, else 500
  // with the reason for the log. `payload` must outlive the scope.
  Result<std::string> render(const MappingTemplate& mapping, std::string_view payload, InputObject::Side side);

  // Keeps a payload as long as the scope.
  std::string_view keep(std::string payload) { return kept_.emplace_back(std::move(payload)); }

  // Between the two renders: gives back what no template can see again. False when the first one has used $context,
  // which the second one shares: then all stays, payloads too.
  bool letGo();
  // Whether what the last template made may be out of Exchange::json(), whose bytes are counted here then.
  bool looksIntoJson() const { return input_.looksIntoJson(); }
  // What templates and payloads take in memory.
  std::size_t bytes() const;

  // What templates set as $context.responseOverride: a status of 100 to 599, and headers.
  std::optional<int> statusOverride();
  using Overrides = std::vector<std::pair<std::string, std::string>>;
  Overrides headerOverrides();
  // What request templates set as $context.requestOverride: `place` is header, path or querystring.
  Overrides requestOverrides(std::string_view place);

 private:
  vtl::Value find(std::string_view name, vtl::Heap& heap) override;
  vtl::Map* makeContext();
  std::optional<vtl::Value> findOverride(std::string_view which, std::string_view name);
  Overrides overridesOf(std::string_view which, std::string_view name);

  const Exchange& exchange_;
  std::optional<vtl::Heap> heap_;  // always set
  InputObject input_;
  UtilObject util_;
  std::deque<std::string> kept_;
  vtl::Map* context_ = nullptr;  // made when a template asks for it
};

// $util.escapeJavaScript(): ASCII in which quotes, backslashes, slashes, control characters and everything beyond
// ASCII are escaped. Single quotes too, which is not valid JSON.
std::string escapeJavaScript(std::string_view text);

}  // namespace hearth::gateway
