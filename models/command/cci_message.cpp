// SPDX-License-Identifier: Apache-2.0
#include "models/command/cci_message.h"

namespace cxlpool::command {

namespace {

struct Header {
  static constexpr std::uint32_t background = 1u << 23;

  std::uint8_t category = 0;
  std::uint8_t tag = 0;
  std::uint16_t opcode = 0;
  U24 length;
  std::uint16_t return_code = 0;
  std::uint16_t vendor_status = 0;

  template <class Codec>
  void fields(Codec& codec) {
    codec(category), codec(tag), codec.reserved(1), codec(opcode), codec(length);
    codec(return_code), codec(vendor_status);
  }
};

}  // namespace

Bytes CciMessage::encode() const {
  Header header;
  header.category = category & 0x0F;
  header.tag = tag;
  header.opcode = opcode;
  header.length.value =
      (payload_length & max_payload_bytes) | (background ? Header::background : 0);
  header.return_code = static_cast<std::uint16_t>(return_code);
  header.vendor_status = vendor_status;
  Writer writer;
  writer(header);
  writer.append(payload);
  return writer.take();
}

std::optional<CciMessage> CciMessage::decode(ByteView bytes) {
  const auto header = command::decode<Header>(bytes);
  if (!header) return std::nullopt;
  CciMessage message;
  message.category = header->category & 0x0F;
  message.tag = header->tag;
  message.opcode = header->opcode;
  message.payload_length = header->length.value & max_payload_bytes;
  message.background = (header->length.value & Header::background) != 0;
  message.return_code = static_cast<ReturnCode>(header->return_code);
  message.vendor_status = header->vendor_status;
  message.payload = bytes.from(header_bytes).copy();
  return message;
}

}  // namespace cxlpool::command
