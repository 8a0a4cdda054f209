// Where something stands in a file.
#pragma once

#include <cstddef>

namespace hearth::homework::client {

// Both count from 1; columns count characters, not bytes. Line 0 is the file as a whole, column 0 the whole line.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const Place&) const = default;
};

}  // namespace hearth::homework::client
