#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

/// Bytes of an element that is moved whole, whatever it means.
template <std::size_t kBytes>
using Word = std::array<std::byte, kBytes>;

/// make<Word>() for the word that is as large as elements of a type: for operations that move elements
/// without looking at them.
template <class Make>
std::shared_ptr<const Operation> by_size(const Node& node, DataType type, const Make& make) {
  switch (element_bytes(type)) {
    case 1: return make.template operator()<Word<1>>();
    case 2: return make.template operator()<Word<2>>();
    case 4: return make.template operator()<Word<4>>();
    case 8: return make.template operator()<Word<8>>();
    case sizeof(std::string_view): return make.template operator()<Word<sizeof(std::string_view)>>();
    default: node.refuse("works on other types than " + std::string(to_string(type)));
  }
}

/// to[j] = from[i], in elements the size of a word.
template <class Word>
void copy_element(const std::byte* from, std::size_t i, std::byte* to, std::size_t j) noexcept {
  std::memcpy(to + j * sizeof(Word), from + i * sizeof(Word), sizeof(Word));
}

}  // namespace pelton::operators
