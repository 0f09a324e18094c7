#include "cmd/keytide/views/status_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/base/duration.h"

namespace keytide {
namespace {

constexpr std::size_t kColumns = 6;
using Cells = std::array<std::string, kColumns>;

Ink ink_of(Phase phase) {
  switch (phase) {
    case Phase::active:
      return Ink::green;
    case Phase::blocked:
    case Phase::unknown:
      return Ink::red;
    case Phase::unmanaged:
    case Phase::suspended:
      return Ink::faint;
    default:
      return Ink::yellow;
  }
}

std::string in_or_ago(Instant at, Instant now) {
  return at > now ? fmt::format("in {}", format_coarse(at - now))
                  : fmt::format("{} ago", format_coarse(now - at));
}

std::string moment(Instant at, Instant now) {
  return fmt::format("{} ({})", format_instant(at), in_or_ago(at, now));
}

std::string renews(const StatusRow& row, Instant now) {
  if (row.phase == Phase::due) return "now";
  if (!row.renew_at) return "-";
  return *row.renew_at > now ? in_or_ago(*row.renew_at, now) : "now";
}

std::string sinks_done(const StatusRow& row) {
  const auto wanted = std::count_if(row.sinks.begin(), row.sinks.end(),
                                    [](const StatusSink& one) { return one.status != "dropped"; });
  const auto done = std::count_if(row.sinks.begin(), row.sinks.end(),
                                  [](const StatusSink& one) { return one.status == "delivered"; });
  return wanted == 0 ? "-" : fmt::format("{}/{}", done, wanted);
}

Cells cells_of(const StatusRow& row, Instant now) {
  const StatusSecret* current = row.current();
  return {printable(row.address.str()),
          std::string(name_of(row.phase)),
          current != nullptr ? in_or_ago(current->expires_at, now) : "-",
          renews(row, now),
          current != nullptr ? printable(current->masked) : "-",
          sinks_done(row)};
}

// Pads before it paints, so that codes don't count as width; the last column is not padded.
std::string render_cells(const Cells& cells, const std::array<std::size_t, kColumns>& widths,
                         const Style& style, Ink phase) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const std::string cell =
        i + 1 < kColumns ? fmt::format("{:{}}", cells[i], widths[i]) : cells[i];
    line += i == 1 ? style.paint(phase, cell) : cell;
    if (i + 1 < kColumns) line += "  ";
  }
  return line + "\n";
}

std::string render_table(const std::vector<StatusRow>& rows, Instant now, const Style& style) {
  const Cells head{"ADDRESS", "PHASE", "EXPIRES", "RENEWS", "SECRET", "SINKS"};
  std::vector<Cells> all;
  std::array<std::size_t, kColumns> widths{};
  for (std::size_t i = 0; i < kColumns; ++i) widths[i] = head[i].size();
  for (const StatusRow& row : rows) {
    all.push_back(cells_of(row, now));
    for (std::size_t i = 0; i < kColumns; ++i) {
      widths[i] = std::max(widths[i], all.back()[i].size());
    }
  }
  std::string text = render_cells(head, widths, style, Ink::bold);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += render_cells(all[i], widths, style, ink_of(rows[i].phase));
  }
  return text;
}

std::string render_waiting(const StatusRow& row, Instant now) {
  if (!row.waiting) return "";
  return fmt::format("next try at {}, after {}: {}", moment(row.waiting->next_try, now),
                     failures_text(row.waiting->failures), printable(row.waiting->why));
}

std::string render_reasons(const std::vector<StatusRow>& rows, Instant now, const Style& style) {
  std::string text;
  for (const StatusRow& row : rows) {
    if (row.reason.empty()) continue;
    const std::string phase = style.paint(ink_of(row.phase), name_of(row.phase));
    text +=
        fmt::format("{} is {}: {}\n", printable(row.address.str()), phase, printable(row.reason));
    if (!row.way_out.empty()) text += fmt::format("  way out: {}\n", printable(row.way_out));
    if (row.waiting) text += fmt::format("  {}\n", render_waiting(row, now));
  }
  return text.empty() ? "" : "\n" + text;
}

std::string render_counts(const std::vector<StatusRow>& rows) {
  std::map<Phase, int> counts;
  for (const StatusRow& row : rows) ++counts[row.phase];
  std::vector<std::string> parts;
  for (auto one = counts.rbegin(); one != counts.rend(); ++one) {
    parts.push_back(fmt::format("{} {}", one->second, name_of(one->first)));
  }
  return fmt::format("\n{}: {}.\n", count_of(static_cast<int>(rows.size()), "entry", "entries"),
                     fmt::join(parts, ", "));
}

std::string render_secrets(const StatusRow& row, Instant now) {
  std::string text;
  for (const StatusSecret& one : row.secrets) {
    text += fmt::format("    secret {}  # {}\n", one.id.str(), one.role);
    text += fmt::format("      secret       = {}\n",
                        one.masked.empty() ? "(no mask)" : printable(one.masked));
    text += fmt::format("      created_at   = {}\n", moment(one.created_at, now));
    text += fmt::format("      expires_at   = {}\n", moment(one.expires_at, now));
    text += fmt::format("      last_used_at = {}\n",
                        one.last_used_at ? moment(*one.last_used_at, now) : "never");
  }
  return text;
}

std::string render_sinks(const StatusRow& row) {
  std::string text;
  for (const StatusSink& sink : row.sinks) {
    text += fmt::format("    deliver \"{}\"  # {}", printable(sink.name.str()), sink.status);
    if (sink.generation > 0) text += fmt::format(", generation {}", sink.generation);
    text += "\n";
  }
  return text;
}

std::string render_settings(const StatusRow& row, Instant now) {
  const bool is_org = row.key.scope.kind == Scope::Kind::org;
  std::string text =
      fmt::format("    client_id  = \"{}\"\n    {:10} = \"{}\"\n", row.key.client_id.str(),
                  is_org ? "org" : "project", row.key.scope.id);
  if (!row.owner.empty()) text += fmt::format("    owner      = \"{}\"\n", printable(row.owner));
  if (row.lifetime)
    text += fmt::format("    lifetime   = \"{}\"\n", format_duration(*row.lifetime));
  text += fmt::format("    generation = {}\n", row.generation);
  if (row.switched_at) text += fmt::format("    switched   = {}\n", moment(*row.switched_at, now));
  if (row.renew_at) text += fmt::format("    renew_at   = {}\n", moment(*row.renew_at, now));
  return text;
}

}  // namespace

std::string render_status(const std::vector<StatusRow>& rows, Instant now, const Style& style) {
  if (rows.empty()) return "No secrets: the manifests name none and the state knows none.\n";
  return render_table(rows, now, style) + render_reasons(rows, now, style) + render_counts(rows);
}

std::string render_show(const StatusRow& row, Instant now, const Style& style) {
  const std::string address = printable(row.address.str());
  std::string header = fmt::format("# {} is {}", address, name_of(row.phase));
  if (!row.reason.empty()) header += fmt::format(" ({})", printable(row.reason));
  std::string text = style.paint(Ink::bold, header) + "\n";
  if (!row.way_out.empty()) text += fmt::format("# way out: {}\n", printable(row.way_out));
  if (row.waiting) text += fmt::format("# {}\n", render_waiting(row, now));
  text += fmt::format("secret \"{}\" {{\n{}{}{}}}\n", address, render_settings(row, now),
                      render_sinks(row), render_secrets(row, now));
  for (const std::string& one : row.planned) text += fmt::format("to {}\n", printable(one));
  for (const std::string& one : row.notes) text += fmt::format("note: {}\n", printable(one));
  return text;
}

}  // namespace keytide
