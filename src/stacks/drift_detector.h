// DriftDetector: asks the providers of a stack's resources how these stand, and keeps what it finds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "stacks/drift.h"
#include "stacks/drift_store.h"
#include "stacks/stack_run.h"

namespace hearth::stacks {

class DriftDetector final {
 public:
  // Borrows; of `tools` everything but `wake`.
  DriftDetector(const EngineTools& tools, const store::Keyring& keyring)
      : tools_(tools), drifts_(tools.database, keyring) {}
  DriftDetector(const DriftDetector&) = delete;
  DriftDetector& operator=(const DriftDetector&) = delete;

  // In a write, with the id of a stack: records that a detection has begun, of these resources or of all; its id.
  // Somebody runs it afterwards. Faults: ValidationError: the stack is not in a state in which that makes sense, is
  // looked at already, or has no such resource.
  Result<std::string> begin(const std::string& stackId, const std::vector<std::string>& logicalIds);
  // Carries it out: on a thread that may block, not the loop, not the writer's. `actor`, as in a ResourceRequest,
  // is who looks; what that one may not read has failed. Whatever happens, the detection ends; one that nobody
  // carries out has failed after an hour.
  void run(const std::string& detectionId, const std::string& actor);
  // Looks at one resource at once; likewise. Fault also when the provider cannot tell how it stands.
  Result<ResourceDrift> detect(const std::string& stackId, const std::string& logicalId, const std::string& actor);
  // In a write, before any other: what the last run of the server did not finish has failed.
  void recover();
  // In a write: forgets what was found of stacks that are not kept any more.
  void removeOrphans() { drifts_.removeOrphans(); }

  // Reads: on any thread.
  std::optional<Detection> find(const std::string& detectionId) const;
  std::optional<StackDrift> ofStack(const std::string& stackId) const { return drifts_.findStackDrift(stackId); }
  // By logical id. What was changed or made since it was looked at is not among them.
  std::map<std::string, ResourceDrift> ofResources(const std::string& stackId) const;

 private:
  struct Subject;  // a stack as it stands
  std::optional<Subject> subjectOf(const std::string& stackId) const;
  // Fault: what the provider says, but for NotFound.
  Result<ResourceDrift> look(const Subject& subject, const ResourceRecord& row, const std::string& actor) const;
  std::vector<ResourceDrift> lookAtAll(const Subject& subject, const Detection& detection, const std::string& actor,
                                       std::vector<std::string>& failed) const;
  // Fault: it could not be recorded.
  Result<void> carryOut(Detection& detection, const std::string& actor);
  bool isInProgress(const std::string& detectionId) const;
  Result<void> finish(Detection& detection, const Subject& subject, const std::vector<ResourceDrift>& found,
                      const std::vector<std::string>& failed);

  const EngineTools& tools_;
  DriftStore drifts_;
};

}  // namespace hearth::stacks
