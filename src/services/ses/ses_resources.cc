#include "services/ses/ses_resources.h"

#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::ses {

using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

// AWS::SES::EmailIdentity. Ref is the identity: an address or a domain. DKIM is not done here, so that neither its
// properties nor the attributes that name its DNS records are there.
class EmailIdentityProvider final : public ports::ResourceProvider {
 public:
  explicit EmailIdentityProvider(SesService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::SES::EmailIdentity",
        .properties = {{.name = "EmailIdentity", .required = true, .update = UpdateBehavior::kReplacement}}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    const std::string identity = base::findString(request.properties, "EmailIdentity").value_or("");
    if (service_.store_.findIdentity(call.account, call.region, identity))
      return Fault("AlreadyExists",
                   "The identity " + identity + " exists already, in this stack or outside of it.");
    if (identity.find('@') != std::string::npos) {
      HEARTH_CHECK(service_.addAddress(call, identity));
    } else {
      HEARTH_CHECK(service_.addDomain(call, identity));
    }
    return ResourceState{identity, {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override { return read(request); }

  Result<void> remove(const ResourceRequest& request) override {
    service_.store_.deleteIdentity(request.account, request.region, request.physicalId);
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    if (!service_.store_.findIdentity(request.account, request.region, request.physicalId)) return gone(request);
    ResourceState state{request.physicalId, {}};
    state.properties = JsonObject{{"EmailIdentity", request.physicalId}};
    return state;
  }

 private:
  SesService& service_;
};

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSesResources(SesService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<EmailIdentityProvider>(service));
  return providers;
}

}  // namespace hearth::services::ses
