// Dynamic references: {{resolve:SERVICE:KEY}} inside of texts of a template.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
//
// {{resolve:ssm:NAME[:VERSION]}} is plain: it is replaced as soon as its text is known, and what took its place is
// kept and shown. {{resolve:ssm-secure:...}} and {{resolve:secretsmanager:...}} stay as they are written in
// everything that is kept or shown; only what a provider is given has the secrets in it (resolving_provider.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ports/resource_provider.h"
#include "ports/template_values.h"
#include "stacks/template.h"

namespace hearth::stacks {

struct DynamicReference {
  enum class Kind : unsigned char { kPlain, kSecure, kSecret };  // ssm, ssm-secure, secretsmanager
  Kind kind = Kind::kPlain;
  std::string text;  // as it stands, with its braces
  // Of parameters "NAME" or "NAME:VERSION"; of a secret its name or ARN.
  std::string key;
  // Of a secret, each empty when it is not given.
  std::string jsonKey;
  std::string versionStage;
  std::string versionId;
};

// Literal text, or a reference.
struct TextPiece {
  std::string text;
  std::optional<DynamicReference> reference;
};

// Cuts a text up. What only looks like a reference, and one to a service that has none, is literal. Fault:
// "Incorrect format is used in the following SSM reference: [...]".
Result<std::vector<TextPiece>> splitReferences(std::string_view text);

// True when there may be a reference of that kind in it: a quick look.
bool mayHavePlain(std::string_view text);
bool mayHaveSecure(std::string_view text);
bool mayHaveSecret(std::string_view text);  // ssm-secure or secretsmanager
bool mayHaveSecret(const Json& value);

// What takes the place of a reference.
using ReferenceLookup = std::function<Result<std::string>(const DynamicReference&)>;
// Replaces the plain references, or the others; what came in is not looked through again.
Result<std::string> replacePlain(std::string_view text, const ReferenceLookup& lookup);
Result<std::string> replaceSecrets(std::string_view text, const ReferenceLookup& lookup);

// Of a parameter that was asked for: there is none, or none that could be called so. Else the fault as
// CloudFormation tells it.
bool isMissingParameter(const Fault& fault);
Fault refusedParameter(const Fault& fault);

// Plain references, read for somebody. Each is read once; the lookup may be copied. Faults: ValidationError
// "Parameters: [ssm:NAME] cannot be found."
ReferenceLookup plainLookup(const ports::TemplateValues& values, ports::ValueReader reader);
// The others. Faults: the services' own; "Could not find a value associated with JSONKey in SecretString".
Result<std::string> readSecretReference(const ports::TemplateValues& values, const ports::ValueReader& reader,
                                        const DynamicReference& reference);

// The form of the references to secrets in resolved properties; where ssm-secure stands and must not goes into
// `misplaced`, as "TYPE/Properties/PATH".
Result<void> checkSecretReferences(std::string_view type, const JsonObject& properties,
                                   std::set<std::string>& misplaced);
// Fault: "SSM Secure reference is not supported in: [...]"; none when there are none.
Result<void> refuseSecureIn(const std::set<std::string>& places);

// Only a template and its parameters may have references: whoever reads them, it is in the rights of the stack, and
// those who wrote what it takes from elsewhere may have fewer. Fault: ValidationError, for anything that looks like
// one. `source` names where the value comes from: "Fn::ImportValue NAME".
Result<Json> withoutReferences(Json value, const std::string& source);
// The same for what Ref and Fn::GetAtt give of a resource that others speak for: custom resources, nested stacks.
// Others' attributes are as they are: those that repeat a property have its references.
Result<Json> withoutForeign(Json value, const ports::ResourceSpec* spec, const std::string& logicalId);
// How often a reference begins in a text: put together of pieces, it has those of the pieces, and no more.
std::size_t countOpenings(std::string_view text);

// Fault: ValidationError for a template with more references than kMaxReferences.
Result<void> checkReferenceCount(std::string_view templateText);
inline constexpr std::size_t kMaxReferences = 60;

}  // namespace hearth::stacks
