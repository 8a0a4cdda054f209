#include "homework/client/trainer/manifest_lists.h"

#include <algorithm>

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLongestOutline = 64 * 1024;
constexpr std::size_t kLongestEntry = 64 * 1024;

Failure unreadable() {
  return {Exit::kUsage, "The list of the backup cannot be read.", "Take another copy of the file."};
}

// Cuts a document apart by its brackets alone; what it hands out is read as JSON.
class Cutter final {
 public:
  explicit Cutter(std::string_view document) : text_(document) {}

  // Whether there is more: the next bracket, or the next character outside of strings. Strings are passed over.
  bool next() {
    if (at_ >= text_.size()) return false;
    begin_ = at_;
    char c = text_[at_++];
    if (c == '"') {
      while (at_ < text_.size() && (c = text_[at_++]) != '"') {
        if (c == '\\') ++at_;
      }
      at_ = std::min(at_, text_.size());
      return true;
    }
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    return true;
  }

  std::string_view token() const { return text_.substr(begin_, at_ - begin_); }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return at_; }
  int depth() const { return depth_; }  // behind the token
  bool opens() const { return token() == "{" || token() == "["; }
  bool closes() const { return token() == "}" || token() == "]"; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;
  int depth_ = 0;
};

bool isBetweenEntries(std::string_view token) {
  return token.size() == 1 && std::string_view(" \t\r\n,").find(token[0]) != std::string_view::npos;
}

Result<Json> readEntry(std::string_view text) {
  if (text.size() > kLongestEntry) return unreadable();
  auto entry = parseJson(text);
  if (!entry || !entry->is_object()) return unreadable();
  return *std::move(entry);
}

}  // namespace

Result<Json> outlineOf(std::string_view document) {
  std::string outline;
  for (Cutter cutter(document); cutter.next();) {
    const bool bracketOfMember =
        (cutter.opens() && cutter.depth() == 2) || (cutter.closes() && cutter.depth() == 1);
    if (cutter.depth() > 1 && !bracketOfMember) continue;
    outline += cutter.token();
    if (outline.size() > kLongestOutline) return unreadable();
  }
  auto read = parseJson(outline);
  if (!read || !read->is_object()) return unreadable();
  return *std::move(read);
}

Status visitList(std::string_view document, std::string_view list,
                 const std::function<Status(const Json&)>& visit) {
  const std::string name = "\"" + std::string(list) + "\"";
  std::string_view member;  // the last string among the members
  bool inside = false;
  std::size_t begin = 0;
  for (Cutter cutter(document); cutter.next();) {
    const int depth = cutter.depth();
    if (depth == 1 && cutter.token().front() == '"') member = cutter.token();
    if (depth == 2 && cutter.token() == "[") {
      inside = member == name;
    } else if (inside && depth == 1) {
      inside = false;
    } else if (inside && depth == 3 && cutter.opens()) {
      begin = cutter.begin();
    } else if (inside && depth == 2 && cutter.closes()) {
      HOMEWORK_TRY(const Json entry, readEntry(document.substr(begin, cutter.end() - begin)));
      HOMEWORK_CHECK(visit(entry));
    } else if (inside && depth == 2 && !isBetweenEntries(cutter.token())) {
      return unreadable();
    }
  }
  return Done{};
}

}  // namespace hearth::homework::client
