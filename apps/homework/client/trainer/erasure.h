// What remains of a document when one student is taken out of it. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework::client {

struct Person {
  std::string id;
  std::string email;  // may be empty
};

// Whether a document's text names the person: by id or address; in a mail also inside the encoded message.
bool namesPerson(std::string_view document, const Person& person);

enum class Numbers : unsigned char { kDrop, kKeep };

// The JSON document without the entries that are about the person. With kDrop, also without the `statistics` that
// the person had a part in. nullopt when it is no JSON, or names the person in another way.
std::optional<std::string> withoutPerson(const std::string& document, const Person& person, Numbers numbers);

// A queued mail to somebody else, such as the trainer's digest, with its text replaced by a sentence that says why.
std::optional<std::string> withoutText(const std::string& mailDocument);

// Whether a mail document is addressed to the person.
bool isMailTo(const std::string& mailDocument, const Person& person);

}  // namespace hearth::homework::client
