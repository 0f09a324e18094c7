#include "core/manifest/name_template.h"

#include <fmt/format.h>

#include "core/manifest/redact.h"

namespace keytide {

Result<std::string> put_in_name(std::string_view text, std::string_view name) {
  std::string out;
  while (true) {
    const std::size_t open = text.find("{{");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    text.remove_prefix(open + 2);
    const std::size_t close = text.find("}}");
    if (close == std::string_view::npos) return fail(ErrorKind::invalid, "{{ is not closed by }}");
    std::string_view variable = text.substr(0, close);
    while (!variable.empty() && variable.front() == ' ') variable.remove_prefix(1);
    while (!variable.empty() && variable.back() == ' ') variable.remove_suffix(1);
    if (variable != "name") {
      return fail(ErrorKind::invalid,
                  fmt::format("{{{{…}}}} with {} is not known", shown(variable)));
    }
    out += name;
    text.remove_prefix(close + 2);
  }
}

}  // namespace keytide
