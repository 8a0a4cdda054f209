// What is wrong with a SAM template, in the words of AWS. These faults stay inside of the transform: it collects
// them, and answers one ValidationError that has all of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace hearth::stacks::sam {

inline constexpr std::string_view kTransformName = "AWS::Serverless-2016-10-31";

inline constexpr std::string_view kResourceFault = "InvalidResource";
inline constexpr std::string_view kEventFault = "InvalidEvent";
inline constexpr std::string_view kDocumentFault = "InvalidDocument";

// One resource is wrong; the others are looked at still.
inline Fault invalidResource(const std::string& logicalId, const std::string& why) {
  return Fault(std::string(kResourceFault), "Resource with id [" + logicalId + "] is invalid. " + why, 400);
}

// Becomes the fault of the resource that the event is of.
inline Fault invalidEvent(const std::string& event, const std::string& why) {
  return Fault(std::string(kEventFault), "Event with id [" + event + "] is invalid. " + why, 400);
}

// Ends the transform.
inline Fault invalidDocument(std::string why) { return Fault(std::string(kDocumentFault), std::move(why), 400); }
inline Fault invalidStructure(const std::string& why) {
  return invalidDocument("Structure of the SAM template is invalid. " + why);
}

}  // namespace hearth::stacks::sam
