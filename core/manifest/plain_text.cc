#include "core/manifest/plain_text.h"

#include <fmt/format.h>

namespace keytide {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

bool is_tail(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && (byte_at(bytes, at) & 0xC0U) == 0x80U;
}

bool is_control(unsigned byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
}

}  // namespace

std::size_t sequence_length(std::string_view bytes, std::size_t at) {
  const unsigned first = byte_at(bytes, at);
  if (first < 0x80) return 1;
  const unsigned second = at + 1 < bytes.size() ? byte_at(bytes, at + 1) : 0;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(bytes, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second > 0x9F;
    if (overlong || surrogate || !is_tail(bytes, at + 1) || !is_tail(bytes, at + 2)) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond = first == 0xF4 && second > 0x8F;
    if (overlong || beyond) return 0;
    for (std::size_t i = 1; i <= 3; ++i) {
      if (!is_tail(bytes, at + i)) return 0;
    }
    return 4;
  }
  return 0;
}

std::optional<TextProblem> find_text_problem(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.substr(0, 2) == "\xFF\xFE"sv || bytes.substr(0, 2) == "\xFE\xFF"sv) {
    return TextProblem{0, "the file is UTF-16", "save it as UTF-8"};
  }
  std::size_t at = 0;
  while (at < bytes.size()) {
    const unsigned byte = byte_at(bytes, at);
    if (byte == 0) {
      return TextProblem{at, "the file holds a NUL byte: it is not text", "save it as UTF-8 text"};
    }
    if (byte == '\r' && (at + 1 >= bytes.size() || bytes[at + 1] != '\n')) {
      return TextProblem{at, "a carriage return stands without a line feed",
                         "end lines with LF or CRLF"};
    }
    if (is_control(byte)) {
      return TextProblem{at, fmt::format("the control character 0x{:02x} is not allowed", byte),
                         "remove it, or write it as \\x.. in double quotes"};
    }
    const std::size_t length = sequence_length(bytes, at);
    if (length == 0) {
      return TextProblem{at, fmt::format("the byte 0x{:02x} is not UTF-8", byte),
                         "save the file as UTF-8"};
    }
    at += length;
  }
  return std::nullopt;
}

std::string_view without_mark(std::string_view bytes) {
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  return bytes;
}

std::string with_plain_newlines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    out.push_back(bytes[i]);
  }
  return out;
}

}  // namespace keytide
