#include "functions/function_log.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::functions {

namespace {

// The length of the well-formed UTF-8 sequence at the front, or 0.
std::size_t sequenceLength(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || bytes.size() < length || !base::isUtf8(bytes.substr(0, length))) return 0;
  return length;
}

}  // namespace

std::string toUtf8(std::string_view bytes) {
  if (base::isUtf8(bytes)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size() + 16);
  while (!bytes.empty()) {
    const std::size_t length = sequenceLength(bytes);
    if (length == 0)
      text += "\xEF\xBF\xBD";
    else
      text.append(bytes.substr(0, length));
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

FunctionLog::FunctionLog(ports::LogSink& sink, const base::Clock& clock, LogPlace place, LogLimits limits)
    : sink_(sink),
      clock_(clock),
      place_(std::move(place)),
      limits_(limits),
      budget_(limits.burst),
      refilled_(std::chrono::steady_clock::now()) {}

void FunctionLog::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    take(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    endLine();
    bytes.remove_prefix(end + 1);
  }
}

void FunctionLog::take(std::string_view part) {
  if (cut_) {
    dropped_ += part.size();
    return;
  }
  const std::size_t room = limits_.line - std::min(limits_.line, partial_.size());
  const std::string_view kept = part.substr(0, room);
  if (!spend(kept.size())) {
    cut_ = true;
    dropped_ += part.size();
    return;
  }
  partial_.append(kept);
  dropped_ += part.size() - kept.size();
  cut_ = kept.size() < part.size();
}

void FunctionLog::endLine() {
  // CloudWatch has no empty events.
  if (!partial_.empty()) emit(toUtf8(partial_));
  partial_.clear();
  cut_ = false;
}

void FunctionLog::finishLine() {
  endLine();
  if (dropped_ == 0) return;
  emit("[hearth] " + std::to_string(dropped_) + " bytes of output were not kept: lines end after " +
       std::to_string(limits_.line / 1024) + " KiB, and output is kept up to " +
       std::to_string(limits_.perSecond >> 20U) + " MiB per second");
  dropped_ = 0;
}

void FunctionLog::line(std::string text) { emit(std::move(text)); }

void FunctionLog::emit(std::string text) {
  if (tailing_) {
    tail_.append(text).push_back('\n');
    // Trimmed in bulk, so that a chatty function does not move bytes at every line.
    if (tail_.size() > limits_.tail * 16) tail_.erase(0, tail_.size() - limits_.tail);
  }
  pendingBytes_ += text.size();
  pending_.push_back({clock_.now(), std::move(text)});
  if (pendingBytes_ >= limits_.pending) flush();
}

bool FunctionLog::spend(std::size_t bytes) {
  if (bytes > budget_) {
    const auto now = std::chrono::steady_clock::now();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - refilled_).count();
    budget_ = std::min<std::uint64_t>(limits_.burst,
                                      budget_ + static_cast<std::uint64_t>(elapsed) * limits_.perSecond / 1000);
    refilled_ = now;
  }
  if (bytes > budget_) return false;
  budget_ -= bytes;
  return true;
}

void FunctionLog::startTail() {
  tail_.clear();
  tailing_ = true;
}

std::string FunctionLog::tail() const { return tail_.substr(tail_.size() - std::min(tail_.size(), limits_.tail)); }

void FunctionLog::flush() {
  if (pending_.empty()) return;
  sink_.append(place_.account, place_.region, place_.group, place_.stream, std::move(pending_));
  pending_.clear();
  pendingBytes_ = 0;
}

}  // namespace hearth::functions
