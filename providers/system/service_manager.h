// What the service manager is told: sd_notify(3), a datagram to $NOTIFY_SOCKET. Without that
// variable nothing is told. Never blocks; what can't be sent is dropped. Threads: any.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace keytide {

class ServiceManager {
 public:
  // `socket`: the value of $NOTIFY_SOCKET; empty: there is none. `watchdog_usec`: of
  // $WATCHDOG_USEC; empty or no number: no watchdog.
  ServiceManager(std::string socket, std::string_view watchdog_usec);

  void ready() const { send("READY=1"); }
  void stopping() const { send("STOPPING=1"); }
  // Shown by `systemctl status`; one line.
  void status(std::string_view text) const;
  // The loop is well.
  void alive() const { send("WATCHDOG=1"); }
  // How often alive() has to be said at least; absent: it does not matter.
  std::optional<std::chrono::milliseconds> watchdog() const { return watchdog_; }

 private:
  void send(std::string_view message) const;

  std::string socket_;
  std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace keytide
