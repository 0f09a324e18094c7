#include "providers/sources/poll.h"

#include <algorithm>

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWaitMax = std::chrono::minutes(10);

// The finisher of splitmix64: near inputs give far outputs.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

milliseconds next_poll(milliseconds now, Seconds interval, std::uint64_t seed, int failures) {
  const milliseconds longest = std::max<milliseconds>(kWaitMax, interval);
  milliseconds wait = std::max<milliseconds>(interval, Seconds(1));
  for (int i = 0; i < failures && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  const auto tenth = static_cast<std::uint64_t>(wait.count() / 10);
  const auto drawn = mix(seed ^ mix(static_cast<std::uint64_t>(now.count()))) % (tenth + 1);
  return now + wait - milliseconds(static_cast<std::int64_t>(drawn));
}

}  // namespace keytide
