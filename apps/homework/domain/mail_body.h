// The two forms of a mail's body, written side by side: plain text, and HTML that says the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/mail.h"
#include "homework/texts/texts.h"

namespace hearth::homework {

class MailBody final {
 public:
  using Row = std::vector<std::string>;

  explicit MailBody(Lang lang) : lang_(lang) {}

  void heading(const std::string& line);
  void paragraph(const std::string& line);
  void strong(const std::string& line);
  // A sentence, and below it an address to follow.
  void link(const std::string& line, const std::string& address);
  // Lines that are kept as they are.
  void verbatim(std::string_view lines);
  // Names and values; a pair without a value is left out.
  void facts(const std::vector<std::pair<std::string, std::string>>& facts);
  // Nothing for a table without rows; the caption tells how many there are.
  void table(const std::string& caption, const Row& head, const std::vector<Row>& rows);

  // The foot says why the reader gets this.
  MailText finish(std::string subject, const std::string& why) const;

 private:
  const Lang lang_;
  std::string text_;
  std::string html_;
};

}  // namespace hearth::homework
