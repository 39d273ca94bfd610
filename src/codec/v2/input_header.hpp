#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/v2/parameters.hpp"
#include "codec/v2/tensor_table.hpp"

namespace pelton::codec::v2 {

/// What an input tensor of a request says of itself, and what it is for. Allocates only where something is wrong.
class InputHeader {
 public:
  enum Member : unsigned { kName = 1, kShape = 2, kDatatype = 4, kParameters = 8, kData = 16 };
  static constexpr std::size_t kMostDimensions = 8;

  InputHeader(std::size_t number, const TensorTable& tensors, const FeatureTable& features) noexcept
      : number_(number), tensors_(tensors), features_(features) {}

  /// The value of any member but the data; false where the JSON is malformed.
  bool read_member(std::string_view name, MemberReader& members, JsonCursor& cursor);
  /// Whether the member is new; reports it if not.
  bool once(Member member, MemberReader& members);
  bool has(Member member) const noexcept { return (seen_ & member) != 0; }
  /// Whether all is there that is needed to read the data.
  bool complete() const noexcept { return has(kName) && has(kShape) && has(kDatatype); }

  /// These report what is wrong, and are false then: whether name, shape and datatype were given and could be
  /// read; whether the features take such elements; whether the shape is theirs.
  bool check_complete(MemberReader& members) const;
  bool check_datatype(MemberReader& members) const;
  bool check_shape(MemberReader& members) const;

  /// Whether the name is an input's or a feature's.
  bool found() const noexcept { return width_ != 0; }
  void report_unknown(MemberReader& members) const;
  /// Whatever the name: it is the model's only input.
  void take_only_input() noexcept { take(tensors_.inputs().front()); }

  std::string_view name() const noexcept { return name_; }  ///< the model's; valid as long as that
  /// `input "x": `, for messages.
  std::string told() const;
  Datatype datatype() const noexcept { return datatype_; }
  std::span<const std::size_t> shape() const noexcept { return {shape_.data(), rank_}; }
  std::size_t rows() const noexcept { return shape_[0]; }
  std::size_t first() const noexcept { return first_; }
  std::size_t width() const noexcept { return width_; }
  std::optional<std::size_t> binary_size = std::nullopt;  ///< bytes behind the JSON

 private:
  bool read_name(MemberReader& members, JsonCursor& cursor);
  bool read_shape(MemberReader& members, JsonCursor& cursor);
  bool read_datatype(MemberReader& members, JsonCursor& cursor);
  bool read_parameters(MemberReader& members);
  void take(const InputTensor& input) noexcept;
  void report(MemberReader& members, std::string_view member, std::string_view detail) const;

  std::size_t number_;
  const TensorTable& tensors_;
  const FeatureTable& features_;
  unsigned seen_ = 0;
  unsigned wrong_ = 0;  ///< members that could not be read, and were reported
  std::string_view name_;
  std::array<char, 64> sent_name_;
  std::size_t sent_size_ = 0;
  Datatype datatype_ = Datatype::fp64;
  Datatype declared_ = Datatype::fp64;
  std::array<std::size_t, kMostDimensions> shape_{};
  std::size_t rank_ = 0;
  std::size_t first_ = 0;
  std::size_t width_ = 0;
  std::span<const std::size_t> row_shape_;
};

}  // namespace pelton::codec::v2
