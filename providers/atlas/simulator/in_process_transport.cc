#include "providers/atlas/simulator/in_process_transport.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "providers/atlas/simulator/digest.h"
#include "providers/atlas/simulator/text.h"

namespace keytide::simulator {
namespace {

using Scheme = Authorization::Scheme;

tl::unexpected<TransportError> lost(std::string why) {
  return tl::unexpected<TransportError>(
      {TransportError::Reached::maybe_sent, {ErrorKind::unavailable, std::move(why), {}}});
}

// What a server sees of a client's request: a path, and the host in a header.
HttpRequest as_received(const HttpRequest& request) {
  HttpRequest out;
  out.method = request.method;
  out.headers = request.headers;
  out.body = request.body;
  const std::size_t scheme = request.url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(request.url.find('/', host), request.url.size());
  out.url = path == request.url.size() ? "/" : request.url.substr(path);
  out.headers.push_back({"Host", request.url.substr(host, path - host)});
  return out;
}

void sign_in_plainly(const Authorization& who, HttpRequest& request) {
  if (who.scheme != Scheme::bearer && who.scheme != Scheme::basic) return;
  CHECK(who.secret != nullptr, "a scheme comes with its secret");
  Header header{"Authorization", ""};
  if (who.scheme == Scheme::bearer) {
    header.value = fmt::format("Bearer {}", who.secret->reveal());
  } else {
    std::string pair = fmt::format("{}:{}", who.user, who.secret->reveal());
    header.value = "Basic " + encode_base64(pair);
    wipe(pair);
  }
  request.headers.push_back(std::move(header));
}

void wipe_authorization(HttpRequest& request) {
  for (Header& header : request.headers) {
    if (header.name == "Authorization") wipe(header.value);
  }
  wipe(request.body);
}

}  // namespace

InProcessTransport::InProcessTransport(SimulatedAtlas& atlas, Clock& clock)
    : InProcessTransport(atlas, clock, Options()) {}

InProcessTransport::InProcessTransport(SimulatedAtlas& atlas, Clock& clock, Options options)
    : atlas_(atlas), clock_(clock), options_(std::move(options)) {}

tl::expected<HttpResponse, TransportError> InProcessTransport::send(const HttpRequest& request,
                                                                    const SendOptions& options) {
  HttpRequest received = as_received(request);
  if (request.authorization.scheme == Scheme::digest) {
    return with_digest(request, std::move(received), options);
  }
  sign_in_plainly(request.authorization, received);
  auto reply = exchange(received, options);
  wipe_authorization(received);
  return reply;
}

tl::expected<HttpResponse, TransportError> InProcessTransport::with_digest(
    const HttpRequest& request, HttpRequest signed_request, const SendOptions& options) {
  HttpRequest bare = signed_request;
  bare.body.clear();  // as libcurl: the body goes with the credentials
  auto first = exchange(bare, options);
  if (!first || first->status != 401) return first;
  const auto challenge = find_header(first->headers, "WWW-Authenticate");
  if (!challenge || challenge->substr(0, 7) != "Digest ") return first;
  CHECK(request.authorization.secret != nullptr, "a scheme comes with its secret");
  DigestFields fields = parse_digest(challenge->substr(7));
  fields.username = request.authorization.user;
  fields.uri = signed_request.url;
  fields.nc = "00000001";
  fields.cnonce = "in-process";
  fields.qop = "auth";
  fields.response =
      digest_response(fields, request.authorization.secret->reveal(), signed_request.method);
  signed_request.headers.push_back(
      {"Authorization",
       fmt::format("Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", cnonce=\"{}\", "
                   "nc={}, qop=auth, response=\"{}\", algorithm=MD5",
                   fields.username, fields.realm, fields.nonce, fields.uri, fields.cnonce,
                   fields.nc, fields.response)});
  auto reply = exchange(signed_request, options);
  wipe_authorization(signed_request);
  return reply;
}

tl::expected<HttpResponse, TransportError> InProcessTransport::exchange(
    const HttpRequest& request, const SendOptions& options) {
  const Instant now = options_.atlas_now ? options_.atlas_now() : clock_.now();
  HttpReply reply = atlas_.handle(request, options_.peer_ip, now, clock_.since_boot());
  const auto delay = reply.effects.delay;
  if (delay.count() > 0) clock_.sleep(std::min(delay, options.time_limit));
  if (delay >= options.time_limit) {
    return lost(fmt::format("no reply within {} ms", options.time_limit.count()));
  }
  switch (reply.effects.cut) {
    case ReplyEffects::Cut::none:
      break;
    case ReplyEffects::Cut::before_reply:
      return lost("the connection was closed without a reply");
    case ReplyEffects::Cut::mid_body:
      return lost("the connection was closed in mid-reply");
  }
  if (reply.response.body.size() > options.max_body_bytes) {
    return lost(fmt::format("the reply is larger than {} bytes", options.max_body_bytes));
  }
  return std::move(reply.response);
}

}  // namespace keytide::simulator
