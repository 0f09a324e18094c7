#include "cmd/keytide/failpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace keytide {
namespace {

constexpr const char* kVariable = "KEYTIDE_FAILPOINT";
constexpr std::array<std::string_view, 19> kSteps{
    "W1",      "E1",      "W2",           "E2",       "W3",
    "Wb",      "E3",      "Wd",           "W5",       "W6",
    "E4",      "W7",      "W-orphan",     "E-orphan", "W-orphan-gone",
    "W-abort", "E-abort", "W-abort-gone", "W-settle"};

tl::unexpected<Error> unknown(const std::string& text) {
  return fail(
      ErrorKind::invalid,
      fmt::format("{}={}: there is no such failpoint. It is before:STEP or after:STEP, with "
                  "#N for the N-th time, and STEP one of {}",
                  kVariable, text, fmt::join(kSteps, ", ")));
}

}  // namespace

Result<std::optional<FailpointSpec>> failpoint_from(const Environment& environment) {
  const auto at = environment.find(kVariable);
  if (at == environment.end() || at->second.empty()) return std::optional<FailpointSpec>();
  const std::string& text = at->second;
  FailpointSpec spec;
  std::string_view rest = text;
  spec.is_after = rest.starts_with("after:");
  if (!spec.is_after && !rest.starts_with("before:")) return unknown(text);
  rest.remove_prefix(rest.find(':') + 1);
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    const std::string_view number = rest.substr(hash + 1);
    const char* const end = number.data() + number.size();
    const auto [read_to, problem] = std::from_chars(number.data(), end, spec.hit);
    if (problem != std::errc{} || read_to != end || spec.hit < 1) return unknown(text);
    rest = rest.substr(0, hash);
  }
  if (std::find(kSteps.begin(), kSteps.end(), rest) == kSteps.end()) return unknown(text);
  spec.step = rest;
  return std::optional<FailpointSpec>(std::move(spec));
}

void Failpoint::pass(std::string_view step, bool is_after) {
  if (is_after != spec_.is_after || step != spec_.step) return;
  if (++hits_ == spec_.hit) die_();
}

void die_at_once() {
  kill(getpid(), SIGKILL);
  std::abort();
}

}  // namespace keytide
