#include "homework/client/trainer/svg_plot.h"

#include <algorithm>
#include <cstdio>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 360;
constexpr double kLeft = 56;
constexpr double kRight = 616;
constexpr double kTop = 44;
constexpr double kBottom = 304;

constexpr const char* kPlain = "#0072B2";
constexpr const char* kNotable = "#D55E00";
constexpr const char* kInk = "#222222";
constexpr const char* kFaint = "#D9D9D9";

// At most one decimal: plenty for pixels.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string out = text;
  if (out.ends_with(".0")) out.erase(out.size() - 2);
  return out == "-0" ? "0" : out;
}

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string line(double x1, double y1, double x2, double y2, const char* colour, const char* more = "") {
  return "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
         " stroke=\"" + colour + "\"" + more + "/>\n";
}

std::string told(const std::string& text) { return "<title>" + xmlText(text) + "</title>"; }

bool isXmlCharacter(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

}  // namespace

std::string xmlText(std::string_view text) {
  std::string out;
  for (std::size_t position = 0; position < text.size();) {
    const char32_t c = nextCodePoint(text, position);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      appendUtf8(out, isXmlCharacter(c) ? c : 0xFFFD);
  }
  return out;
}

std::vector<Tick> countTicks(std::size_t most) {
  std::size_t step = 1;
  for (std::size_t i = 0; most / step > 7; ++i) step *= i % 2 == 1 ? 5 : 2;  // 1 2 10 20 100 ...
  std::vector<Tick> ticks;
  for (std::size_t value = 0; value <= most; value += step)
    ticks.push_back({static_cast<double>(value), std::to_string(value)});
  return ticks;
}

SvgPlot::SvgPlot(std::string name, std::string title, std::string description, Axis x, Axis y)
    : name_(std::move(name)),
      title_(std::move(title)),
      description_(std::move(description)),
      x_(std::move(x)),
      y_(std::move(y)) {
  if (x_.to <= x_.from) x_.to = x_.from + 1;
  if (y_.to <= y_.from) y_.to = y_.from + 1;
  axes();
}

double SvgPlot::left(double x) const {
  const double share = std::clamp((x - x_.from) / (x_.to - x_.from), 0.0, 1.0);
  return kLeft + share * (kRight - kLeft);
}

double SvgPlot::top(double y) const {
  const double share = std::clamp((y - y_.from) / (y_.to - y_.from), 0.0, 1.0);
  return kBottom - share * (kBottom - kTop);
}

void SvgPlot::text(double x, double y, const char* anchor, const std::string& what, std::string_view more) {
  body_ += "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor + "\" fill=\"" + kInk +
           "\"" + std::string(more) + ">" + xmlText(what) + "</text>\n";
}

void SvgPlot::axes() {
  text(kLeft, 22, "start", title_, " font-weight=\"bold\" font-size=\"15\"");
  for (const Tick& tick : y_.ticks) {
    body_ += line(kLeft, top(tick.at), kRight, top(tick.at), kFaint);
    text(kLeft - 6, top(tick.at) + 4, "end", tick.label);
  }
  for (const Tick& tick : x_.ticks) {
    body_ += line(left(tick.at), kBottom, left(tick.at), kBottom + 4, kInk);
    text(left(tick.at), kBottom + 18, "middle", tick.label);
  }
  body_ += line(kLeft, kBottom, kRight, kBottom, kInk);
  body_ += line(kLeft, kTop, kLeft, kBottom, kInk);
  text((kLeft + kRight) / 2, kBottom + 40, "middle", x_.label);
  text(14, (kTop + kBottom) / 2, "middle", y_.label,
       " transform=\"rotate(-90 14 " + number((kTop + kBottom) / 2) + ")\"");
}

void SvgPlot::bar(double from, double to, double height, Mark mark, const std::string& said) {
  const double x = left(from);
  const double width = std::max(1.0, left(to) - x - 2);
  body_ += "<rect" + attribute("x", x + 1) + attribute("y", top(height)) + attribute("width", width) +
           attribute("height", kBottom - top(height)) + " fill=\"" + (mark == Mark::kNotable ? kNotable : kPlain) +
           "\">" + told(said) + "</rect>\n";
}

void SvgPlot::whisker(double x, double low, double high) {
  const double at = left(x);
  body_ += line(at, top(low), at, top(high), kInk, " stroke-width=\"1.5\"");
  for (const double end : {low, high})
    body_ += line(at - 4, top(end), at + 4, top(end), kInk, " stroke-width=\"1.5\"");
}

void SvgPlot::point(double x, double y, Mark mark, const std::string& label, const std::string& said) {
  const double cx = left(x);
  const double cy = top(y);
  if (mark == Mark::kPlain) {
    body_ += "<circle" + attribute("cx", cx) + attribute("cy", cy) + " r=\"5\" fill=\"" + kPlain + "\">" +
             told(said) + "</circle>\n";
  } else {
    body_ += "<path d=\"M" + number(cx) + " " + number(cy - 7) + " l7 7 l-7 7 l-7 -7 z\" fill=\"" + kNotable +
             "\">" + told(said) + "</path>\n";
  }
  if (!label.empty()) text(cx + 9, cy - 6, "start", label);
}

void SvgPlot::level(double y, const std::string& label) {
  body_ += line(kLeft, top(y), kRight, top(y), kInk, " stroke-dasharray=\"5 4\"");
  if (!label.empty()) text(kRight, top(y) - 4, "end", label);
}

void SvgPlot::moment(double x, const std::string& label) {
  body_ += line(left(x), kTop, left(x), kBottom, kInk, " stroke-dasharray=\"5 4\"");
  if (!label.empty()) text(left(x) - 4, kTop + 12, "end", label);
}

std::string SvgPlot::element() const {
  const std::string id = xmlText(name_);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) +
         "\" width=\"" + number(kWidth) + "\" height=\"" + number(kHeight) + "\" role=\"img\" aria-labelledby=\"" +
         id + "-title " + id + "-desc\" font-family=\"sans-serif\" font-size=\"12\">\n<title id=\"" + id +
         "-title\">" + xmlText(title_) + "</title>\n<desc id=\"" + id + "-desc\">" + xmlText(description_) +
         "</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n" + body_ + "</svg>\n";
}

std::string SvgPlot::document() const { return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element(); }

}  // namespace hearth::homework::client
