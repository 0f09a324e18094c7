// Bytes that are handed in as text: is it UTF-8, and text at all?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace keytide {

// Why the bytes are no plain text, and where.
struct TextProblem {
  std::size_t offset = 0;
  std::string problem;
  std::string way_out;
};

// Finds NUL and other control characters, bytes that are not UTF-8, UTF-16, a lone carriage return.
std::optional<TextProblem> find_text_problem(std::string_view bytes);

// Without the byte order mark that some editors write in front of UTF-8.
std::string_view without_mark(std::string_view bytes);

// CRLF becomes LF, as YAML reads it.
std::string with_plain_newlines(std::string_view bytes);

// The length of the UTF-8 sequence that begins at `at`; 0: it is not a valid one.
std::size_t sequence_length(std::string_view bytes, std::size_t at);

}  // namespace keytide
