#include "trees/avx512_rank.hpp"
#include "trees/portable_isa.hpp"

namespace pelton::trees {
namespace {

struct Isa : PortableIsa {
  template <class T>
  static void rank64(const SearchTable& table, const T* pool, const T* x, std::uint32_t* ranks) {
    rank64_avx512(table, pool, x, ranks);
  }
};

}  // namespace
}  // namespace pelton::trees

#include "trees/plane_text.hpp"

namespace pelton::trees {

const TreeKernels& avx512_tree_kernels() noexcept {
  static constexpr TreeKernels kTable{.name = "avx512", .sliced_tables = false, .planes = choose_planes, .lanes = nullptr};
  return kTable;
}

}  // namespace pelton::trees
