#include "providers/atlas/simulator/fault.h"

#include <utility>

#include "providers/atlas/simulator/api_error.h"

namespace keytide::simulator {

void Faults::add(Fault fault) { faults_.push_back(std::move(fault)); }

void Faults::clear() { faults_.clear(); }

std::optional<Fault> Faults::take(std::string_view method, std::string_view url) {
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (!fault->method.empty() && fault->method != method) continue;
    if (url.find(fault->path) == std::string_view::npos) continue;
    Fault taken = *fault;
    if (--fault->times <= 0) faults_.erase(fault);
    return taken;
  }
  return std::nullopt;
}

HttpResponse fault_response(const Fault& fault) {
  HttpResponse out;
  if (fault.body.empty()) {
    out = api_error(fault.status, usual_code_of(fault.status), "This fault was ordered by a test.");
  } else {
    out = {fault.status, {}, fault.body};
    if (!find_header(fault.headers, "Content-Type")) {
      out.headers.push_back({"Content-Type", "application/json"});
    }
  }
  for (const Header& header : fault.headers) out.headers.push_back(header);
  return out;
}

}  // namespace keytide::simulator
