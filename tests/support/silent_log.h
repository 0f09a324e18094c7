// A Log that keeps nothing.
#pragma once

#include "core/ports/log.h"

namespace keytide {

class SilentLog : public Log {
 public:
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

}  // namespace keytide
