// TlsFront: https in front of atlas-sim, with a certificate of a CA made for this run. The proxy is
// a few lines of Node, in a process of its own: what is measured is keytide's side.
#pragma once

#include <sys/types.h>

#include <string>

namespace keytide::bench {

class TlsFront {
 public:
  // Makes ca.pem, a key and a certificate in `folder` with openssl, and starts the proxy. Aborts
  // when openssl or node isn't there. `support`: the folder tests/support.
  TlsFront(const std::string& folder, const std::string& upstream, const std::string& support);
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  const std::string& url() const { return url_; }
  const std::string& ca_file() const { return ca_file_; }

 private:
  pid_t pid_ = -1;
  std::string url_;
  std::string ca_file_;
};

}  // namespace keytide::bench
