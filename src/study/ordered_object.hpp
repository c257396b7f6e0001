// The objects of our JSON documents: members in the order in which they were added, as nlohmann::ordered_map keeps
// them, and found by a hash table where they are many. nlohmann's own compares every key with all before it: the
// weights of 100 000 features took half a minute to read.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace holdout::study {

/// As an ObjectType of nlohmann::basic_json.
/// @tparam Key   text
/// @tparam Less  not used: members are not sorted
template <class Key, class T, class Less = std::less<Key>, class Allocator = std::allocator<std::pair<const Key, T>>>
class OrderedObject : private std::vector<std::pair<Key, T>> {
  using Items = std::vector<std::pair<Key, T>>;

 public:
  using key_type = Key;
  using mapped_type = T;
  using key_compare = std::equal_to<>;
  using typename Items::const_iterator;
  using typename Items::difference_type;
  using typename Items::iterator;
  using typename Items::size_type;
  using typename Items::value_type;

  OrderedObject() = default;
  template <class It>
  OrderedObject(It first, It last) {
    insert(first, last);
  }
  OrderedObject(std::initializer_list<value_type> items) { insert(items.begin(), items.end()); }

  using Items::begin;
  using Items::cbegin;
  using Items::cend;
  using Items::empty;
  using Items::end;
  using Items::max_size;
  using Items::size;

  void clear() {
    Items::clear();
    slots_.clear();
  }

  /// Adds a member behind the others, unless there is one with this key.
  template <class K>
  std::pair<iterator, bool> emplace(K&& key, T&& value) {
    if (const size_type at = position(key); at < size()) return {nth(at), false};
    Items::emplace_back(Key(std::forward<K>(key)), std::move(value));
    if (2 * size() > slots_.size())
      index();
    else
      note(size() - 1);
    return {std::prev(end()), true};
  }
  std::pair<iterator, bool> insert(value_type&& item) { return emplace(std::move(item.first), std::move(item.second)); }
  std::pair<iterator, bool> insert(const value_type& item) { return emplace(item.first, T(item.second)); }
  template <class It>
  void insert(It first, It last) {
    for (; first != last; ++first) emplace(first->first, T(first->second));
  }

  template <class K>
  T& operator[](K&& key) {
    return emplace(std::forward<K>(key), T{}).first->second;
  }
  template <class K>
  T& at(const K& key) {
    return const_cast<T&>(std::as_const(*this).at(key));
  }
  template <class K>
  const T& at(const K& key) const {
    if (const size_type at = position(key); at < size()) return Items::operator[](at).second;
    throw std::out_of_range("key not found");
  }
  template <class K>
  iterator find(const K& key) {
    return nth(position(key));
  }
  template <class K>
  const_iterator find(const K& key) const {
    return begin() + static_cast<difference_type>(position(key));
  }
  template <class K>
  size_type count(const K& key) const {
    return position(key) < size() ? 1 : 0;
  }

  iterator erase(iterator first, iterator last) {
    const iterator next = Items::erase(first, last);
    index();
    return next;
  }
  iterator erase(iterator item) { return erase(item, std::next(item)); }
  template <class K>
  requires std::is_convertible_v<const K&, std::string_view> size_type erase(const K& key) {
    const iterator item = find(key);
    if (item == end()) return 0;
    erase(item);
    return 1;
  }

  friend bool operator==(const OrderedObject& a, const OrderedObject& b) { return a.items() == b.items(); }
  friend bool operator<(const OrderedObject& a, const OrderedObject& b) { return a.items() < b.items(); }

 private:
  static constexpr size_type kFew = 16;  // members that are compared one after another
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  const Items& items() const { return *this; }
  iterator nth(size_type at) { return begin() + static_cast<difference_type>(at); }
  size_type home(std::string_view key) const { return std::hash<std::string_view>()(key) & (slots_.size() - 1); }

  // size() where there is none.
  size_type position(std::string_view key) const {
    if (slots_.empty()) {
      size_type at = 0;
      while (at < size() && Items::operator[](at).first != key) ++at;
      return at;
    }
    for (size_type slot = home(key);; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] == kFree) return size();
      if (Items::operator[](slots_[slot]).first == key) return slots_[slot];
    }
  }

  void note(size_type at) {
    size_type slot = home(Items::operator[](at).first);
    while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = static_cast<std::uint32_t>(at);
  }

  void index() {
    slots_.clear();
    if (size() <= kFew) return;
    size_type slots = 4 * kFew;
    while (slots < 4 * size()) slots *= 2;
    slots_.assign(slots, kFree);
    for (size_type at = 0; at < size(); ++at) note(at);
  }

  std::vector<std::uint32_t> slots_;  // positions of members, by hash and the next free place; none while they are few
};

}  // namespace holdout::study
