// SPDX-License-Identifier: Apache-2.0
#include "traffic/traces/binary_writer.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <zstd.h>

#include "traffic/traces/error.h"

namespace cxlpool::traffic {

using namespace binary_format;

namespace {

constexpr std::size_t flush_bytes = 64 * 1024;
constexpr int compression_level = 3;

void check(const TraceRecord& record, TraceKind kind) {
  if (record.size > max_request_bytes || !fits_address_space(record.address, record.size)) {
    throw std::logic_error("trace record with a size or address out of range");
  }
  const bool request = is_request(kind);
  const bool timed = record.completion && record.completion->times;
  if (request != record.completion.has_value() || (request && !record.host) ||
      timed != (kind == TraceKind::timed_request)) {
    throw std::logic_error("trace record does not fit the kind of its trace");
  }
  if (timed && record.completion->times->answered_ps < record.completion->times->issued_ps) {
    throw std::logic_error("trace record that was answered before it was issued");
  }
}

}  // namespace

void TraceWriter::FreeContext::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

TraceWriter::TraceWriter(const std::string& path, TraceKind kind)
    : path_(path), kind_(kind), file_(std::fopen(path.c_str(), "wb")) {
  if (!file_) {
    throw TraceError(path, "cannot be created: " + std::generic_category().message(errno), "");
  }
  context_.reset(ZSTD_createCCtx());
  if (!context_) throw TraceError(path, "no memory to compress", "");
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, compression_level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  plain_.reserve(flush_bytes + 128);
  packed_.resize(ZSTD_CStreamOutSize());
  plain_.assign(magic.begin(), magic.end());
  put(version);
  put(static_cast<std::uint8_t>(kind));
}

TraceWriter::~TraceWriter() = default;

void TraceWriter::write(const TraceRecord& record) {
  check(record, kind_);
  const bool new_size = record.size != state_.size;
  const bool new_host = record.host && *record.host != state_.host;
  unsigned tag = 0;
  if (record.op == Op::write) tag |= tag_write;
  if (record.enables == ByteEnables::alternate) tag |= tag_alternate;
  if (new_size) tag |= tag_size;
  if (record.host) tag |= tag_has_host;
  if (new_host) tag |= tag_host;
  put(static_cast<std::uint8_t>(tag));
  if (new_size) put_varint(record.size);
  if (new_host) put_varint(*record.host);
  put_varint(zigzag(record.address - state_.address));
  if (record.completion) {
    const std::optional<DevicePlace>& place = record.completion->place;
    const bool new_device = place && place->device != state_.device;
    unsigned outcome = static_cast<unsigned>(record.completion->status);
    if (place) outcome |= outcome_has_place;
    if (new_device) outcome |= outcome_device;
    put(static_cast<std::uint8_t>(outcome));
    if (new_device) put_varint(place->device);
    if (place) put_varint(zigzag(place->dpa - state_.dpa));
    if (const std::optional<Times>& times = record.completion->times) {
      put_varint(zigzag(times->issued_ps - state_.issued_ps));
      put_varint(times->answered_ps - times->issued_ps);
    }
  }
  state_.update(record);
  ++records_;
  if (plain_.size() >= flush_bytes) flush(false);
}

void TraceWriter::finish() {
  if (!file_) return;
  put(end_marker);
  put_varint(records_);
  flush(true);
  if (std::fclose(file_.release()) != 0) {
    throw TraceError(path_, "cannot be written: " + std::generic_category().message(errno), "");
  }
}

void TraceWriter::put_varint(std::uint64_t value) {
  while (value >= 0x80) {
    put(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  put(static_cast<std::uint8_t>(value));
}

void TraceWriter::flush(bool last) {
  ZSTD_inBuffer in{plain_.data(), plain_.size(), 0};
  const ZSTD_EndDirective directive = last ? ZSTD_e_end : ZSTD_e_continue;
  for (std::size_t left = 1; left != 0;) {
    ZSTD_outBuffer out{packed_.data(), packed_.size(), 0};
    left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
    if (ZSTD_isError(left) != 0) {
      throw TraceError(path_, std::string("cannot be compressed: ") + ZSTD_getErrorName(left), "");
    }
    if (std::fwrite(packed_.data(), 1, out.pos, file_.get()) != out.pos) {
      throw TraceError(path_, "cannot be written: " + std::generic_category().message(errno), "");
    }
    if (!last) left = in.size - in.pos;
  }
  plain_.clear();
}

}  // namespace cxlpool::traffic
