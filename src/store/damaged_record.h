// DamagedRecord: a row was read, but what stands in it is not what this server wrote.
#pragma once

#include <stdexcept>

namespace hearth::store {

// Unlike a DatabaseError it does not pass: whoever reads the record again finds the same. So it is the failure of
// what needs the record, and nothing to be repeated.
class DamagedRecord final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace hearth::store
