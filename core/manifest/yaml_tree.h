// YamlTree: a YAML file as flat, compact data: one vector of nodes in the order of the file, and
// one text that holds all scalars. It is what a decoded manifest is kept as, in memory and in the
// cache, so it owns no pointers. Scalars are plain text here: what they mean is the reader's
// business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keytide {

struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  std::uint32_t text = 0;    // scalar: where its text begins
  std::uint32_t size = 0;    // scalar: bytes of it
  std::uint32_t end = 0;     // the index after the last node below this one
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in bytes
  Kind kind = Kind::null;
  std::uint8_t quoted = 0;   // scalar: 1, when not written plainly: it is text and never a number
  std::uint16_t unused = 0;  // no gap whose bytes would be unknown: nodes are stored as they are

  friend bool operator==(const YamlNode&, const YamlNode&) = default;
};

struct YamlTree {
  std::vector<YamlNode> nodes;  // parents before children; a map's are key, value, key, value …
  std::string text;
  std::vector<std::uint32_t> roots;  // one for each document

  friend bool operator==(const YamlTree&, const YamlTree&) = default;
};

// One node, as a view: as cheap as a pointer, valid as long as its tree.
class YamlValue {
 public:
  using Kind = YamlNode::Kind;

  YamlValue(const YamlTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

  Kind kind() const { return node().kind; }
  bool is_map() const { return kind() == Kind::map; }
  bool is_list() const { return kind() == Kind::list; }
  bool is_scalar() const { return kind() == Kind::scalar; }
  bool is_null() const { return kind() == Kind::null; }
  // Of a scalar; empty for all else.
  std::string_view text() const {
    return std::string_view(tree_->text).substr(node().text, node().size);
  }
  bool quoted() const { return node().quoted != 0; }
  int line() const { return static_cast<int>(node().line); }
  int column() const { return static_cast<int>(node().column); }

  // Whether `other` is this node, or lies below it.
  bool contains(YamlValue other) const {
    return tree_ == other.tree_ && other.index_ >= index_ && other.index_ < node().end;
  }
  // The value under that key of a map; absent where there is none, or no map.
  std::optional<YamlValue> find(std::string_view key) const;

  // for (const auto& [key, value] : node.pairs())
  class Pairs;
  Pairs pairs() const;
  // for (const YamlValue item : node.items())
  class Items;
  Items items() const;

 private:
  const YamlNode& node() const { return tree_->nodes[index_]; }
  YamlValue after() const { return {*tree_, node().end}; }

  const YamlTree* tree_;
  std::uint32_t index_;
};

class YamlValue::Pairs {
 public:
  class Iterator {
   public:
    explicit Iterator(YamlValue key) : key_(key) {}
    std::pair<YamlValue, YamlValue> operator*() const { return {key_, key_.after()}; }
    Iterator& operator++() {
      key_ = key_.after().after();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return key_.index_ != other.key_.index_; }

   private:
    YamlValue key_;
  };
  explicit Pairs(YamlValue map) : map_(map) {}
  Iterator begin() const {
    return Iterator(map_.is_map() ? YamlValue(*map_.tree_, map_.index_ + 1) : map_.after());
  }
  Iterator end() const { return Iterator(map_.after()); }

 private:
  YamlValue map_;
};

class YamlValue::Items {
 public:
  class Iterator {
   public:
    explicit Iterator(YamlValue item) : item_(item) {}
    YamlValue operator*() const { return item_; }
    Iterator& operator++() {
      item_ = item_.after();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return item_.index_ != other.item_.index_; }

   private:
    YamlValue item_;
  };
  explicit Items(YamlValue list) : list_(list) {}
  Iterator begin() const {
    return Iterator(list_.is_list() ? YamlValue(*list_.tree_, list_.index_ + 1) : list_.after());
  }
  Iterator end() const { return Iterator(list_.after()); }

 private:
  YamlValue list_;
};

inline YamlValue::Pairs YamlValue::pairs() const { return Pairs(*this); }
inline YamlValue::Items YamlValue::items() const { return Items(*this); }

inline std::optional<YamlValue> YamlValue::find(std::string_view key) const {
  for (const auto& [name, value] : pairs()) {
    if (name.text() == key) return value;
  }
  return std::nullopt;
}

}  // namespace keytide
