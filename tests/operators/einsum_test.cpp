#include <gtest/gtest.h>

#include <map>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::BFloat16;
using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

NodeCase equation(std::string text) { return {.attributes = {{"equation", std::move(text)}}}; }

template <class T>
void expect_einsum(const std::string& text, const Inputs& inputs, const Shape& shape, const std::vector<T>& values) {
  const Tensor y = run_node("Einsum", equation(text), inputs);
  EXPECT_EQ(y.shape(), shape) << text;
  EXPECT_EQ(list<T>(y), values) << text;
}

TEST(Einsum, OfOneOperand) {
  const Tensor m = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor s = make_tensor<float>({2, 2}, {1, 2, 3, 4});
  expect_einsum<float>("ij->ji", {&m}, {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_einsum<float>("ij->i", {&m}, {2}, {6, 15});
  expect_einsum<float>("ij->j", {&m}, {3}, {5, 7, 9});
  expect_einsum<float>("ij->", {&m}, {}, {21});
  expect_einsum<float>("ij", {&m}, {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_einsum<float>("ba", {&m}, {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_einsum<float>("ii->i", {&s}, {2}, {1, 4});
  expect_einsum<float>("ii->", {&s}, {}, {5});
  expect_einsum<float>("ii", {&s}, {}, {5});
  expect_einsum<float>(" i j -> i ", {&m}, {2}, {6, 15});
  const Tensor scalar = Tensor::scalar(7.0F);
  expect_einsum<float>("->", {&scalar}, {}, {7});
}

TEST(Einsum, TellsUpperFromLowerCase) {
  const Tensor m = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  expect_einsum<float>("aA->aA", {&m}, {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_einsum<float>("aA", {&m}, {3, 2}, {1, 4, 2, 5, 3, 6});
}

TEST(Einsum, OfTwoOperands) {
  const Tensor a = make_tensor<double>({2, 2}, {1, 2, 3, 4});
  const Tensor b = make_tensor<double>({2, 2}, {5, 6, 7, 8});
  const Tensor v = make_tensor<double>({2}, {1, 10});
  expect_einsum<double>("ij,jk->ik", {&a, &b}, {2, 2}, {19, 22, 43, 50});
  expect_einsum<double>("ij,jk", {&a, &b}, {2, 2}, {19, 22, 43, 50});
  expect_einsum<double>("ij,kj->ki", {&a, &b}, {2, 2}, {17, 39, 23, 53});
  expect_einsum<double>("ij,ij->j", {&a, &b}, {2}, {26, 44});
  expect_einsum<double>("ij,ij->", {&a, &b}, {}, {70});
  expect_einsum<double>("i,i", {&v, &v}, {}, {101});
  expect_einsum<double>("i,j->ij", {&v, &v}, {2, 2}, {1, 10, 10, 100});
  expect_einsum<double>("ij,j->i", {&a, &v}, {2}, {21, 43});
  expect_einsum<double>("j,ij->i", {&v, &a}, {2}, {21, 43});
  expect_einsum<double>("ij,kl->", {&a, &b}, {}, {260});
  const Tensor scalar = Tensor::scalar(2.0);
  expect_einsum<double>(",ij->ij", {&scalar, &a}, {2, 2}, {2, 4, 6, 8});
}

TEST(Einsum, SpreadsEllipses) {
  const Tensor stack = make_tensor<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor m = make_tensor<float>({2, 2}, {1, 0, 0, 2});
  expect_einsum<float>("...ii->...i", {&stack}, {2, 2}, {1, 4, 5, 8});
  expect_einsum<float>("...ij,...jk->...ik", {&stack, &stack}, {2, 2, 2}, {7, 10, 15, 22, 67, 78, 91, 106});
  expect_einsum<float>("...ij,jk", {&stack, &m}, {2, 2, 2}, {1, 4, 3, 8, 5, 12, 7, 16});
  expect_einsum<float>("...ij,...jk->...ik", {&stack, &m}, {2, 2, 2}, {1, 4, 3, 8, 5, 12, 7, 16});
  expect_einsum<float>("i...->...i", {&stack}, {2, 2, 2}, {1, 5, 2, 6, 3, 7, 4, 8});
  expect_einsum<float>("i...j->i...", {&stack}, {2, 2}, {3, 7, 11, 15});
  expect_einsum<float>("...ij", {&stack}, {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_einsum<float>("...", {&m}, {2, 2}, {1, 0, 0, 2});
  // An ellipsis that stands for no dimension may be left out of the output.
  expect_einsum<float>("...ij->ji", {&m}, {2, 2}, {1, 0, 0, 2});
  EXPECT_THROW(run_node("Einsum", equation("...ij->ji"), {&stack}), Failure);
}

TEST(Einsum, OfManyOperands) {
  const Tensor a = make_tensor<std::int64_t>({2}, {1, 2});
  const Tensor b = make_tensor<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor c = make_tensor<std::int64_t>({3}, {1, 0, -1});
  expect_einsum<std::int64_t>("i,ij,j->", {&a, &b, &c}, {}, {-6});
  expect_einsum<std::int64_t>("i,ij,j->ji", {&a, &b, &c}, {3, 2}, {1, 8, 0, 0, -3, -12});
}

TEST(Einsum, IntegersWrapAround) {
  const Tensor a = make_tensor<std::int8_t>({2}, {100, 27});
  expect_einsum<std::int8_t>("i->", {&a}, {}, {127});
  expect_einsum<std::int8_t>("i,i->", {&a, &a}, {}, {static_cast<std::int8_t>(100 * 100 + 27 * 27)});
  const Tensor u = make_tensor<std::uint64_t>({1}, {~std::uint64_t{0}});
  expect_einsum<std::uint64_t>("i,i->i", {&u, &u}, {1}, {1});
}

TEST(Einsum, OfNothing) {
  const Tensor a = make_tensor<float>({2, 0}, {});
  const Tensor b = make_tensor<float>({0, 3}, {});
  expect_einsum<float>("ij->i", {&a}, {2}, {0, 0});
  expect_einsum<float>("ij,jk->ik", {&a, &b}, {2, 3}, std::vector<float>(6, 0));
  expect_einsum<float>("ij,jk->ijk", {&a, &b}, {2, 0, 3}, {});
}

TEST(Einsum, RefusesWhatMakesNoSense) {
  const Tensor m = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const char* text : {"ij->ik", "ij->ii", "ij,jk->ik", "i1->i", "....ij->ij", "...i...->i", "ij->j,i", "i.j->i",
                           "ij->i->j", "i-j->"}) {
    EXPECT_THROW(run_node("Einsum", equation(text), {&m}), Refusal) << text;
  }
  EXPECT_THROW(run_node("Einsum", {}, {&m}), Refusal);
  EXPECT_THROW(run_node("Einsum", equation("ij->ij"), {}), Refusal);
  const Tensor d = make_tensor<double>({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THROW(run_node("Einsum", equation("ij,ij->"), {&m, &d}), Refusal);
  EXPECT_THROW(run_node("Einsum", equation("ij,ij->"), Inputs(70, &m)), Refusal);
  EXPECT_THROW(run_node("Einsum", equation("ijk->"), {&m}), Failure);
  EXPECT_THROW(run_node("Einsum", equation("i->"), {&m}), Failure);
  EXPECT_THROW(run_node("Einsum", equation("ij,ji->"), {&m, &m}), Failure);
  EXPECT_THROW(run_node("Einsum", equation("ii->"), {&m}), Failure);
}

TEST(Einsum, RefusesMoreThanATensorHolds) {
  RandomTensors random(1);
  const Tensor v = random.of<float>({20000});
  EXPECT_THROW(run_node("Einsum", equation("i,j->ij"), {&v, &v}), Failure);
  EXPECT_THROW(run_node("Einsum", equation("i,j,k->kji"), {&v, &v, &v}), Failure);
}

/// Evaluates an equation of letters by going through all indices at once.
std::vector<long double> plain_einsum(const std::vector<std::string>& terms, const std::string& output,
                                      const std::vector<Tensor>& operands, std::map<char, std::int64_t> dims,
                                      std::vector<long double>& sizes) {
  std::string labels = output;
  for (const auto& [label, dim] : dims) {
    if (labels.find(label) == std::string::npos) labels += label;
  }
  std::int64_t all = 1, kept = 1;
  for (const char label : labels) all *= dims[label];
  for (const char label : output) kept *= dims[label];
  std::vector<long double> sums(static_cast<std::size_t>(kept));
  sizes.assign(sums.size(), 0);
  std::vector<std::vector<long double>> numbers;
  for (const Tensor& operand : operands) numbers.push_back(exact<double>(operand));
  for (std::int64_t i = 0; i < all; ++i) {
    std::map<char, std::int64_t> at;
    std::int64_t rest = i;
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
      at[*label] = rest % dims[*label];
      rest /= dims[*label];
    }
    long double product = 1;
    for (std::size_t o = 0; o < operands.size(); ++o) {
      std::int64_t offset = 0;
      for (std::size_t d = 0; d < terms[o].size(); ++d) {
        const std::int64_t dim = operands[o].shape()[d];
        offset = offset * dim + (dim == 1 ? 0 : at[terms[o][d]]);
      }
      product *= numbers[o][static_cast<std::size_t>(offset)];
    }
    sums[static_cast<std::size_t>(i / (all / kept))] += product;
    sizes[static_cast<std::size_t>(i / (all / kept))] += std::fabs(product);
  }
  return sums;
}

struct RandomEquation {
  std::vector<std::string> terms;
  std::string output;
  std::map<char, std::int64_t> dims;
  std::vector<Tensor> operands;

  explicit RandomEquation(RandomTensors& random) {
    const std::string letters = "aBcdE";
    std::map<char, std::int64_t> sizes;
    for (const char letter : letters) sizes[letter] = random.between(1, 5);
    for (std::size_t o = 0, count = 1 + random.below(4); o < count; ++o) {
      std::string& term = terms.emplace_back();
      std::vector<std::int64_t> shape;
      for (std::size_t d = 0, rank = random.below(5); d < rank; ++d) {
        term += letters[random.below(letters.size())];
        shape.push_back(random.below(8) == 0 ? 1 : sizes[term.back()]);
        dims.emplace(term.back(), 1);
        dims[term.back()] = std::max(dims[term.back()], shape.back());
      }
      operands.push_back(random.of<double>(Shape(shape)));
    }
    for (const char letter : letters) {
      if (dims.contains(letter) && random.below(2) == 0) output.insert(random.below(output.size() + 1), 1, letter);
    }
  }
  std::string text() const {
    std::string text;
    for (const std::string& term : terms) text += (text.empty() && &term == &terms[0] ? "" : ",") + term;
    return text + "->" + output;
  }
  std::vector<RowsInput> inputs() const {
    std::vector<RowsInput> list;
    for (const Tensor& operand : operands) list.push_back({&operand});
    return list;
  }
};

TEST(Einsum, IsAsNearToAPlainEvaluationAsItsTypeAllows) {
  RandomTensors random(61);
  for (int trial = 0; trial < 600; ++trial) {
    const RandomEquation e(random);
    Inputs inputs;
    for (const Tensor& operand : e.operands) inputs.push_back(&operand);
    const Tensor y = run_node("Einsum", equation(e.text()), inputs);
    ASSERT_EQ(y.rank(), e.output.size());
    for (std::size_t d = 0; d < y.rank(); ++d) ASSERT_EQ(y.shape()[d], e.dims.at(e.output[d])) << e.text();
    std::vector<long double> sizes;
    const std::vector<long double> expected = plain_einsum(e.terms, e.output, e.operands, e.dims, sizes);
    const std::vector<long double> values = exact<double>(y);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_LE(std::fabs(values[i] - expected[i]), sizes[i] * 0x1p-47L) << e.text();
    }
  }
}

TEST(Einsum, OfHalfFloatsIsSummedInDoubles) {
  const Tensor a = make_tensor<Float16>({2}, {Float16(2048.0F), Float16(1.0F)});
  const Tensor b = make_tensor<Float16>({2}, {Float16(1.0F), Float16(3.0F)});
  EXPECT_EQ(static_cast<float>(list<Float16>(run_node("Einsum", equation("i,i->"), {&a, &b}))[0]), 2052.0F);
  const Tensor c = make_tensor<BFloat16>({2}, {BFloat16(2.0F), BFloat16(1.0F)});
  EXPECT_EQ(static_cast<float>(list<BFloat16>(run_node("Einsum", equation("i->"), {&c}))[0]), 3.0F);
}

TEST(Einsum, KeepsRowsApart) {
  RandomTensors random(62);
  const Tensor rows = random.of<double>({9, 6}), w = random.of<double>({6, 4}), turned = random.of<double>({6, 9});
  const RowAxis first = RowAxis::at(0), second = RowAxis::at(1);
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("ij,jk->ik"), {{&rows, first}, {&w}}));
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("ij,jk->ki"), {{&rows, first}, {&w}}));
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("jk,ij->ik"), {{&w}, {&rows, first}}));
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("ij,ij->j"), {{&turned, second}, {&turned, second}}));
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("ij->i"), {{&rows, first}}));
  EXPECT_TRUE(expect_rows_apart("Einsum", equation("...j,jk->...k"), {{&rows, first}, {&w}}));
  EXPECT_FALSE(expect_rows_apart("Einsum", equation("ij->j"), {{&rows, first}}));
  EXPECT_FALSE(expect_rows_apart("Einsum", equation("ij,ik->jk"), {{&rows, first}, {&rows, first}}));
  EXPECT_FALSE(expect_rows_apart("Einsum", equation("ij,kj->ik"), {{&rows, first}, {&rows, first}}));
  EXPECT_FALSE(expect_rows_apart("Einsum", equation("ij,ij->i"), {{&rows, first}, {&rows}}));
}

TEST(Einsum, KeepsRowsApartWhereItSaysSo) {
  RandomTensors random(63);
  int apart = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const RandomEquation e(random);
    std::vector<RowsInput> inputs = e.inputs();
    // The rows are some label of some operands.
    const char label = "aBcdE"[random.below(5)];
    bool any = false;
    for (std::size_t o = 0; o < inputs.size(); ++o) {
      const std::size_t d = e.terms[o].find(label);
      if (d == std::string::npos || e.operands[o].shape()[d] != e.dims.at(label) || random.below(4) == 0) continue;
      inputs[o].rows = RowAxis::at(d);
      any = true;
    }
    if (any && e.dims.at(label) > 1) apart += expect_rows_apart("Einsum", equation(e.text()), inputs) ? 1 : 0;
  }
  EXPECT_GT(apart, 20);
}

}  // namespace
}  // namespace pelton::operators
