#include "tests/kill/prober.h"

#include <fmt/format.h>

#include "providers/system/system_clock.h"

namespace keytide::endurance {
namespace {

constexpr std::chrono::milliseconds kPause{2};
constexpr std::size_t kGapsMax = 20;

}  // namespace

Prober::Prober(const Fleet& fleet) : fleet_(fleet) {
  for (const Entry& entry : fleet.entries()) {
    for (const std::string& file : entry.files) {
      consumers_.push_back({entry.name, entry.client_id, file});
    }
  }
  thread_ = std::thread([this] { work(); });
}

Prober::~Prober() {
  stopping_ = true;
  thread_.join();
}

std::vector<std::string> Prober::gaps() {
  const std::lock_guard lock(gaps_mutex_);
  return gaps_;
}

void Prober::work() {
  SystemClock clock;
  while (!stopping_) {
    for (Consumer& consumer : consumers_) {
      if (stopping_) return;
      {
        const auto held = pause();
        probe(consumer);
      }
      clock.sleep(kPause);
    }
  }
}

// Whoever is refused reads again and tries once more, like any consumer: the file may have been
// replaced just then. The same content, refused twice, is a gap.
void Prober::probe(Consumer& consumer) {
  std::string value = fleet_.folder.read(consumer.file);
  if (value.empty() && !consumer.was_served) return;
  consumer.was_served = true;
  ++probes_;
  int status = 0;
  for (int i = 0; i < 4; ++i) {
    status = is_whole(value) ? sign_in(fleet_, consumer.client_id, value) : -1;
    if (status == 200) return;
    std::string again = fleet_.folder.read(consumer.file);
    if (i > 0 && again == value) break;
    value = std::move(again);
  }
  const std::lock_guard lock(gaps_mutex_);
  if (gaps_.size() >= kGapsMax) return;
  gaps_.push_back(status < 0 ? fmt::format("{}: {} holds a part of a secret, or none: {} bytes",
                                           consumer.name, consumer.file, value.size())
                             : fmt::format("{}: what {} holds was refused ({})", consumer.name,
                                           consumer.file, status));
}

}  // namespace keytide::endurance
