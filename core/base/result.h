// Result<T>: a value or an Error. A class and not an alias of tl::expected, so that a dropped
// result is a warning, and warnings are errors.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "core/base/error.h"

namespace keytide {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

// The failing half of a Result: `return fail(ErrorKind::io, "no space left");`
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error{kind, std::move(message), {}});
}

// Hands on an error that somebody else found: `if (!r) return fail(std::move(r.error()));`
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace keytide
