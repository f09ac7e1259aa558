// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

/// Little-endian bytes of command payloads. A payload structure names its fields once,
///
///   template <class Codec> void fields(Codec& codec) { codec(start); codec.reserved(4); }
///
/// and a Writer or a Reader goes through them: encode() and decode() cannot disagree.
namespace cxlpool::command {

using Bytes = std::vector<std::uint8_t>;
using Uuid = std::array<std::uint8_t, 16>;  ///< in the byte order of its text

/// Bytes that belong to somebody else.
class ByteView {
 public:
  ByteView() = default;
  ByteView(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  ByteView(const Bytes& bytes) : data_(bytes.data()), size_(bytes.size()) {}  // NOLINT: a view

  const std::uint8_t* begin() const { return data_; }
  const std::uint8_t* end() const { return data_ + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint8_t operator[](std::size_t i) const { return data_[i]; }
  /// From `offset`; empty when that lies beyond the end.
  ByteView from(std::size_t offset) const {
    return offset < size_ ? ByteView(data_ + offset, size_ - offset) : ByteView();
  }
  Bytes copy() const { return Bytes(begin(), end()); }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A 24-bit field.
struct U24 {
  std::uint32_t value = 0;
};

/// Appends fields to bytes of its own.
class Writer {
 public:
  template <typename T>
  void operator()(const T& field) {
    if constexpr (std::is_integral_v<T>) {
      integer(static_cast<std::uint64_t>(field), sizeof(T));
    } else {
      T copy = field;
      copy.fields(*this);
    }
  }
  void operator()(const U24& field) { integer(field.value, 3); }
  template <std::size_t n>
  void operator()(const std::array<std::uint8_t, n>& field) {
    bytes_.insert(bytes_.end(), field.begin(), field.end());
  }
  void reserved(std::size_t count) { bytes_.resize(bytes_.size() + count); }
  void append(ByteView more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  void integer(std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }

  Bytes bytes_;
};

/// Takes fields from a view. A field beyond the end reads 0 and makes ok() false for good.
class Reader {
 public:
  explicit Reader(ByteView from) : from_(from) {}

  template <typename T>
  void operator()(T& field) {
    if constexpr (std::is_integral_v<T>) {
      field = static_cast<T>(integer(sizeof(T)));
    } else {
      field.fields(*this);
    }
  }
  void operator()(U24& field) { field.value = static_cast<std::uint32_t>(integer(3)); }
  template <std::size_t n>
  void operator()(std::array<std::uint8_t, n>& field) {
    for (auto& byte : field) byte = static_cast<std::uint8_t>(integer(1));
  }
  void reserved(std::size_t count) { take(count); }

  bool ok() const { return ok_; }
  std::size_t remaining() const { return from_.size() - at_; }
  ByteView rest() const { return from_.from(at_); }

 private:
  bool take(std::size_t count) {
    if (!ok_ || count > remaining()) return ok_ = false;
    at_ += count;
    return true;
  }
  std::uint64_t integer(std::size_t size) {
    const std::size_t start = at_;
    if (!take(size)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{from_[start + i]} << (8 * i);
    return value;
  }

  ByteView from_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

template <typename T>
Bytes encode(const T& payload) {
  Writer writer;
  writer(payload);
  return writer.take();
}

/// The structure at the front of the bytes; nothing when they are too few.
template <typename T>
std::optional<T> decode(ByteView bytes) {
  Reader reader(bytes);
  T payload{};
  reader(payload);
  if (!reader.ok()) return std::nullopt;
  return payload;
}

template <typename T>
std::size_t wire_size() {
  return encode(T{}).size();
}

}  // namespace cxlpool::command
