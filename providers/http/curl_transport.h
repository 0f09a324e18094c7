// CurlTransport: the Transport over libcurl, and the only file that knows it.
//
// What it promises beyond transport.h:
// - Nothing is sent twice. libcurl would send a request again when a kept-alive connection dies
//   before the first byte of the reply: `fresh_connection` uses a connection of its own, and closes
//   it. HTTP/1.1 alone, so that no stream is refused and repeated.
// - Digest takes two requests. The first one asks for the challenge: it carries neither credentials
//   nor a body (libcurl sends `Content-Length: 0`), so the other side answers 401 and can't act on
//   it. Only the second one holds the body, and with `fresh_connection` it has a connection of its
//   own too.
// - TLS on a fresh connection is cheap: one CA bundle, never a folder, and handles that are used
//   again, so that libcurl keeps the parsed bundle (2 ms of CPU instead of 30 to 40).
// - http goes to loopback alone, and never through a proxy; https honours HTTPS_PROXY and NO_PROXY.
// - Redirects are handed back as replies. Credentials go to the host of the URL and to no other.
// - libcurl's own memory is wiped when it is freed, and so are bodies that had to grow.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "providers/http/transport.h"

namespace keytide {

struct CurlTransportOptions {
  std::string ca_file;     // PEM; empty: the system's bundle
  std::string user_agent;  // empty: "keytide/VERSION"
  std::size_t idle_handles = 16;
};

class CurlTransport : public Transport {
 public:
  explicit CurlTransport(CurlTransportOptions options = {});
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  // Kinds of errors: refused (http to another host, a certificate that isn't trusted), invalid (the
  // URL, the CA file, a secret that can't stand in a header), unavailable (all else).
  tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                  const SendOptions& options) override;

 private:
  class Pool;
  std::string ca_file_;
  std::string user_agent_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace keytide
