#include "base/result.h"

#include <stdexcept>

namespace hearth::base {

void throwNoValue(const Fault& fault) {
  throw std::logic_error("no value, but the fault " + fault.code + ": " + fault.message);
}

void throwNoFault() { throw std::logic_error("no fault, but a value"); }

}  // namespace hearth::base
