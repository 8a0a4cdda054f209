// Survey: which walls this machine allows, found by building a jail with all of them and leaving out what fails.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "base/fd.h"
#include "sandbox/cgroups.h"
#include "sandbox/contain.h"
#include "sandbox/jail_factory.h"
#include "sandbox/protocol.h"

namespace hearth::sandbox {

struct Surveyed {
  Site site;
  Identities identities;
  base::Fd runDirectory;
  bool runIsPrivate = false;                // a tmpfs of our own; else a folder that has to be removed at the end
  std::map<Facility, std::string> reasons;  // why a facility is missing
};

// Once, at the start of the spawner: leaves for a mount namespace of its own where it may, builds the template, and
// rehearses. Throws std::system_error when not even a plain process can be contained.
Surveyed survey(const Configure& configure, Cgroups& cgroups);

// What people are told: one line per wall, in the order of Facility.
std::vector<Wall> describeWalls(const Surveyed& surveyed);

}  // namespace hearth::sandbox
