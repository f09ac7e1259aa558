// SPDX-License-Identifier: Apache-2.0
#include "models/command/fm_owned_ld.h"

#include <algorithm>

namespace cxlpool::command {

FmOwnedLd::FmOwnedLd(const Config& config, const Clock& clock, Timestamp& timestamp,
                     capacity::DynamicCapacity* pool)
    : cci_(clock, config.max_payload_bytes), ld0_(clock, config.max_payload_bytes) {
  ld0_.add_identify(config.identity);
  ld0_.add_logs();
  cci_.add_identify(config.identity);
  cci_.add_response_limit();
  cci_.add_timestamp(timestamp, false);
  cci_.add_logs();
  if (!config.tunnel) return;
  add_tunnel(cci_, [this](TunnelTarget type, std::uint8_t id) {
    return type == TunnelTarget::port_or_ld && id == 0 ? &ld0_ : nullptr;
  });
  if (pool) add_capacity_management(cci_, *pool);
}

LdPool::LdPool(const Config& config, const Clock& clock, capacity::DynamicCapacity* pool)
    : config_(config), cci_(clock, config.max_payload_bytes) {
  cci_.add_identify(config.identity);
  cci_.add_logs();
  add_tunnel(cci_, [this](TunnelTarget type, std::uint8_t id) {
    return type == TunnelTarget::port_or_ld && id < lds_.size() ? lds_[id] : nullptr;
  });
  cci_.add(Opcode::get_multi_headed_info,
           [this](const Request& request) { return multi_headed_info(request); });
  cci_.add(Opcode::get_head_info, [this](const Request& request) { return head_info(request); });
  if (pool) add_capacity_management(cci_, *pool);
}

Reply LdPool::multi_headed_info(const Request& request) const {
  const auto wanted = *decode<GetMultiHeadedInfo>(request.payload);
  const auto& map = config_.head_of_ld;
  if (wanted.start_ld >= map.size()) return ReturnCode::invalid_input;
  const std::size_t count = std::min({std::size_t{wanted.limit}, map.size() - wanted.start_ld,
                                      request.fitting(1, wire_size<MultiHeadedInfoHeader>())});
  MultiHeadedInfoHeader header;
  header.lds = static_cast<std::uint8_t>(map.size());
  header.heads = static_cast<std::uint8_t>(config_.heads.size());
  header.start_ld = wanted.start_ld;
  header.returned = static_cast<std::uint8_t>(count);
  Writer writer;
  writer(header);
  for (std::size_t i = 0; i < count; ++i) writer(map[wanted.start_ld + i]);
  return writer.take();
}

Reply LdPool::head_info(const Request& request) const {
  const auto wanted = *decode<GetHeadInfo>(request.payload);
  if (std::size_t{wanted.start_head} + wanted.count > config_.heads.size()) {
    return ReturnCode::invalid_input;
  }
  const std::size_t most = request.fitting(wire_size<HeadInfo>(), wire_size<HeadInfoHeader>());
  const std::size_t count = std::min(most, std::size_t{wanted.count});
  Writer writer;
  writer(HeadInfoHeader{static_cast<std::uint8_t>(count)});
  for (std::size_t i = 0; i < count; ++i) writer(config_.heads[wanted.start_head + i]);
  return writer.take();
}

}  // namespace cxlpool::command
