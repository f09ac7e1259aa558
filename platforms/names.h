// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "platforms/description.h"

/// The words of a platform file and what they stand for, both ways.
namespace cxlpool::platforms {

template <class T>
struct Word {
  std::string_view name;
  T value;
};

inline constexpr std::array<Word<address::Arithmetic>, 2> arithmetic_words{
    {{"modulo", address::Arithmetic::modulo}, {"xor", address::Arithmetic::exclusive_or}}};

inline constexpr std::array<Word<std::uint16_t>, 6> restriction_words{
    {{"device_coherent", address::restrict_device_coherent},
     {"host_coherent", address::restrict_host_coherent},
     {"volatile", address::restrict_volatile},
     {"persistent", address::restrict_persistent},
     {"fixed", address::restrict_fixed},
     {"back_invalidate", address::restrict_back_invalidate}}};

/// The first word of a value is the one that is written.
inline constexpr std::array<Word<Passthrough>, 5> passthrough_words{
    {{"auto", Passthrough::automatic},
     {"on", Passthrough::on},
     {"off", Passthrough::off},
     {"true", Passthrough::on},
     {"false", Passthrough::off}}};

/// A word now so that files stay valid when other kinds come.
enum class DeviceKind : std::uint8_t { single_logical_device };
inline constexpr std::array<Word<DeviceKind>, 1> device_kind_words{
    {{"sld", DeviceKind::single_logical_device}}};

inline constexpr std::array<Word<RegionMode>, 2> region_mode_words{
    {{"ram", RegionMode::ram}, {"pmem", RegionMode::pmem}}};

inline constexpr std::array<Word<HotplugDescription::Action>, 2> hotplug_words{
    {{"plug", HotplugDescription::Action::plug}, {"unplug", HotplugDescription::Action::unplug}}};

inline constexpr std::array<Word<AddressMapKind>, 2> address_map_words{
    {{"identity", AddressMapKind::identity}, {"first_touch", AddressMapKind::first_touch}}};

template <class T, std::size_t n>
std::string_view name_of(const std::array<Word<T>, n>& words, T value) {
  for (const Word<T>& word : words) {
    if (word.value == value) return word.name;
  }
  return {};
}

}  // namespace cxlpool::platforms
