// ComponentLog: a log whose every line says which part of the service wrote it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ports/log.h"

namespace keytide {

class ComponentLog : public Log {
 public:
  // The log must outlive it.
  ComponentLog(Log& log, std::string name) : log_(log), name_(std::move(name)) {}

  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    std::vector<LogField> all{{"component", name_}};
    all.insert(all.end(), fields.begin(), fields.end());
    log_.write(level, message, all);
  }

 private:
  Log& log_;
  const std::string name_;
};

}  // namespace keytide
