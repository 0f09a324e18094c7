// Console: where a command's words go, and where a person's answer comes from: the streams of this
// process, or of another that asked the service to do something. Threads: any for out and err.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keytide {

class Console {
 public:
  virtual ~Console() = default;
  // What a person or a pipe reads. At once. Whether it went out.
  virtual bool out(std::string_view text) = 0;
  // Errors and warnings.
  virtual void err(std::string_view text) = 0;
  // Shows the question; a line without its newline, or absent where nobody answers. Blocks.
  virtual std::optional<std::string> ask(std::string_view question) = 0;
  // Something that was to go out did not.
  virtual bool has_failed() const = 0;
  // Whether whoever sits there wants what is under way to end at the next safe place.
  virtual bool wants_stop() = 0;
};

// Of this process: stdin, stdout, stderr, and its signals (interrupt.h).
class StandardConsole : public Console {
 public:
  bool out(std::string_view text) override;
  void err(std::string_view text) override;
  std::optional<std::string> ask(std::string_view question) override;
  bool has_failed() const override;
  bool wants_stop() override;
};

}  // namespace keytide
