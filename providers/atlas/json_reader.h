// JsonReader: walks a JSON text once, from front to back, without building anything. Why not a
// library: a refresh reads megabytes of listings, and the reply of a create holds a plaintext that
// a general parser would leave behind in buffers that nobody wipes. Here a string is a view into
// the text, and the few that hold escapes are decoded into one buffer that is wiped.
//
//   JsonReader json(body);
//   json.begin_object();
//   while (auto key = json.next_key()) {
//     if (*key == "id") id = json.text();
//     else json.skip();
//   }
//   if (!json.finish()) …
//
// Mistakes are sticky: after the first one all calls return nothing, and finish() is false; so only
// the end has to be looked at. It takes RFC 8259 and no more; texts are checked to be UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace keytide {

class JsonReader {
 public:
  enum class Type { object, array, string, number, boolean, null, end };

  // `text` must outlive the reader.
  explicit JsonReader(std::string_view text) : text_(text) {}
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;
  ~JsonReader();

  // What comes next; `end` after a mistake and at the end.
  Type peek();

  void begin_object();
  // The next key of the innermost object; absent when the object has ended. The value must be read
  // or skipped. The view is good until the next call.
  std::optional<std::string_view> next_key();
  void begin_array();
  // Whether another element comes; it must be read or skipped.
  bool next_element();

  // Each takes one value of that type; another type is a mistake. The view of text() is good until
  // the next call of text() or next_key().
  std::string_view text();
  std::int64_t integer();  // a fraction, an exponent or more than 64 bits is a mistake
  bool boolean();
  // Takes a null if there is one.
  bool null();
  // Passes over any one value, well-formed.
  void skip();

  // Whether all was well-formed and nothing follows.
  bool finish();
  bool failed() const { return failed_; }
  // Where the mistake is, in bytes from the start.
  std::size_t offset() const { return at_; }
  void fail() { failed_ = true; }

 private:
  void skip_blanks();
  char next();
  bool take(char wanted);
  bool take_word(std::string_view word);
  std::string_view decode(std::size_t from);
  bool append_escape();
  std::optional<unsigned> hex4();
  bool pass_number();
  bool pass_utf8();
  void open(char bracket);

  static constexpr int kDepthMax = 64;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
  bool first_[kDepthMax] = {};  // no element of that level was read yet
  std::string decoded_;
};

}  // namespace keytide
