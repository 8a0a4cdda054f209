// The dialogue that fills a draft: question by question, then the review.
// Writes whole lines and never moves the cursor.
#pragma once

#include <functional>
#include <optional>

#include "homework/client/common/terminal.h"
#include "homework/client/student/draft.h"

namespace hearth::homework::client {

enum class FlowEnd : unsigned char {
  kSubmit,      // reviewed and confirmed
  kQuit,        // to be continued
  kInterrupted  // a signal or the end of input; to be continued
};

class QuestionFlow final {
 public:
  // `save` makes the draft durable; it is called after every change. All references outlive the object.
  QuestionFlow(Dialogue& dialogue, Draft& draft, const ServerClock& clock, const Zone& zone,
               std::function<void()> save);

  // Begins with the question where the draft stopped, or with the review when nothing is open.
  FlowEnd run();

 private:
  enum class Step : unsigned char { kQuestion, kReview, kSubmit, kQuit, kInterrupted };

  Step askQuestion();
  Step review();
  Step confirm();
  void showQuestion(const Question& question);
  void showReview();
  // The step that a command leads to; nullopt when `typed` is none.
  std::optional<Step> onCommand(const Question& question, const std::string& typed);
  Step moveTo(std::size_t position);
  // Where an answer that was stored leads to.
  Step goOn() const;
  bool storeAnswer(const Question& question, const std::string& typed);
  void showKeys(const Question& question);
  void showHelp(const Question& question);
  void sayNoAnswer(const Question& question);
  void sayTimes();
  std::string dueText() const;

  Dialogue& dialogue_;
  Draft& draft_;
  const ServerClock& clock_;
  const Zone& zone_;
  std::function<void()> save_;
  std::size_t position_ = 0;  // behind the answer that was stored last
};

// Whether a reply says yes in the style's language; an empty one says `otherwise`.
bool saysYes(const Reply& reply, const Style& style, bool otherwise);

}  // namespace hearth::homework::client
