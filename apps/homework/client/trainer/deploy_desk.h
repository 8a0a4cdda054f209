// What the commands about the deployment do.
#pragma once

#include <filesystem>

#include "homework/client/trainer/consent.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {

struct DestroyOptions {
  enum class Data : unsigned char { kKeep, kDelete };
  Data data = Data::kKeep;
  Consent consent = Consent::kAsk;
  std::string courseName;  // with kDelete: consent, when it is the course's name
};

class DeployDesk final {
 public:
  // `desk` outlives it.
  explicit DeployDesk(Desk& desk) : desk_(desk) {}

  Status deploy(DeployOptions options, const std::filesystem::path& folder);
  Status destroy(const DestroyOptions& options);

 private:
  Status destroyFunctions(const DestroyOptions& options);
  Status destroyData(const DestroyOptions& options);
  Result<std::string> nameToType();
  // What is in effect, for who deploys without the course's folder at hand; nullopt when nothing was published yet.
  Result<std::optional<Course>> findPublishedCourse();

  Desk& desk_;
};

}  // namespace hearth::homework::client
