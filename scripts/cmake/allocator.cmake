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
  find_package(mimalloc QUIET)
  if(NOT mimalloc_FOUND)
    message(STATUS "mimalloc was not found: ${target} will be slower than it could be")
    return()
  endif()
  # The C++ library first: its operator new throws when memory runs out, that of a mimalloc which was
  # compiled as C ends the program. What is left then is malloc, which the program itself does not
  # call.
  target_link_libraries(${target} PRIVATE stdc++ -Wl,--push-state,--no-as-needed mimalloc
                                          -Wl,--pop-state)
endfunction()
