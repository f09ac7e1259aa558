# SPDX-License-Identifier: Apache-2.0
# `cmake --install` gives another CMake project find_package(cxlpool) and the targets
# cxlpool::address ... cxlpool::platforms; headers keep their folders: models/fabric/host.h.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cxlpool)

install(DIRECTORY models traffic platforms DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cxlpool
        FILES_MATCHING PATTERN "*.h" PATTERN program EXCLUDE)
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/platforms
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cxlpool)
install(DIRECTORY platforms/catalog platforms/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/cxlpool
        PATTERN "*.media" EXCLUDE)  # what running it leaves
install(EXPORT cxlpool NAMESPACE cxlpool:: DESTINATION ${package_dir} FILE cxlpoolTargets.cmake)
configure_package_config_file(scripts/cmake/cxlpoolConfig.cmake.in cxlpoolConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(cxlpoolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cxlpoolConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/cxlpoolConfigVersion.cmake DESTINATION ${package_dir})
