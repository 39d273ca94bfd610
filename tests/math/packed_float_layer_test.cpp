#include "math/packed_float_layer.hpp"

#include <deque>

#include "core/aligned_buffer.hpp"
#include "math/samples.hpp"

#include <gtest/gtest.h>

namespace pelton::math {
namespace {

std::vector<double> floats(std::vector<double> values) {
  for (double& v : values) v = static_cast<double>(static_cast<float>(v));
  return values;
}

/// Layers of the given widths, each with the activations in turn.
struct Network {
  std::vector<std::size_t> widths;
  std::vector<std::vector<double>> weights, biases;
  std::deque<PackedFloatLayer> packed;
  std::vector<FloatLayer> layers;
  std::size_t widest = 0;

  Network(Samples& samples, std::vector<std::size_t> sizes, const std::vector<Activation>& activations)
      : widths(std::move(sizes)) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      weights.push_back(floats(samples.ordinary(widths[i] * widths[i + 1])));
      biases.push_back(floats(samples.ordinary(widths[i + 1])));
      packed.emplace_back(ConstMatrix{weights[i].data(), widths[i], widths[i + 1]}, biases[i]);
      layers.push_back(packed.back().view(activations[i % activations.size()]));
    }
    for (const std::size_t width : widths) widest = std::max(widest, whole_float_lanes(width));
  }

  std::vector<double> run(core::Isa isa, const double* x, std::size_t stride, std::size_t rows) const {
    std::vector<double> y(rows * widths.back(), -77.0);
    core::AlignedBuffer<double> scratch(network_scratch_doubles(widest, rows));
    kernels(isa).float_network({layers.data(), layers.size(), widest}, {x, stride}, rows, {y.data(), widths.back()},
                               scratch.data());
    return y;
  }

  /// One row in long double, rounded nowhere, and for each output how much its sums may be off.
  void plain(const double* row, std::vector<long double>& values, std::vector<long double>& bounds) const {
    values.assign(row, row + widths[0]);
    bounds.assign(widths[0], 0);
    for (std::size_t i = 0; i < widths[0]; ++i) bounds[i] = std::fabs(values[i]) * 0x1p-24L;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      std::vector<long double> next(widths[i + 1]), next_bounds(widths[i + 1]);
      for (std::size_t o = 0; o < widths[i + 1]; ++o) {
        long double sum = biases[i][o], sizes = std::fabs(sum), off = 0;
        for (std::size_t k = 0; k < widths[i]; ++k) {
          const long double w = weights[i][k * widths[i + 1] + o];
          sum += values[k] * w;
          sizes += std::fabs(values[k] * w);
          off += bounds[k] * std::fabs(w);
        }
        off += 0x1p-24L * sizes * static_cast<long double>(widths[i] / 2 + 3);
        const UnaryOp op = layers[i].activation.op;  // both have slopes of at most one
        next[o] = op == UnaryOp::relu ? std::max(sum, 0.0L) : op == UnaryOp::tanh ? std::tanh(sum) : sum;
        next_bounds[o] = off + 0x1p-24L;
      }
      values = next;
      bounds = next_bounds;
    }
  }
};

const std::vector<std::vector<std::size_t>> kShapes{{32, 64, 64, 1}, {1, 1, 1},   {5, 17, 3},        {16, 16, 16, 16},
                                                    {40, 130, 7, 2}, {3, 100, 4}, {70, 33, 65, 200}, {15, 31, 4, 9}};

TEST(PackedFloatLayer, ANetworkIsAsNearToTheExactOneAsFloatsAllow) {
  Samples samples(41);
  for (const auto& shape : kShapes) {
    for (const UnaryOp op : {UnaryOp::relu, UnaryOp::tanh, UnaryOp::identity}) {
      const Network network(samples, shape, {Activation{op}});
      const std::vector<double> x = samples.ordinary(7 * shape[0]);
      for (const core::Isa isa : available_isas()) {
        const std::vector<double> y = network.run(isa, x.data(), shape[0], 7);
        for (std::size_t r = 0; r < 7; ++r) {
          std::vector<long double> wanted, bounds;
          network.plain(&x[r * shape[0]], wanted, bounds);
          for (std::size_t o = 0; o < shape.back(); ++o) {
            ASSERT_LE(std::fabs(y[r * shape.back() + o] - wanted[o]), bounds[o]) << shape[0] << " " << shape[1];
          }
        }
      }
    }
  }
}

TEST(PackedFloatLayer, ANetworkHasTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(42);
  for (const auto& shape : kShapes) {
    for (const auto& activations : {std::vector<Activation>{{UnaryOp::relu}},
                                    {{UnaryOp::tanh}},
                                    {{UnaryOp::leaky_relu, 0.1}, {UnaryOp::exp}, {UnaryOp::sigmoid}}}) {
      const Network network(samples, shape, activations);
      const std::size_t stride = shape[0] + 1, width = shape.back();
      std::vector<double> x = samples.ordinary(120 * stride);
      // Rows that are not numbers, or no floats, must not disturb their neighbours.
      for (const std::size_t r : {3, 20, 41}) x[r * stride] = samples.any();
      x[20 * stride] = std::nan("");
      x[25 * stride] = 1e300;
      x[26 * stride] = -INFINITY;
      const std::vector<double> wanted = network.run(core::Isa::scalar, x.data(), stride, 120);
      for (const core::Isa isa : available_isas()) {
        for (std::size_t rows = 1; rows <= 120; rows += 1 + rows / 12) {
          const std::size_t first = (120 - rows) / 3;
          const std::vector<double> y = network.run(isa, &x[first * stride], stride, rows);
          const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(first * width);
          ASSERT_EQ(bits(y), bits({begin, begin + static_cast<std::ptrdiff_t>(rows * width)}))
              << shape[0] << "-" << shape[1] << ", " << rows << " rows on " << core::to_string(isa);
        }
      }
    }
  }
}

TEST(PackedFloatLayer, AThousandRowsHaveTheBitsOfEachAlone) {
  Samples samples(43);
  const Network network(samples, {30, 50, 20, 3}, {Activation{UnaryOp::relu}});
  const std::vector<double> x = samples.ordinary(1000 * 30);
  for (const core::Isa isa : available_isas()) {
    const std::vector<double> together = network.run(isa, x.data(), 30, 1000);
    for (std::size_t r = 0; r < 1000; ++r) {
      const auto row = together.begin() + static_cast<std::ptrdiff_t>(r * 3);
      ASSERT_EQ(bits(network.run(isa, &x[r * 30], 30, 1)), bits({row, row + 3})) << core::to_string(isa);
    }
  }
}

}  // namespace
}  // namespace pelton::math
