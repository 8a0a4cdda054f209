// The person in front of the program: what is written to them, and what they type. Append-only: no cursor movement,
// no clearing, so that a log, a screen reader and a terminal all see the same.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/text.h"
#include "homework/texts/texts.h"

namespace hearth::homework::client {

// How text is to be set.
struct Style {
  std::size_t width = 80;   // columns of a line of prose
  std::size_t screen = 80;  // columns that a table may take
  Charset charset = Charset::kUtf8;
  bool colour = false;
  bool accessible = false;  // ACCESSIBLE=1: no symbols where words do
  Lang lang = Lang::kEn;

  // A text of the catalogue as the terminal can show it. The arguments have been cleaned.
  std::string tell(Text key, std::initializer_list<TextArgument> arguments = {}) const;

  std::string bold(std::string_view text) const { return painted(Ink::kBold, text); }
  std::string warning(std::string_view text) const { return painted(Ink::kWarning, text); }
  // Between facts on one line.
  std::string_view separator() const;
  // "a–d"
  std::string range(std::string_view first, std::string_view last) const;
  // Where there is nothing; empty for whom a dash says nothing.
  std::string_view dash() const;
  // Before each line of code.
  std::string_view codeMark() const { return charset == Charset::kUtf8 && !accessible ? "    │ " : "      "; }

 private:
  std::string painted(Ink ink, std::string_view text) const;
};

enum class ReplyKind : unsigned char {
  kLine,        // text was typed and ended by Enter
  kEnd,         // end of input (Ctrl-D)
  kInterrupted  // SIGINT, SIGTERM or SIGHUP
};

struct Reply {
  ReplyKind kind = ReplyKind::kEnd;
  std::string text;  // without the line end and without blanks around it
};

// What the question flow needs of a person; the terminal, or a script in a test.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  virtual const Style& style() const = 0;
  // One line of text, to standard output. `text` has been cleaned.
  virtual void say(std::string_view text) = 0;
  virtual Reply ask(std::string_view prompt) = 0;
  // One line of chatter, to standard error.
  virtual void note(std::string_view text) = 0;
  // Waits, unless interrupted; false when it was.
  virtual bool pause(std::chrono::milliseconds time) = 0;

  // Wrapped to the style's width.
  void sayWrapped(std::string_view text, std::string_view indent = "");
  // Asks with a blank behind the prompt; what does not fit on one line is said before it.
  Reply askWrapped(std::string_view prompt);
};

// What a command prints: text for people, or one JSON document.
enum class Output : unsigned char { kText, kJson };

enum class ColourMode : unsigned char { kAuto, kAlways, kNever };

struct TerminalOptions {
  ColourMode colour = ColourMode::kAuto;
  bool noInput = false;
};

// Standard input and output. Nothing is written that a terminal would obey, whoever made the text: see printable()
// in text.h; send() alone gives other programs their bytes. At most one object; it takes over SIGINT, SIGTERM and
// SIGHUP: a prompt and a transfer end, nothing else does, so that no file is left half written.
class Terminal final : public Dialogue {
 public:
  explicit Terminal(TerminalOptions options);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  const Style& style() const override { return style_; }
  void speak(Lang lang) { style_.lang = lang; }
  // Whether there is somebody to ask: input and output are terminals and --no-input was not given.
  bool interactive() const { return interactive_; }

  void say(std::string_view text) override;
  Reply ask(std::string_view prompt) override { return read(prompt, Echo::kOn); }
  // The same without showing what is typed.
  Reply askHidden(std::string_view prompt) { return read(prompt, Echo::kOff); }
  bool pause(std::chrono::milliseconds time) override;

  void note(std::string_view text) override;
  // A line of a table or a plan: at a terminal, what is wider than the screen goes on below, indented. In a pipe a
  // line stays a line.
  void sayFitting(std::string_view line);
  void noteFitting(std::string_view line);
  // Data for a file or another program, exactly as it is; what a terminal gets is as of say().
  void send(std::string_view data);
  // Chatter without a line end.
  void mutter(std::string_view text);

 private:
  enum class Echo : unsigned char { kOn, kOff };
  Reply read(std::string_view prompt, Echo echo);
  Reply readLine();
  void write(int descriptor, std::string_view text) const;

  std::vector<std::string> fittingLines(std::string_view line) const;

  Style style_;
  bool interactive_ = false;
  std::string pending_;  // read beyond the line
};

// Columns of the terminal behind a descriptor, else of COLUMNS, else 80.
std::size_t screenWidth(int descriptor);
// What the locale of the environment can show.
Charset localeCharset();

// Whether one of the signals that Terminal took over has arrived. False without a Terminal.
bool interrupted();

}  // namespace hearth::homework::client
