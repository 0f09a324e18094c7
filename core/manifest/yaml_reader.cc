#include "core/manifest/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <limits>
#include <streambuf>
#include <unordered_map>

#include "core/manifest/plain_text.h"
#include "core/manifest/redact.h"

namespace keytide {
namespace {

constexpr std::string_view kUseDefaults = "use `defaults:` and `profiles:` for what entries share";

// Thrown by the handler to leave yaml-cpp at a limit; never leaves this file.
struct Stop {
  YAML::Mark mark;
  std::string problem;
  std::string way_out;
};

// Lets yaml-cpp read from a view, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(YamlFile& out, const YamlLimits& limits) : out_(out), limits_(limits) {}

  // Where the document that was read last began, and how many there were.
  int last_start() const { return last_start_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos <= last_start_) {
      // yaml-cpp found nothing that it could consume, and would report empty documents for ever.
      throw Stop{mark, "this can't be read as YAML", "remove it, or put it in quotes"};
    }
    last_start_ = mark.pos;
    if (out_.tree.roots.size() >= static_cast<std::size_t>(limits_.documents)) {
      throw Stop{mark, fmt::format("the file has over {} documents", limits_.documents),
                 "split the file"};
    }
    out_.tree.roots.push_back(static_cast<std::uint32_t>(out_.tree.nodes.size()));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(mark, YamlNode::Kind::null);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    problem(mark, "aliases are not read here", kUseDefaults);
    add(mark, YamlNode::Kind::null).quoted = 1;
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (value.size() > limits_.scalar_bytes) {
      throw Stop{mark, fmt::format("a value is longer than {} bytes", limits_.scalar_bytes),
                 "shorten it"};
    }
    YamlNode& node = add(mark, YamlNode::Kind::scalar);
    node.text = static_cast<std::uint32_t>(out_.tree.text.size());
    node.size = static_cast<std::uint32_t>(value.size());
    node.quoted = tag != "?" ? 1 : 0;
    out_.tree.text += value;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override {
    const std::uint32_t map = open_.back();
    close();
    check_keys(YamlValue(out_.tree, map));
  }

 private:
  YamlNode& add(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode& node = out_.tree.nodes.emplace_back();
    node.kind = kind;
    node.line = static_cast<std::uint32_t>(mark.line + 1);
    node.column = static_cast<std::uint32_t>(mark.column + 1);
    node.end = static_cast<std::uint32_t>(out_.tree.nodes.size());
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() >= static_cast<std::size_t>(limits_.depth)) {
      throw Stop{mark, fmt::format("lists and maps are nested over {} deep", limits_.depth),
                 "flatten it"};
    }
    add(mark, kind);
    open_.push_back(static_cast<std::uint32_t>(out_.tree.nodes.size() - 1));
  }

  void close() {
    out_.tree.nodes[open_.back()].end = static_cast<std::uint32_t>(out_.tree.nodes.size());
    open_.pop_back();
  }

  void check_keys(YamlValue map);
  void check_key(YamlValue key, const YamlValue* first);

  void problem(const YAML::Mark& mark, std::string text, std::string_view way_out) {
    problem(mark.line + 1, mark.column + 1, std::move(text), way_out);
  }
  void problem(int line, int column, std::string text, std::string_view way_out) {
    out_.problems.push_back({line, column, std::move(text), std::string(way_out),
                             out_.tree.roots.empty() ? 0 : out_.tree.roots.size() - 1});
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) problem(mark, "anchors are not read here", kUseDefaults);
  }
  // "?" and "!" are what yaml-cpp gives to plain and quoted nodes without a tag.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problem(mark, "tags are not read here", "remove the tag: each key has its own type");
  }

  YamlFile& out_;
  const YamlLimits& limits_;
  std::vector<std::uint32_t> open_;
  int last_start_ = -1;
};

void TreeBuilder::check_key(YamlValue key, const YamlValue* first) {
  if (key.is_null()) {
    problem(key.line(), key.column(), "a key is missing before the colon", "write the key");
  } else if (!key.is_scalar()) {
    problem(key.line(), key.column(), "a key is not text", "write a plain word as the key");
  } else if (first != nullptr) {
    problem(
        key.line(), key.column(),
        fmt::format("the key {} was given already on line {}", shown(key.text()), first->line()),
        "keep one of them");
  }
}

// Small maps are compared pairwise, which needs no memory; large ones by hash.
void TreeBuilder::check_keys(YamlValue map) {
  std::vector<YamlValue> seen;
  std::unordered_map<std::string_view, YamlValue> large;
  for (const auto& [key, value] : map.pairs()) {
    const YamlValue* first = nullptr;
    if (seen.size() < 24) {
      const auto same = std::find_if(seen.begin(), seen.end(), [k = key](const YamlValue& other) {
        return other.text() == k.text();
      });
      if (same != seen.end()) first = &*same;
      if (first == nullptr) seen.push_back(key);
    } else {
      if (large.empty()) {
        for (const YamlValue& other : seen) large.emplace(other.text(), other);
      }
      const auto [place, is_new] = large.emplace(key.text(), key);
      if (!is_new) first = &place->second;
    }
    check_key(key, first);
  }
}

// Where text goes on after the last document, as a line and a column.
YamlProblem at_offset(std::string_view text, std::size_t offset) {
  YamlProblem at;
  at.line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + offset, '\n'));
  const std::size_t newline = text.substr(0, offset).rfind('\n');
  at.column =
      static_cast<int>(newline == std::string_view::npos ? offset : offset - newline - 1) + 1;
  return at;
}

// yaml-cpp takes a tab for a part of the text and stumbles later in the line.
bool has_tab_in_indent(std::string_view text, int line) {
  for (int i = 0; i < line && !text.empty(); ++i) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  const std::string_view indent = text.substr(0, text.find_first_not_of(" \t"));
  return indent.find('\t') != std::string_view::npos;
}

std::string way_out_of(std::string_view message) {
  using namespace YAML;
  if (message == ErrorMsg::MAP_VALUE) {
    return "put a value that holds \": \" in quotes, and look at the indentation";
  }
  if (message == ErrorMsg::UNKNOWN_ANCHOR) return std::string(kUseDefaults);
  if (message == ErrorMsg::INVALID_ESCAPE)
    return "use single quotes, where \\ is an ordinary character";
  if (message == ErrorMsg::UNKNOWN_TOKEN) return "put the value in quotes";
  if (message == ErrorMsg::END_OF_MAP_FLOW || message == ErrorMsg::END_OF_SEQ_FLOW) {
    return "close the { or [, or the quotes, that were opened before";
  }
  if (message == ErrorMsg::EOF_IN_SCALAR || message == ErrorMsg::DOC_IN_SCALAR) {
    return "close the quotes that were opened before";
  }
  return "look at the indentation and the quotes of this line and the one before";
}

void parse(std::string_view text, const YamlLimits& limits, YamlFile& out) {
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  TreeBuilder builder(out, limits);
  auto stop = [&](const YAML::Mark& mark, std::string problem, std::string way_out) {
    YamlProblem error;
    if (!mark.is_null()) {
      error.line = mark.line + 1;
      error.column = mark.column + 1;
    }
    error.problem = std::move(problem);
    error.way_out = std::move(way_out);
    out.syntax_error = std::move(error);
  };
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& error) {
    stop(error.mark, error.problem, error.way_out);
  } catch (const YAML::Exception& error) {
    if (!error.mark.is_null() && has_tab_in_indent(text, error.mark.line)) {
      stop(error.mark, "YAML: a tab stands in the indentation", "indent with spaces");
    } else {
      stop(error.mark, "YAML: " + error.msg, way_out_of(error.msg));
    }
  } catch (const std::exception& error) {
    stop(YAML::Mark::null_mark(), "the YAML can't be read", "simplify the file");
  }
}

}  // namespace

YamlFile read_yaml(std::string_view bytes, const YamlLimits& limits) {
  YamlFile out;
  if (bytes.size() > limits.bytes) {
    out.syntax_error =
        YamlProblem{0, 0, fmt::format("the file is larger than {} MiB", limits.bytes >> 20),
                    "split it: any number of files is read", 0};
    return out;
  }
  const std::string_view text = without_mark(bytes);
  if (const auto found = find_text_problem(text)) {
    out.syntax_error = at_offset(text, found->offset);
    out.syntax_error->problem = found->problem;
    out.syntax_error->way_out = found->way_out;
    return out;
  }
  if (text.find('\r') == std::string_view::npos) {
    parse(text, limits, out);
  } else {
    parse(with_plain_newlines(text), limits, out);
  }
  return out;
}

}  // namespace keytide
