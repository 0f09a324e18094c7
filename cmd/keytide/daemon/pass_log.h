// What one pass writes to the log: each line with the pass's reconcile_id, and what a reconcile
// tells of its steps. Threads: any.
#pragma once

#include <string>

#include "core/ports/log.h"
#include "core/reconcile/progress.h"

namespace keytide {

class PassLog : public Log, public ProgressListener {
 public:
  // The log must outlive it.
  PassLog(Log& log, std::string reconcile_id) : log_(log), id_(std::move(reconcile_id)) {}

  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override;
  // A switch and a deletion are news; the steps in between are for who looks into something.
  void on(const Progress& progress) override;

 private:
  Log& log_;
  const std::string id_;
};

}  // namespace keytide
