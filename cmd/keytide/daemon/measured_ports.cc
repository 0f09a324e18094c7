#include "cmd/keytide/daemon/measured_ports.h"

#include <array>
#include <string_view>
#include <utility>

namespace keytide {
namespace {

// In the order of CreateOutcome's alternatives.
constexpr std::array<std::string_view, 4> kOutcomes{"created", "rejected", "not_sent", "unknown"};
static_assert(std::is_same_v<std::variant_alternative_t<3, CreateOutcome>, CreateUnknown>);
static_assert(std::is_same_v<std::variant_alternative_t<2, CreateOutcome>, CreateNotSent>);
static_assert(std::is_same_v<std::variant_alternative_t<1, CreateOutcome>, CreateRejected>);

class MeasuredSink : public ForwardingSink {
 public:
  MeasuredSink(std::unique_ptr<Sink> inner, std::string_view type, Telemetry& telemetry)
      : ForwardingSink(std::move(inner)), type_(type), telemetry_(telemetry) {}

  Result<void> write(const Payload& payload) override {
    auto written = ForwardingSink::write(payload);
    telemetry_.on_delivery(type_, written.has_value());
    return written;
  }

 private:
  const std::string_view type_;
  Telemetry& telemetry_;
};

}  // namespace

CreateOutcome MeasuredIssuer::create(const AccountKey& key, int hours) {
  CreateOutcome outcome = ForwardingIssuer::create(key, hours);
  telemetry_.on_create(kOutcomes.at(outcome.index()));
  return outcome;
}

Result<void> MeasuredIssuer::remove(const AccountKey& key, const SecretId& id) {
  auto removed = ForwardingIssuer::remove(key, id);
  telemetry_.on_delete(removed.has_value());
  return removed;
}

std::unique_ptr<Sink> MeasuredSinks::make(const SinkSpec& spec) {
  return std::make_unique<MeasuredSink>(inner_.make(spec), type_of(spec), telemetry_);
}

}  // namespace keytide
