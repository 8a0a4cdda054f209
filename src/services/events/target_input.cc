#include "services/events/target_input.h"

#include <functional>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "services/constraints.h"
#include "services/events/event_path.h"

namespace hearth::services::events {

using namespace api::events;

namespace {

constexpr std::size_t kMostInput = 8192;
constexpr std::size_t kMostPaths = 100;

constexpr std::string_view kRuleArn = "aws.events.rule-arn";
constexpr std::string_view kRuleName = "aws.events.rule-name";
constexpr std::string_view kIngestionTime = "aws.events.event.ingestion-time";
constexpr std::string_view kEvent = "aws.events.event";
constexpr std::string_view kEventJson = "aws.events.event.json";

bool isPredefined(std::string_view name) {
  return name == kRuleArn || name == kRuleName || name == kIngestionTime || name == kEvent || name == kEventJson;
}

Fault invalid(std::string message) { return {"ValidationException", std::move(message)}; }

// A placeholder's name, or empty when `text`, which begins with '<', begins with none: then the sign is itself.
std::string_view placeholderAt(std::string_view text) {
  const auto end = text.find('>');
  if (end == std::string_view::npos || end == 1) return {};
  const auto name = text.substr(1, end - 1);
  const auto isNameCharacter = [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '.' || c == '-' || c == '_');
  };
  return std::all_of(name.begin(), name.end(), isNameCharacter) ? name : std::string_view{};
}

// A value as words inside a string: without the quotation marks of strings in it. Shallow: events are made here.
void appendPlain(std::string& into, const Json& value) {
  if (const auto* object = value.if_object()) {
    into += '{';
    for (const auto& [name, member] : *object) {
      if (into.back() != '{') into += ',';
      into.append(std::string_view(name)) += ':';
      appendPlain(into, member);
    }
    into += '}';
  } else if (const auto* array = value.if_array()) {
    into += '[';
    for (const auto& element : *array) {
      if (into.back() != '[') into += ',';
      appendPlain(into, element);
    }
    into += ']';
  } else {
    into += base::scalarText(value).value_or("null");
  }
}

std::string quoted(std::string_view text) {
  std::string json;
  base::appendJsonString(json, text);
  return json;
}

using Values = std::map<std::string, std::optional<Json>, std::less<>>;

// An input template on its way to text. Outside of quotation marks a value stands as JSON, inside as words; what
// the event does not have is empty.
class Rendering final {
 public:
  Rendering(std::string_view text, const Values& values)
      : text_(text), values_(values), document_(base::trim(text).starts_with('{')) {}

  Result<std::string> run() {
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      const auto name = c == '<' ? placeholderAt(text_.substr(i)) : std::string_view{};
      if (!name.empty()) {
        HEARTH_CHECK(append(name));
        i += name.size() + 1;
        continue;
      }
      out_ += c;
      if (inString_ && c == '\\' && i + 1 < text_.size()) {
        out_ += text_[++i];
      } else if (c == '"') {
        inString_ = !inString_;
      }
    }
    return std::move(out_);
  }

 private:
  Result<void> append(std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end() || !found->second) {
      if (!inString_) out_ += "\"\"";
      return {};
    }
    const Json& value = *found->second;
    if (!inString_) {
      out_ += base::writeJson(value);
      return {};
    }
    if (document_ && (value.is_object() || value.is_array()))
      return invalid("the value of <" + std::string(name) + "> is no text, and stands between quotation marks");
    std::string plain;
    appendPlain(plain, value);
    const std::string json = quoted(plain);
    out_.append(json, 1, json.size() - 2);
    return {};
  }

  std::string_view text_;
  const Values& values_;
  const bool document_;
  bool inString_ = false;
  std::string out_;
};

// <aws.events.event>: the event without its detail, its members named as in AWS's own.
Json withoutDetail(const ScheduledEvent& event) {
  Json document = event.document();
  JsonObject& object = document.get_object();
  JsonObject bare;
  bare["id"] = object["id"];
  bare["account"] = object["account"];
  bare["detailType"] = object["detail-type"];
  bare["time"] = object["time"];
  bare["source"] = object["source"];
  bare["region"] = object["region"];
  bare["resources"] = object["resources"];
  bare["version"] = object["version"];
  return bare;
}

Result<std::string> transform(const InputTransformer& transformer, const ScheduledEvent& event) {
  const Json document = event.document();
  Values values;
  for (const auto& [name, text] : transformer.inputPathsMap.value_or(std::map<std::string, std::string>{})) {
    HEARTH_TRY(const EventPath path, EventPath::parse(text));
    const Json* found = path.find(document);
    values[name] = found ? std::optional(*found) : std::nullopt;
  }
  values[std::string(kRuleArn)] = Json(event.rule.arn());
  values[std::string(kRuleName)] = Json(event.rule.name);
  values[std::string(kIngestionTime)] = Json(base::formatIso8601(event.ingested));
  values[std::string(kEvent)] = withoutDetail(event);
  values[std::string(kEventJson)] = document;
  HEARTH_TRY(std::string text, Rendering(transformer.inputTemplate, values).run());
  const auto parsed = base::parseJson(text);
  if (!parsed.ok()) return invalid("what the input template gives is no JSON: " + parsed.fault().message);
  return text;
}

Result<void> checkTransformer(const std::string& target, const InputTransformer& transformer) {
  HEARTH_CHECK(
      checkLength(transformer.inputTemplate, "targets.member.inputTransformer.inputTemplate", 1, kMostInput));
  const auto paths = transformer.inputPathsMap.value_or(std::map<std::string, std::string>{});
  if (paths.size() > kMostPaths)
    return invalid("InputPathsMap for target " + target + " has more than 100 entries.");
  for (const auto& [name, path] : paths) {
    HEARTH_CHECK(checkName(name, "targets.member.inputTransformer.inputPathsMap", 256, "_-", "[A-Za-z0-9\\_\\-]+"));
    if (base::toLower(name).starts_with("aws"))
      return invalid("InputPathsMap for target " + target + " has the reserved key " + name + ".");
    const auto parsed = EventPath::parse(path);
    if (!parsed.ok())
      return invalid("Invalid InputPathsMap for target " + target + " : " + parsed.fault().message + ".");
  }
  const std::string_view text = transformer.inputTemplate;
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const auto name = placeholderAt(text.substr(at));
    if (!name.empty() && !isPredefined(name) && !paths.contains(std::string(name)))
      return invalid("InputTemplate for target " + target + " contains invalid placeholder " + std::string(name) +
                     ".");
  }
  return {};
}

}  // namespace

Json ScheduledEvent::document() const {
  return JsonObject{{"version", "0"},
                    {"id", id},
                    {"detail-type", "Scheduled Event"},
                    {"source", "aws.events"},
                    {"account", rule.account},
                    {"time", base::formatIso8601(time)},
                    {"region", rule.region},
                    {"resources", JsonArray{Json(rule.arn())}},
                    {"detail", JsonObject{}}};
}

Result<void> checkTargetInput(const Target& target) {
  const int given = (target.input ? 1 : 0) + (target.inputPath ? 1 : 0) + (target.inputTransformer ? 1 : 0);
  if (given > 1)
    return invalid("Only one of Input, InputPath, or InputTransformer must be provided for target " + target.id +
                   ".");
  if (target.input) {
    HEARTH_CHECK(checkLength(*target.input, "targets.member.input", 0, kMostInput));
    const auto parsed = base::parseJson(*target.input);
    if (!parsed.ok())
      return invalid("JSON syntax error in input for target " + target.id + " : " + parsed.fault().message);
  }
  if (target.inputPath) {
    const auto parsed = EventPath::parse(*target.inputPath);
    if (!parsed.ok())
      return invalid("Invalid InputPath for target " + target.id + " : " + parsed.fault().message + ".");
  }
  if (target.inputTransformer) return checkTransformer(target.id, *target.inputTransformer);
  return {};
}

Result<std::string> makeTargetInput(const Target& target, const ScheduledEvent& event) {
  if (target.input) return *target.input;
  if (target.inputTransformer) return transform(*target.inputTransformer, event);
  const Json document = event.document();
  if (!target.inputPath) return base::writeJson(document);
  HEARTH_TRY(const EventPath path, EventPath::parse(*target.inputPath));
  const Json* found = path.find(document);
  if (!found) return invalid("the event has nothing at " + *target.inputPath);
  return base::writeJson(*found);
}

}  // namespace hearth::services::events
