// SPDX-License-Identifier: Apache-2.0
// A processor model that knows nothing of CXL, on a core of a host of ours:
//   foreign_initiator platforms/catalog/two-hosts.yaml
#include <cstdint>
#include <iostream>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include "platforms/programming.h"
#include "platforms/reader.h"

struct Processor : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Processor> socket{"socket"};
  explicit Processor(sc_core::sc_module_name name) : sc_module(name) {}
};

int sc_main(int argc, char** argv) {
  using namespace cxlpool::platforms;
  Platform::Options options;
  options.extra_cores = {1};  // host 0 gets a core for us beside its own
  Platform platform(read_platform(argc > 1 ? argv[1] : "platform.yaml"), options);
  Processor processor("processor");
  processor.socket.bind(platform.host(0).core[1]);
  platform.start();
  enable_all(platform);
  const Programming programming = program(platform);  // decoders and regions, by MMIO

  std::uint64_t written = 0x0123456789ABCDEF, read = 0;
  sc_core::sc_time delay;
  tlm::tlm_generic_payload payload;
  payload.set_address(programming.regions.at(0).plan.base + 0x1000);
  payload.set_data_length(sizeof written);
  payload.set_streaming_width(sizeof written);
  payload.set_write();
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&written));
  processor.socket->b_transport(payload, delay);
  payload.set_read();
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&read));
  processor.socket->b_transport(payload, delay);

  std::cout << payload.get_response_string() << ' ' << std::hex << read << " after " << delay
            << '\n';
  return payload.is_response_ok() && read == written ? 0 : 1;
}
