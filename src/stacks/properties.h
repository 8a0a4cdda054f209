// Properties: are they what the type takes, and what does a change of them mean.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ports/resource_provider.h"

namespace hearth::stacks {

// Gives the properties the types of the specification ("60" becomes 60 where a number is wanted). Null stands for
// what is not known yet and fits everywhere. Fault: ValidationError, one sentence that names everything that is
// wrong: "Property validation failure: [Encountered unsupported properties in {/}: [Foo], The property {/Type} is
// required, Value of property {/Subnets} does not match type {Array}]".
Result<JsonObject> checkProperties(const ports::ResourceSpec& spec, const JsonObject& properties);

// One property that differs.
struct PropertyChange {
  std::string name;       // of the top level
  std::string path;       // "/VersioningConfiguration/Status"
  bool replaces = false;  // a change here needs a new resource
  bool known = true;      // false: the new value holds something that is not known yet
};

// What differs between two sets of checked properties, down to the members of objects. Lists and maps are
// compared as a whole, with the behaviour of the property that holds them.
std::vector<PropertyChange> diffProperties(const ports::ResourceSpec& spec, const JsonObject& before,
                                           const JsonObject& after);

// Adds the stack's tags to the Tags property of a taggable type, as a list of {Key, Value} or as a map, whichever
// its specification says. The resource's own tags win.
void mergeStackTags(const ports::ResourceSpec& spec, const std::map<std::string, std::string>& tags,
                    JsonObject& properties);

// True when there is a null anywhere in it.
bool hasUnknown(const Json& value);

}  // namespace hearth::stacks
