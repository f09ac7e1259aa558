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

inline constexpr std::array<Word<DynamicBacking>, 2> dynamic_backing_words{
    {{"media", DynamicBacking::media}, {"tagged", DynamicBacking::tagged}}};

inline constexpr std::array<Word<RegionMode>, 2> region_mode_words{
    {{"ram", RegionMode::ram}, {"pmem", RegionMode::pmem}}};

inline constexpr std::array<Word<HotplugDescription::Action>, 2> hotplug_words{
    {{"plug", HotplugDescription::Action::plug}, {"unplug", HotplugDescription::Action::unplug}}};

inline constexpr std::array<Word<AddressMapKind>, 2> address_map_words{
    {{"identity", AddressMapKind::identity}, {"first_touch", AddressMapKind::first_touch}}};

inline constexpr std::array<Word<FlitMode>, 3> flit_words{
    {{"68B", FlitMode::flit_68b},
     {"256B", FlitMode::flit_256b},
     {"256B-lopt", FlitMode::flit_256b_lopt}}};

inline constexpr std::array<Word<Arbitration>, 4> arbitration_words{
    {{"fifo", Arbitration::fifo},
     {"round_robin", Arbitration::round_robin},
     {"weighted", Arbitration::weighted},
     {"priority", Arbitration::priority}}};

inline constexpr std::array<Word<MediaKind>, 2> media_kind_words{
    {{"fixed", MediaKind::fixed}, {"dram", MediaKind::dram}}};

inline constexpr std::array<Word<PagePolicy>, 2> page_words{
    {{"open", PagePolicy::open}, {"closed", PagePolicy::closed}}};

inline constexpr std::array<Word<DramScheduler>, 2> scheduler_words{
    {{"fifo", DramScheduler::fifo}, {"fr-fcfs", DramScheduler::first_ready}}};

inline constexpr std::array<Word<Injection>, 3> injection_words{
    {{"closed", Injection::closed}, {"open", Injection::open}, {"paced", Injection::paced}}};

inline constexpr std::array<Word<Arrival>, 2> arrival_words{
    {{"fixed", Arrival::fixed}, {"poisson", Arrival::poisson}}};

/// JEDEC speed bins that the timed DRAM model is to know.
inline constexpr std::array<std::string_view, 7> part_names{
    "DDR4-1866M",  "DDR4-2400R",  "DDR4-3200AA", "DDR5-4800AN",
    "DDR5-4800BN", "DDR5-5600AN", "DDR5-6400AN"};

template <class T, std::size_t n>
std::string_view name_of(const std::array<Word<T>, n>& words, T value) {
  for (const Word<T>& word : words) {
    if (word.value == value) return word.name;
  }
  return {};
}

}  // namespace cxlpool::platforms
