// One HTTP exchange over a plain socket, for tests that must not trust the client they test.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "providers/http/message.h"
#include "providers/system/fd.h"

namespace keytide::testing {

struct RawReply {
  bool connected = false;
  std::string bytes;      // all that came before the other side closed
  HttpResponse response;  // as far as the bytes go; status 0 when there were none
  bool complete = false;  // the body is as long as Content-Length says
};

// Sends `bytes` to 127.0.0.1:port as they are and reads until the connection is closed.
RawReply send_raw(std::uint16_t port, const std::string& bytes);

// The same for a request with "Connection: close"; Host and Content-Length are added.
RawReply http_call(std::uint16_t port, const std::string& method, const std::string& path,
                   const std::vector<Header>& headers = {}, const std::string& body = "");

// A caller that connects, sends `bytes`, and then nothing more and reads nothing, until it is told
// to or destroyed.
class HalfRequest {
 public:
  explicit HalfRequest(std::uint16_t port, const std::string& bytes = "GET / HTTP/1.1\r\nHost: ");
  bool is_connected() const { return file_.is_open(); }
  // Whether the other side has closed is no matter.
  void send(const std::string& bytes) const;

 private:
  Fd file_;
};

}  // namespace keytide::testing
