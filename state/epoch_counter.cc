#include "state/epoch_counter.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <cstdlib>

namespace keytide {

StoreEpoch read_epoch(SQLite::Database& database) {
  StoreEpoch epoch;
  SQLite::Statement number(database, "SELECT value FROM meta WHERE key = 'epoch'");
  if (number.executeStep()) {
    epoch.here = std::strtoll(number.getColumn(0).getText(), nullptr, 10);
  }
  SQLite::Statement last(database,
                         "SELECT atlas_at FROM event WHERE atlas_at IS NOT NULL "
                         "ORDER BY id DESC LIMIT 1");
  if (last.executeStep()) epoch.written_at = Instant(Seconds(last.getColumn(0).getInt64()));
  return epoch;
}

void EpochCounter::before_commit(SQLite::Database& database) {
  if (epoch_.is_restored() && !accepts_) return;
  SQLite::Statement write(database,
                          "INSERT INTO meta (key, value) VALUES ('epoch', ?) "
                          "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  write.bind(1, std::to_string(next()));
  write.exec();
}

void EpochCounter::after_commit() {
  if (epoch_.is_restored() && !accepts_) return;
  epoch_.here = next();
  epoch_.seen = std::max(epoch_.seen, epoch_.here);
  accepts_ = false;
  file_.write(epoch_.here);
}

}  // namespace keytide
