// ReceiveBuffer: bytes that came from a socket and were not consumed yet.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace hearth::http {

// Contiguous; starts small, because thousands of connections may be idle, and grows on demand.
class ReceiveBuffer final {
 public:
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }

  // Where the next bytes go, and how many fit: at least one. Moves or grows what is there when it must; grows to
  // twice the size at most each time.
  std::pair<char*, std::size_t> space() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ == capacity_) makeRoom();
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) { end_ += count; }
  void consume(std::size_t count) { begin_ += count; }
  // Gives memory back after an unusually large head. Only when empty.
  void shrink() {
    if (begin_ != end_ || capacity_ <= kKept) return;
    data_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 4 * 1024;
  static constexpr std::size_t kKept = 16 * 1024;

  void makeRoom() {
    const std::size_t used = end_ - begin_;
    if (begin_ > 0 && used <= capacity_ / 2) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      const std::size_t grown = capacity_ == 0 ? kFirst : capacity_ * 2;
      auto larger = std::make_unique_for_overwrite<char[]>(grown);
      if (used > 0) std::memcpy(larger.get(), data_.get() + begin_, used);
      data_ = std::move(larger);
      capacity_ = grown;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace hearth::http
