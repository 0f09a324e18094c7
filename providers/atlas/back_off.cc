#include "providers/atlas/back_off.h"

#include <algorithm>

#include "providers/atlas/api_error.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

bool may_be_cured(const tl::expected<HttpResponse, TransportError>& outcome) {
  if (!outcome) return is_transient(outcome.error().why);
  switch (outcome->status) {
    case 408:
    case 409:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<milliseconds> BackOff::before_next(
    const tl::expected<HttpResponse, TransportError>& outcome, int tried, std::uint64_t jitter,
    milliseconds left) const {
  if (tried >= tries || !may_be_cured(outcome)) return std::nullopt;
  const auto doublings = std::min(tried - 1, 20);
  const milliseconds doubled = std::min(longest, first * (std::int64_t{1} << doublings));
  milliseconds wait = doubled / 2 + milliseconds(jitter % (doubled.count() / 2 + 1));
  if (const auto asked = outcome ? retry_after_of(*outcome) : std::nullopt) {
    wait = *asked + milliseconds(jitter % 1001);
  }
  if (wait > left) return std::nullopt;
  return wait;
}

}  // namespace keytide
