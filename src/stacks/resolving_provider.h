// ResolvingProvider: a type of CloudFormation whose properties may name secrets. The provider inside is given the
// secrets; the engine, what it keeps and what it shows have their references. Of a failure whose message has a part
// of a secret only the code is told, and an attribute that repeats a property has the reference, too.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "ports/resource_provider.h"
#include "ports/template_values.h"

namespace hearth::stacks {

class ResolvingProvider final : public ports::ResourceProvider {
 public:
  // Borrows `values`. A type that takes time gets the references: it hands its properties on to others, and AWS
  // does the same.
  ResolvingProvider(std::unique_ptr<ports::ResourceProvider> inner, const ports::TemplateValues& values)
      : inner_(std::move(inner)), values_(values) {}

  const ports::ResourceSpec& spec() const override { return inner_->spec(); }
  Result<std::shared_ptr<ports::PreparedWork>> prepare(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> create(const ports::ResourceRequest& request) override;
  Result<ports::ResourceState> update(const ports::ResourceRequest& request) override;
  Result<void> remove(const ports::ResourceRequest& request) override;
  Result<ports::ResourceProgress> resume(const ports::ResourceRequest& request) override {
    return inner_->resume(request);
  }
  Result<void> settle(const ports::ResourceRequest& request) override { return inner_->settle(request); }
  Result<ports::ResourceState> read(const ports::ResourceRequest& request) override {
    return inner_->read(request);
  }

 private:
  // What was put in, and the texts that it was put into: as they are now, as they are written.
  struct Secrets {
    std::set<std::string> values;
    std::map<std::string, std::string> texts;
  };
  // Whether there is anything to do.
  bool concerns(const ports::ResourceRequest& request) const;
  // Puts the secrets in. What is to be removed may name secrets that are gone: those stay as they are written. So
  // do the old properties, which differ from the new ones thereby: nobody knows what the secret was then.
  Result<void> resolve(ports::ResourceRequest& request, Secrets& secrets) const;

  Result<ports::ResourceState> hide(Result<ports::ResourceState> done, const Secrets& secrets) const;

  std::unique_ptr<ports::ResourceProvider> inner_;
  const ports::TemplateValues& values_;
};

}  // namespace hearth::stacks
