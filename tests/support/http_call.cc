#include "tests/support/http_call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace keytide::testing {
namespace {

Fd connect_to(std::uint16_t port) {
  Fd file(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof address);
  if (connect(file.get(), &generic, sizeof address) != 0) file.close();
  return file;
}

void parse_headers(const std::string& head, HttpResponse& out) {
  std::size_t begin = head.find("\r\n");
  while (begin != std::string::npos && begin + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", begin + 2);
    const std::string line = head.substr(begin + 2, end - begin - 2);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      out.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    }
    begin = end;
  }
}

void parse_reply(RawReply& reply) {
  const std::size_t end = reply.bytes.find("\r\n\r\n");
  if (end == std::string::npos || reply.bytes.size() < 12) return;
  reply.response.status = std::stoi(reply.bytes.substr(9, 3));
  parse_headers(reply.bytes.substr(0, end), reply.response);
  reply.response.body = reply.bytes.substr(end + 4);
  const auto length = find_header(reply.response.headers, "Content-Length");
  reply.complete = !length || std::stoull(std::string(*length)) == reply.response.body.size();
}

}  // namespace

RawReply send_raw(std::uint16_t port, const std::string& bytes) {
  RawReply reply;
  const Fd file = connect_to(port);
  if (!file.is_open()) return reply;
  reply.connected = true;
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(file.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<std::size_t>(count);
  }
  char buffer[16384];
  for (;;) {
    const ssize_t count = recv(file.get(), buffer, sizeof buffer, 0);
    if (count <= 0) break;
    reply.bytes.append(buffer, static_cast<std::size_t>(count));
  }
  parse_reply(reply);
  return reply;
}

RawReply http_call(std::uint16_t port, const std::string& method, const std::string& path,
                   const std::vector<Header>& headers, const std::string& body) {
  std::string bytes = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
  for (const Header& header : headers) bytes += header.name + ": " + header.value + "\r\n";
  if (!body.empty()) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return send_raw(port, bytes + "\r\n" + body);
}

HalfRequest::HalfRequest(std::uint16_t port, const std::string& bytes) : file_(connect_to(port)) {
  send(bytes);
}

void HalfRequest::send(const std::string& bytes) const {
  ::send(file_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace keytide::testing
