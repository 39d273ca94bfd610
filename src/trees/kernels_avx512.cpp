#include "trees/avx512_rank.hpp"
#include "trees/portable_isa.hpp"

namespace pelton::trees {
namespace {

struct Isa : PortableIsa {
  template <class T>
  static void rank64(const SearchTable& table, const T* pool, const T* x, std::uint32_t* ranks) {
    rank64_avx512(table, pool, x, ranks);
  }
  template <class T>
  static void rank_axes(const RankAxis* axes, std::size_t count, const T* pool, const T* x, std::uint32_t* ranks) {
    rank_axes_avx512(axes, count, pool, x, ranks);
  }
};

}  // namespace
}  // namespace pelton::trees

#include "trees/plane_text.hpp"
#include "trees/walk_text.hpp"

namespace pelton::trees {

const TreeKernels& avx512_tree_kernels() noexcept {
  static constexpr TreeKernels kTable{
      .name = "avx512", .sliced_tables = false, .planes = choose_planes, .lanes = nullptr, .walk = choose_walk};
  return kTable;
}

}  // namespace pelton::trees
