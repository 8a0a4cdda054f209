// Package: a function's zip file, as hostile as any stranger's bytes, turned into a tree of files.
//
// Nothing of it can name, follow or create anything outside of the folder that it is unpacked into: names are
// relative and without "..", links point into the tree, and every step of a path is opened without following links.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace hearth::functions {

struct PackageLimits {
  std::uint64_t bytes = 262'144'000;  // unpacked: AWS's 250 MB
  std::size_t entries = 100'000;
  std::size_t depth = 64;
};

// What the tree came to.
struct PackageSize {
  std::uint64_t bytes = 0;
  std::size_t entries = 0;
};

// Unpacks into the folder that `directory` is open on; it may hold earlier layers, whose files are replaced. Files
// get mode 0644, or 0755 when the zip says executable, and folders 0755, so that any user id may run them; times
// and owners are not taken over. Blocks. `used` is what counts against the limits already. Faults:
// InvalidParameterValueException 400 with AWS's texts for what is no zip, broken, empty, too large, or not safe to
// unpack; ServiceException 500 when the folder is full.
Result<PackageSize> unpackZip(std::string_view zip, int directory, const PackageLimits& limits = {},
                              PackageSize used = {});

}  // namespace hearth::functions
