#include "trees/portable_isa.hpp"

namespace pelton::trees {
namespace {
using Isa = PortableIsa;
}
}  // namespace pelton::trees

#include "trees/plane_text.hpp"
#include "trees/walk_text.hpp"

namespace pelton::trees {

const TreeKernels& scalar_tree_kernels() noexcept {
  static constexpr TreeKernels kTable{
      .name = "scalar", .sliced_tables = false, .planes = choose_planes, .lanes = nullptr, .walk = choose_walk};
  return kTable;
}

}  // namespace pelton::trees
