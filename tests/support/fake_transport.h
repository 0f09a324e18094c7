// FakeTransport: answers by a function of the test, and keeps what was asked. What signed a request
// in is written out ("bearer t1", "basic id:secret"), so that a test can look at it.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "providers/http/transport.h"

namespace keytide {

struct SeenRequest {
  std::string line;  // "POST /api/oauth/token"
  std::string url;
  std::string signed_by;
  std::string body;
  std::vector<Header> headers;
  SendOptions options;
};

using FakeReply = tl::expected<HttpResponse, TransportError>;

inline FakeReply reply(int status, std::string body = {}, std::vector<Header> headers = {}) {
  return HttpResponse{status, std::move(headers), std::move(body)};
}

inline FakeReply lost(TransportError::Reached reached = TransportError::Reached::maybe_sent) {
  return tl::unexpected<TransportError>(
      TransportError{reached, {ErrorKind::unavailable, "the connection was reset", {}}});
}

class FakeTransport : public Transport {
 public:
  using Answer = std::function<FakeReply(const SeenRequest&)>;

  explicit FakeTransport(Answer answer) : answer_(std::move(answer)) {}

  FakeReply send(const HttpRequest& request, const SendOptions& options) override {
    SeenRequest seen;
    const auto path = request.url.find('/', request.url.find("://") + 3);
    seen.line = request.method + " " + request.url.substr(path);
    seen.url = request.url;
    seen.signed_by = describe(request.authorization);
    seen.body = request.body;
    seen.headers = request.headers;
    seen.options = options;
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(seen);
    }
    return answer_(seen);
  }

  std::vector<SeenRequest> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const SeenRequest& one : seen()) out.push_back(one.line);
    return out;
  }
  int count(const std::string& line) const {
    int found = 0;
    for (const SeenRequest& one : seen()) found += one.line == line ? 1 : 0;
    return found;
  }

 private:
  static std::string describe(const Authorization& how) {
    if (how.secret == nullptr) return "nobody";
    const std::string secret(how.secret->reveal());
    switch (how.scheme) {
      case Authorization::Scheme::bearer:
        return "bearer " + secret;
      case Authorization::Scheme::basic:
        return "basic " + how.user + ":" + secret;
      case Authorization::Scheme::digest:
        return "digest " + how.user + ":" + secret;
      case Authorization::Scheme::none:
        break;
    }
    return "nobody";
  }

  Answer answer_;
  mutable std::mutex mutex_;  // of seen_
  std::vector<SeenRequest> seen_;
};

}  // namespace keytide
