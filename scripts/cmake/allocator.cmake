# SPDX-License-Identifier: Apache-2.0
# cxlpool_use_allocator(TARGET): links a program with mimalloc. A fabric of hundreds of hosts is some
# hundred thousand small objects; kept together by size they cost an approximately timed access half
# of what it costs with the C library's allocator (docs/speed.md).
#
# For programs alone: whoever links a library chooses an allocator himself. The sanitizers bring
# theirs.
function(cxlpool_use_allocator target)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    return()
  endif()
  find_package(mimalloc 2.0 REQUIRED)
  target_link_libraries(${target} PRIVATE mimalloc)
endfunction()
