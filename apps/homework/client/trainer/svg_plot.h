// Plots as SVG documents: no scripts, no styles from elsewhere, readable without colour and by a screen reader.
// https://www.w3.org/TR/SVG11/ ; the colours are Okabe and Ito's, each with a shape of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::homework::client {

// `text` as XML character data and attribute value; what XML 1.0 cannot hold becomes U+FFFD.
std::string xmlText(std::string_view text);

struct Tick {
  double at = 0;
  std::string label;
};

struct Axis {
  std::string label;
  double from = 0;
  double to = 1;
  std::vector<Tick> ticks;
};

// Whole-number ticks from 0 to `most`, at most eight of them.
std::vector<Tick> countTicks(std::size_t most);

enum class Mark : unsigned char { kPlain, kNotable };  // notable: another colour and another shape

class SvgPlot final {
 public:
  // `name` is an XML id, unique in a document that holds several plots. `description` says what there is to see.
  SvgPlot(std::string name, std::string title, std::string description, Axis x, Axis y);

  // From the lower end of the y axis up to `height`.
  void bar(double from, double to, double height, Mark mark, const std::string& told);
  // A vertical interval around a point.
  void whisker(double x, double low, double high);
  void point(double x, double y, Mark mark, const std::string& label, const std::string& told);
  // A horizontal or vertical line across the plot, for comparison.
  void level(double y, const std::string& label);
  void moment(double x, const std::string& label);

  // The whole element `<svg ...>`; a document of its own with an XML declaration before it.
  std::string element() const;
  std::string document() const;

 private:
  double left(double x) const;
  double top(double y) const;
  void text(double x, double y, const char* anchor, const std::string& what, std::string_view more = "");
  void axes();

  std::string name_;
  std::string title_;
  std::string description_;
  Axis x_;
  Axis y_;
  std::string body_;
};

}  // namespace hearth::homework::client
