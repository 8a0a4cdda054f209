#include "cli/columns.h"

#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/bytes.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

// The widths of Unicode's characters, whatever the caller's locale is.
class WidthLocale final {
 public:
  WidthLocale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})), before_(::uselocale(locale_)) {}
  WidthLocale(const WidthLocale&) = delete;
  WidthLocale& operator=(const WidthLocale&) = delete;
  ~WidthLocale() {
    ::uselocale(before_);
    if (locale_) ::freelocale(locale_);
  }

 private:
  locale_t locale_;  // null where there is none: every character beyond ASCII is one column then
  locale_t before_;
};

struct Character {
  std::size_t bytes;
  std::size_t columns;
};

// Precondition: `text` is not empty.
Character firstCharacter(std::string_view text) {
  const std::size_t bytes = std::max<std::size_t>(base::utf8Length(text), 1);
  const int columns = ::wcwidth(static_cast<wchar_t>(codePoint(text.substr(0, bytes))));
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

void appendWrapped(std::string& out, std::string_view line, std::size_t columns, std::size_t table) {
  std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const bool isRow = indent > 0 && table > 0 && line.size() > table && line[table - 1] == ' ' && line[table] != ' ';
  if (isRow) indent = table;
  std::size_t start = indent;  // of what may be broken
  out += line.substr(0, start);
  while (columnsOf(line.substr(start)) + indent > columns) {
    std::size_t end = std::string_view::npos;
    for (std::size_t at = line.find(' ', start); at != std::string_view::npos; at = line.find(' ', at + 1)) {
      if (end != std::string_view::npos && columnsOf(line.substr(start, at - start)) + indent > columns) break;
      end = at;
    }
    if (end == std::string_view::npos) break;
    out.append(line.substr(start, end - start)).append("\n").append(indent, ' ');
    start = std::min(line.find_first_not_of(' ', end), line.size());
  }
  out += line.substr(start);
}

}  // namespace

std::size_t terminalColumns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  constexpr std::size_t kUsual = 80;
  constexpr std::size_t kMost = 1000;
  const char* said = std::getenv("COLUMNS");
  const std::string_view text = said ? said : "";
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc() && columns > 0 && columns <= kMost ? columns : kUsual;
}

std::size_t columnsOf(std::string_view text) {
  const WidthLocale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character next = firstCharacter(text);
    columns += next.columns;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cutTo(std::string_view text, std::size_t columns) {
  if (columnsOf(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  const WidthLocale locale;
  std::size_t end = 0;
  for (std::size_t taken = 0;;) {
    const Character next = firstCharacter(text.substr(end));
    taken += next.columns;
    if (taken > columns - 1) break;
    end += next.bytes;
  }
  return std::string(text.substr(0, end)) + "~";
}

std::string fittedTo(std::string_view text, std::size_t columns) {
  std::string fitted = cutTo(text, columns);
  return fitted.append(columns - columnsOf(fitted), ' ');
}

std::string wrappedTo(std::string_view text, std::size_t columns, std::size_t table) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    appendWrapped(out, text.substr(0, end), columns, table);
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace hearth::cli
