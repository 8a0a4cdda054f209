// Walls: what stands between a function and the machine, and which of it this machine allows.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::sandbox {

// How much containment the operator asks for.
enum class JailMode : std::uint8_t {
  kOff,     // no namespaces: a process with dropped privileges, as far as the machine lets them be dropped
  kAuto,    // every wall that the machine allows; the missing ones are named
  kStrict,  // all walls, or the launcher refuses to start
};

// The kernel facilities of a jail, outermost first. A jail has a subset of them.
enum class Facility : std::uint8_t {
  kUserNamespace,
  kMountNamespace,
  kPidNamespace,
  kNetworkNamespace,
  kIpcNamespace,
  kUtsNamespace,
  kCgroupNamespace,
  kProcMount,
  kOwnIdentity,
  kNoPrivileges,
  kFileRules,
  kSystemCallFilter,
  kMemoryLimit,
  kProcessLimit,
  kCpuShare,
};
inline constexpr std::size_t kFacilityCount = 15;

class FacilitySet final {
 public:
  bool has(Facility facility) const { return (bits_ & bit(facility)) != 0; }
  void add(Facility facility) { bits_ |= bit(facility); }
  void remove(Facility facility) { bits_ &= ~bit(facility); }
  std::uint32_t bits() const { return bits_; }
  static FacilitySet fromBits(std::uint32_t bits) {
    FacilitySet set;
    set.bits_ = bits & ((1U << kFacilityCount) - 1);
    return set;
  }

 private:
  static std::uint32_t bit(Facility facility) { return 1U << static_cast<unsigned>(facility); }
  std::uint32_t bits_ = 0;
};

// One wall as people see it: `hearth status` and the start-up log print these lines.
struct Wall {
  std::string name;  // "network namespace"
  bool present = false;
  std::string why;  // when absent: the reason and what is weaker for it; else empty
};

// What a facility is called, and what a function can do when it is not there.
struct FacilityText {
  Facility facility;
  std::string_view name;
  std::string_view without;
};
const std::array<FacilityText, kFacilityCount>& facilityTexts();
const FacilityText& facilityText(Facility facility);

}  // namespace hearth::sandbox
