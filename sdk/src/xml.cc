#include "xml.h"

#include <charconv>

namespace hearth::sdk {
namespace {

void appendUtf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 63));
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  }
}

// `entity` is what stands between & and ;.
bool appendEntity(std::string& out, std::string_view entity) {
  if (entity == "amp")
    out += '&';
  else if (entity == "lt")
    out += '<';
  else if (entity == "gt")
    out += '>';
  else if (entity == "quot")
    out += '"';
  else if (entity == "apos")
    out += '\'';
  else if (entity.starts_with('#')) {
    const bool hexadecimal = entity.size() > 1 && entity[1] == 'x';
    entity.remove_prefix(hexadecimal ? 2 : 1);
    unsigned code = 0;
    const auto [stop, fault] =
        std::from_chars(entity.data(), entity.data() + entity.size(), code, hexadecimal ? 16 : 10);
    if (fault != std::errc{} || stop != entity.data() + entity.size() || code == 0 || code > 0x10ffff) return false;
    appendUtf8(out, code);
  } else {
    return false;
  }
  return true;
}

// The next element `name` from `at` on, and where it ends.
std::optional<std::string_view> nextElement(std::string_view xml, std::string_view name, std::size_t& at) {
  while ((at = xml.find('<', at)) != std::string_view::npos) {
    ++at;
    if (xml.compare(at, name.size(), name) != 0) continue;
    const std::size_t after = at + name.size();
    if (after >= xml.size() || (xml[after] != '>' && xml[after] != ' ' && xml[after] != '/')) continue;
    const std::size_t open = xml.find('>', after);
    if (open == std::string_view::npos) return std::nullopt;
    if (xml[open - 1] == '/') {
      at = open + 1;
      return std::string_view();
    }
    const std::string closing = "</" + std::string(name) + ">";
    const std::size_t close = xml.find(closing, open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    at = close + closing.size();
    return xml.substr(open + 1, close - open - 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> findElement(std::string_view xml, std::string_view name) {
  std::size_t at = 0;
  return nextElement(xml, name, at);
}

std::vector<std::string_view> allElements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found;
  std::size_t at = 0;
  while (auto element = nextElement(xml, name, at)) found.push_back(*element);
  return found;
}

std::string xmlText(std::string_view markup) {
  std::string out;
  out.reserve(markup.size());
  for (std::size_t i = 0; i < markup.size(); ++i) {
    if (markup[i] == '&') {
      const std::size_t end = markup.find(';', i);
      if (end != std::string_view::npos && end - i <= 10 && appendEntity(out, markup.substr(i + 1, end - i - 1))) {
        i = end;
        continue;
      }
    }
    out += markup[i];
  }
  return out;
}

std::string elementText(std::string_view xml, std::string_view name) {
  const auto found = findElement(xml, name);
  return found ? xmlText(*found) : std::string();
}

}  // namespace hearth::sdk
