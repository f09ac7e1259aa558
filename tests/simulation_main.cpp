// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <systemc>

// The library refers to sc_main; tests elaborate from within a test case instead.
int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // A misspelt or repeated module name is a mistake in a test, never a renaming.
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
  return RUN_ALL_TESTS();
}
