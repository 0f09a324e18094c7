// CHECK: for what the program itself promises. A broken invariant aborts, in every build; what
// the world does (files, networks, people) is an Error and never a CHECK.
#pragma once

namespace keytide {

// Prints the condition and its place on stderr, then aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               const char* why) noexcept;

}  // namespace keytide

// `why` is a string literal that says which promise was broken.
#define CHECK(condition, why)                                                       \
  do {                                                                              \
    if (!(condition)) ::keytide::check_failed(#condition, __FILE__, __LINE__, why); \
  } while (false)
