# SPDX-License-Identifier: Apache-2.0
# One static library per layer. A PURE layer is C++17 alone and stands on pure layers only: its tests
# link without libsystemc, so the linker refuses an object that names a SystemC symbol, and
# tests/layering looks into the library for the objects that no test pulls in.
#
#   cxlpool_layer(address PURE SOURCES a.cpp b.cpp DEPENDS timing LIBRARIES fmt::fmt)
#
# DEPENDS names the layers below, LIBRARIES foreign targets. The target is cxlpool::NAME, in this
# build and in the installed package alike.
function(cxlpool_layer name)
  cmake_parse_arguments(LAYER "PURE" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  set(target cxlpool_${name})
  if(LAYER_PURE)
    set_property(GLOBAL APPEND PROPERTY CXLPOOL_PURE_LAYERS ${name})
    get_property(pure_layers GLOBAL PROPERTY CXLPOOL_PURE_LAYERS)
    foreach(layer IN LISTS LAYER_DEPENDS)
      if(NOT layer IN_LIST pure_layers)
        message(FATAL_ERROR "Layer ${name} is PURE and cannot depend on ${layer}, which is not.")
      endif()
    endforeach()
  endif()
  add_library(${target} STATIC ${LAYER_SOURCES})
  add_library(cxlpool::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                           -Wno-sign-conversion)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/cxlpool>)
  foreach(layer IN LISTS LAYER_DEPENDS)
    target_link_libraries(${target} PUBLIC cxlpool_${layer})
  endforeach()
  target_link_libraries(${target} PUBLIC ${LAYER_LIBRARIES})
  install(TARGETS ${target} EXPORT cxlpool)
endfunction()
