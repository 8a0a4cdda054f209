// The files of a new course: small, complete, and without a finding of the linter.
#pragma once

#include <string>
#include <vector>

namespace hearth::homework::client {

struct SkeletonFile {
  std::string path;  // relative to the course
  std::string content;
};

// `name` is the course's, `timeZone` an IANA name.
std::vector<SkeletonFile> courseSkeleton(const std::string& name, const std::string& timeZone);

}  // namespace hearth::homework::client
