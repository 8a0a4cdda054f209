#include "homework/domain/mail_body.h"

#include <algorithm>

namespace hearth::homework {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 Calibri,Arial,sans-serif;color:#1a1a1a;max-width:42em}"
    "table{border-collapse:collapse;margin:1em 0}"
    "th,td{border:1px solid #ddd;padding:4px 10px;text-align:left}"
    "tr:nth-child(even){background:#f5f5f5}"
    "pre{background:#f5f5f5;padding:8px;white-space:pre-wrap}"
    ".foot{color:#555;font-size:14px;border-top:1px solid #ddd;padding-top:8px}";

// Characters, not bytes: names have accents.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, width(text)), ' ');
}

std::string withoutBlanksAtEnd(const std::string& line) { return line.substr(0, line.find_last_not_of(' ') + 1); }

}  // namespace

void MailBody::heading(const std::string& line) {
  text_ += line + "\n\n";
  html_ += "<h1>" + htmlEscape(line) + "</h1>\n";
}

void MailBody::paragraph(const std::string& line) {
  text_ += line + "\n\n";
  html_ += "<p>" + htmlEscape(line) + "</p>\n";
}

void MailBody::strong(const std::string& line) {
  text_ += line + "\n\n";
  html_ += "<p><strong>" + htmlEscape(line) + "</strong></p>\n";
}

void MailBody::link(const std::string& line, const std::string& address) {
  text_ += line + "\n  " + address + "\n\n";
  html_ += "<p>" + htmlEscape(line) + "<br><a href=\"" + htmlEscape(address) + "\">" + htmlEscape(address) +
           "</a></p>\n";
}

void MailBody::verbatim(std::string_view lines) {
  text_ += std::string(lines) + (lines.ends_with('\n') ? "\n" : "\n\n");
  html_ += "<pre>" + htmlEscape(lines) + "</pre>\n";
}

void MailBody::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::size_t columns = 10;
  for (const auto& [name, value] : facts) columns = std::max(columns, width(name));
  html_ += "<table>\n";
  for (const auto& [name, value] : facts) {
    if (value.empty()) continue;
    text_ += padded(name, columns + 2) + value + "\n";
    html_ += "<tr><th scope=\"row\">" + htmlEscape(name) + "</th><td>" + htmlEscape(value) + "</td></tr>\n";
  }
  text_ += "\n";
  html_ += "</table>\n";
}

void MailBody::table(const std::string& caption, const Row& head, const std::vector<Row>& rows) {
  if (rows.empty()) return;
  const std::string title = caption + " (" + std::to_string(rows.size()) + ")";
  std::vector<std::size_t> widths;
  for (const std::string& cell : head) widths.push_back(width(cell));
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  const auto line = [&](const Row& row, const std::string& open, const std::string& close) {
    std::string plain = " ";
    html_ += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      plain += " " + padded(row[i], widths[i] + 1);
      html_ += open + htmlEscape(row[i]) + close;
    }
    html_ += "</tr>\n";
    text_ += withoutBlanksAtEnd(plain) + "\n";
  };
  text_ += title + "\n";
  html_ += "<h2>" + htmlEscape(title) + "</h2>\n<table>\n";
  line(head, "<th scope=\"col\">", "</th>");
  for (const Row& row : rows) line(row, "<td>", "</td>");
  text_ += "\n";
  html_ += "</table>\n";
}

MailText MailBody::finish(std::string subject, const std::string& why) const {
  MailText mail;
  mail.text = text_ + "--\n" + why + "\n";
  mail.html = "<!DOCTYPE html>\n<html lang=\"" + std::string(langName(lang_)) +
              "\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + htmlEscape(subject) + "</title>\n<style>" +
              std::string(kStyle) + "</style>\n</head>\n<body>\n" + html_ + "<p class=\"foot\">" + htmlEscape(why) +
              "</p>\n</body>\n</html>\n";
  mail.subject = std::move(subject);
  return mail;
}

}  // namespace hearth::homework
