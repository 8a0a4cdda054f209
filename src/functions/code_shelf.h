// CodeShelf: the unpacked packages in the run directory's code/, which is memory. A tree stays while somebody uses
// it; those that nobody uses stay within a budget, the least recently used going first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "functions/package.h"

namespace hearth::functions {

// Thread-safe.
class CodeShelf final {
  struct State;

 public:
  // A tree in use: it is there, whole and under its name, while this exists. May outlast the shelf.
  class Tree final {
   public:
    Tree(std::weak_ptr<State> shelf, std::string contentId);
    ~Tree();
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    // The entry of code/: the content id.
    const std::string& entry() const { return contentId_; }
    // Whether there is a file, or a link, of that name at its top.
    bool hasFile(const char* name) const;

   private:
    std::weak_ptr<State> shelf_;
    std::string contentId_;
  };
  using Handle = std::shared_ptr<const Tree>;

  // `runDirectory` stays the caller's. Trees are removed on the pool. `budget`: of all trees, in bytes; 0 is a
  // quarter of the file system that they are in, at most 2 GiB.
  CodeShelf(int runDirectory, base::ThreadPool& pool, std::uint64_t budget);
  ~CodeShelf();
  CodeShelf(const CodeShelf&) = delete;
  CodeShelf& operator=(const CodeShelf&) = delete;

  // Null when it is not there. Does not block.
  Handle find(const std::string& contentId);
  // Unpacks the zip unless it is there. Blocks. Faults: those of unpackZip().
  Result<Handle> put(const std::string& contentId, std::string_view zip, const PackageLimits& limits);
  // The tree goes, as soon as nobody uses it. Does not block.
  void forget(const std::string& contentId);

  // What all trees come to, in bytes.
  std::uint64_t size() const;

 private:
  std::shared_ptr<State> state_;  // the handles look for it
};

}  // namespace hearth::functions
