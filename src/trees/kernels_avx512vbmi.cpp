#include "trees/avx512_rank.hpp"
#include "trees/portable_isa.hpp"
#include "trees/vbmi_leaves.hpp"

namespace pelton::trees {
namespace {

struct Isa {
  template <class T>
  static void rank64(const SearchTable& table, const T* pool, const T* x, std::uint32_t* ranks) {
    rank64_avx512(table, pool, x, ranks);
  }
  template <class T>
  static void rank_axes(const RankAxis* axes, std::size_t count, const T* pool, const T* x, std::uint32_t* ranks) {
    rank_axes_avx512(axes, count, pool, x, ranks);
  }
  template <class T>
  [[gnu::always_inline]] static void add_leaves(const LeafBits& bits, const std::byte* table, std::size_t leaves,
                                                T* sums) {
    add_leaves_vbmi(bits, table, leaves, sums);
  }
  template <class T>
  static void read_sums(const T* sums, T* in_row_order) {
    read_sums_vbmi(sums, in_row_order);
  }
};

}  // namespace
}  // namespace pelton::trees

#include "trees/lane_text.hpp"
#include "trees/plane_text.hpp"
#include "trees/walk_text.hpp"

namespace pelton::trees {

const TreeKernels& avx512vbmi_tree_kernels() noexcept {
  static constexpr TreeKernels kTable{
      .name = "avx512vbmi", .sliced_tables = true, .planes = choose_planes, .lanes = choose_lanes, .walk = choose_walk};
  return kTable;
}

}  // namespace pelton::trees
