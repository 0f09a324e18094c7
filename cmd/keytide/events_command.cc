#include "cmd/keytide/events_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cmd/keytide/state_records.h"
#include "cmd/keytide/views/json_object.h"

namespace keytide {
namespace {

constexpr std::size_t kColumns = 5;
using Cells = std::array<std::string, kColumns>;

std::string json_event(const Event& event) {
  JsonObject line;
  line.moment("at", event.at).text("actor", event.actor).text("address", event.address.str());
  line.text("account", event.account).text("kind", event.kind).text("why", event.why);
  return line.str() + "\n";
}

Cells cells_of(const Event& event) {
  return {format_instant(event.at), event.address.empty() ? "-" : printable(event.address.str()),
          printable(event.kind), printable(event.actor), printable(event.why)};
}

// The last column is as wide as its text.
std::string line_of(const Cells& cells, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t i = 0; i + 1 < kColumns; ++i) {
    line += fmt::format("{:<{}}  ", cells[i], widths[i]);
  }
  line += cells.back();
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string table(const std::vector<Event>& events, const Style& style) {
  const Cells head{"TIME", "ADDRESS", "EVENT", "BY", "WHY"};
  std::vector<Cells> rows;
  std::array<std::size_t, kColumns> widths{};
  for (const Event& event : events) rows.push_back(cells_of(event));
  for (std::size_t i = 0; i < kColumns; ++i) {
    widths[i] = head[i].size();
    for (const Cells& row : rows) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = style.paint(Ink::bold, line_of(head, widths));
  for (const Cells& row : rows) text += line_of(row, widths);
  return text;
}

// A mistyped address should not look like a quiet one.
Result<void> check_known(StateStore& store, const std::string& address) {
  const auto all = store.load();
  if (!all) return fail(all.error());
  auto found = find_records(*all, {address});
  if (found || found.error().kind != ErrorKind::not_found) return {};
  return fail(std::move(found.error()));
}

}  // namespace

Result<void> list_events(StateStore& store, const EventsView& view, const Output& out) {
  EventQuery query;
  query.limit = view.limit;
  if (view.address) query.address = Address(*view.address);
  const auto events = store.events(query);
  if (!events) return fail(events.error());
  if (events->empty() && view.address) {
    if (auto known = check_known(store, *view.address); !known) return known;
  }
  if (view.json) {
    for (const Event& event : *events) out(json_event(event));
  } else if (events->empty()) {
    out("No events.\n");
  } else {
    out(table(*events, view.style));
  }
  return {};
}

}  // namespace keytide
