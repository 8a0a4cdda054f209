// AWS Systems Manager: the Parameter Store. https://docs.aws.amazon.com/systems-manager/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/ssm.h"
#include "base/clock.h"
#include "services/ssm/parameter_filter.h"
#include "services/ssm/ssm_store.h"

namespace hearth::services::ssm {

class SsmService final {
 public:
  // All three outlive the service.
  SsmService(store::Database& database, const store::Keyring& keyring, const base::Clock& clock)
      : clock_(clock), store_(database, keyring) {}

  const base::Clock& clock() const { return clock_; }

  // --- parameters (parameters.cc)
  Result<api::ssm::PutParameterOutput> putParameter(const api::Call& call, api::ssm::PutParameterInput in);
  Result<api::ssm::GetParameterOutput> getParameter(const api::Call& call, api::ssm::GetParameterInput in) const;
  Result<api::ssm::GetParametersOutput> getParameters(const api::Call& call, api::ssm::GetParametersInput in) const;
  Result<api::ssm::DeleteParameterOutput> deleteParameter(const api::Call& call, api::ssm::DeleteParameterInput in);
  Result<api::ssm::DeleteParametersOutput> deleteParameters(const api::Call& call,
                                                            api::ssm::DeleteParametersInput in);

  // --- lists (listings.cc)
  Result<api::ssm::GetParametersByPathOutput> getParametersByPath(const api::Call& call,
                                                                  api::ssm::GetParametersByPathInput in) const;
  Result<api::ssm::GetParameterHistoryOutput> getParameterHistory(const api::Call& call,
                                                                  api::ssm::GetParameterHistoryInput in) const;
  Result<api::ssm::DescribeParametersOutput> describeParameters(const api::Call& call,
                                                                api::ssm::DescribeParametersInput in) const;

  // --- labels and tags (labels.cc)
  Result<api::ssm::LabelParameterVersionOutput> labelParameterVersion(const api::Call& call,
                                                                      api::ssm::LabelParameterVersionInput in);
  Result<api::ssm::UnlabelParameterVersionOutput> unlabelParameterVersion(
      const api::Call& call, api::ssm::UnlabelParameterVersionInput in);
  Result<api::ssm::AddTagsToResourceOutput> addTagsToResource(const api::Call& call,
                                                              api::ssm::AddTagsToResourceInput in);
  Result<api::ssm::ListTagsForResourceOutput> listTagsForResource(const api::Call& call,
                                                                  api::ssm::ListTagsForResourceInput in) const;
  Result<api::ssm::RemoveTagsFromResourceOutput> removeTagsFromResource(const api::Call& call,
                                                                        api::ssm::RemoveTagsFromResourceInput in);

 private:
  friend class ParameterProvider;  // ssm_resources.cc
  // A parameter, and the version that is meant.
  struct Found {
    ParameterRow row;
    VersionRow version;
  };
  // Faults: ParameterNotFound, ParameterVersionNotFound.
  Result<Found> findSelected(const api::Call& call, const Selector& selector) const;
  // Of what one of the labels is on; false when none is. Without labels the latest version.
  bool chooseVersion(Found& found, const std::vector<std::string>& labels, std::string& suffix) const;
  Result<ParameterRow> getRow(const api::Call& call, const std::string& name) const;
  Result<ParameterRow> getTagged(const api::Call& call, const std::string& kind, const std::string& id) const;
  Result<Selector> selectorOf(const api::Call& call, const std::string& name) const;
  api::ssm::Parameter shown(const Found& found, std::string suffix, bool decrypted) const;
  std::string shownValue(const ParameterRow& row, const VersionRow& version, bool decrypted) const;
  // PutParameter, with these tags for a parameter that is new.
  Result<VersionRow> write(const api::Call& call, const api::ssm::PutParameterInput& in, const Tags& tags);
  Result<void> dropOldest(const ParameterRow& row);

  const base::Clock& clock_;
  SsmStore store_;
};

// Of a request. Faults: ValidationException, TooManyTagsError.
Result<Tags> tagsFrom(const std::vector<api::ssm::Tag>& list);
Result<void> checkTagCount(const Tags& tags);

}  // namespace hearth::services::ssm
