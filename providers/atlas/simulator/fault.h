// Faults that a test orders: what a network, a proxy or a bad day of Atlas does to a call.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/http/message.h"

namespace keytide::simulator {

struct Fault {
  enum class Close {
    none,
    before_commit,  // nothing was done, no reply
    after_commit,   // all was done, no reply
    mid_body        // all was done, half of the reply's body
  };
  std::string method;  // empty: any
  std::string path;    // a part of the path and query; empty: any
  int times = 1;
  // One of these:
  int status = 0;  // a reply that the Atlas behind it never saw; `body` empty: the usual ApiError
  std::string body;
  std::vector<Header> headers;
  std::chrono::milliseconds delay{0};  // all is done at once, the reply is late
  bool commit_late = false;            // with a delay: a create takes effect after it, not before
  Close close = Close::none;
};

class Faults {
 public:
  void add(Fault fault);
  void clear();
  // The oldest fault that matches and still has times left; uses up one of them.
  std::optional<Fault> take(std::string_view method, std::string_view url);
  const std::vector<Fault>& pending() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

// The reply of a fault with a status.
HttpResponse fault_response(const Fault& fault);

}  // namespace keytide::simulator
