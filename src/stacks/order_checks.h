// What the engine's orders check and ask, whatever they order.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "stacks/plan.h"
#include "stacks/stack_records.h"
#include "stacks/template.h"

namespace hearth::stacks {

// Faults: ValidationError, as CloudFormation words constraints of its API.
Result<void> checkStackName(const std::string& name);
Result<void> checkTags(const std::map<std::string, std::string>& tags);

// The parameters whose values are never shown.
std::vector<std::string> noEchoNames(const Template& document);
// What stands, by logical id; of a stack that is half done, what there is.
std::map<std::string, CurrentResource> currentResources(const std::vector<ResourceRecord>& rows);
// A stack that a failure left half done goes on only without a way back. Faults: "Stack:ARN is in S state and can
// not be updated."; "This stack is currently in a non-terminal [S] state. ..."
Result<void> checkCanBeUpdated(const StackHeader& stack, bool disableRollback);
// Of a stack policy; it may name these resources. Empty text is no policy.
Result<void> checkPolicy(const std::string& text, const std::vector<std::string>& logicalIds);
// `parsed` when it is of this text, else the text parsed now, which takes milliseconds.
Result<std::shared_ptr<const Template>> parsedTemplate(const std::string& text,
                                                       const std::shared_ptr<const Template>& parsed);
// The same document, or, where its transforms would make something else of it with these parameters, that:
// transformed now, which takes milliseconds.
Result<std::shared_ptr<const Template>> transformedFor(const std::shared_ptr<const Template>& document,
                                                       const ParameterValues& parameters,
                                                       const std::string& region);
std::string statusText(const StackHeader& stack);

}  // namespace hearth::stacks
