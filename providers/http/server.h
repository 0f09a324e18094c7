// HttpServer: HTTP/1.1 for the daemon's metrics and health pages and for atlas-sim. One wrapper of
// libmicrohttpd: a fixed number of threads, limits on connections, header and body sizes and idle
// time, so that a slow or hostile caller costs a connection and nothing more.
//
// Invariants: after start() the port is open; after stop() or destruction no handler runs any more.
// Threads: stop() and the destructor by the owner alone; never from inside a handler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "providers/http/reply.h"

namespace keytide {

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address; names are not resolved
  std::uint16_t port = 0;          // 0: any free port, see HttpServer::port()
  unsigned threads = 2;
  unsigned max_connections = 512;       // further ones wait until one of these is closed
  unsigned max_connections_per_ip = 0;  // 0: no such limit
  // Above so many the connection that has waited longest for its request is closed, so that new
  // callers need not wait. Below max_connections with room to spare; 0: never.
  unsigned crowded_above = 0;
  std::size_t max_body_bytes = std::size_t{1} << 20;
  std::size_t max_header_bytes = 16384;
  unsigned idle_timeout_s = 30;  // a connection that is silent for so long is closed
};

class HttpServer {
 public:
  // Opens the port and starts the threads. A handler's response may have a Date header; without
  // one the server writes its own. Errors: invalid (the address), unavailable (the port is taken or
  // not permitted), each with a way out.
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options,
                                                   HttpHandler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;  // the real one
  // Closes the port, lets running handlers end and drops replies that are still delayed.
  void stop();

  struct Impl;

 private:
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Splits "127.0.0.1:9464" or "[::1]:9464". Errors: invalid, with an example.
Result<HttpServerOptions> parse_listen_address(std::string_view text);

}  // namespace keytide
