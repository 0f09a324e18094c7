// Words that people mistype, and words that YAML takes for something else.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace keytide {

// The known word that is nearest to a mistyped one; empty: none is near.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

// Whether YAML, in its version 1.1 or 1.2, takes a plain scalar for something else than text; says
// what: "a number", "true or false", "nothing".
std::optional<std::string_view> other_meaning(std::string_view plain);

}  // namespace keytide
