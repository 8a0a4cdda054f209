// HTML of question banks as the plain text that students see.
#pragma once

#include <string>
#include <string_view>

namespace hearth::homework::client {

struct HtmlText {
  std::string text;
  bool lostPicture = false;  // there was an image, a table or something else that text cannot show
};

// Paragraphs, line breaks and list items become lines, `pre` becomes lines of code (four blanks before each), other
// tags vanish, entities become characters. Linear in the size of `html`; nothing in it is malformed enough to fail.
HtmlText htmlToText(std::string_view html);

}  // namespace hearth::homework::client
