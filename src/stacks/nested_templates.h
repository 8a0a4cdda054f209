// NestedTemplates: the templates of the nested stacks below one, read before the write that makes change sets of
// them.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "ports/resource_provider.h"
#include "stacks/template.h"

namespace hearth::stacks {

// For one order; on one thread at a time.
class NestedTemplates final {
 public:
  using Document = std::shared_ptr<const Template>;
  // Of the nested stack that the request would make or change.
  using Read = std::function<Result<Document>(const ports::ResourceRequest& request)>;

  explicit NestedTemplates(Read read) : read_(std::move(read)) {}
  NestedTemplates(const NestedTemplates&) = delete;
  NestedTemplates& operator=(const NestedTemplates&) = delete;

  // The template behind the request's TemplateURL, read once. Faults: those of reading it, likewise;
  // ValidationError for what was not read before seal().
  Result<Document> get(const ports::ResourceRequest& request);
  // A template that the stack stands on, parsed once under that key.
  Result<Document> standing(const std::string& key, const std::string& text);
  // Nothing is read any more, and counting begins anew.
  void seal();
  // One more nested stack is looked at. Fault (ValidationError): they are too many.
  Result<void> count();
  // One more set of changes keeps a template of so many bytes. Fault (ValidationError): that is too much.
  Result<void> weigh(std::size_t bytes);

 private:
  Read read_;                                      // empty: sealed
  std::map<std::string, Result<Document>> known_;  // by URL
  std::map<std::string, Document> standing_;       // by key
  std::size_t counted_ = 0;
  std::size_t weighed_ = 0;
};

}  // namespace hearth::stacks
