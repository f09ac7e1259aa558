# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=FILE.cpp -P embed_profiles.cmake -- NAME.yaml ...
# writes the definition of cxlpool::platforms::profile_documents().
set(entries "")
set(is_file FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  set(file "${CMAKE_ARGV${i}}")
  if(is_file)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND entries "      {\"${name}\", R\"profile(${text})profile\"},\n")
  elseif(file STREQUAL "--")
    set(is_file TRUE)
  endif()
endforeach()
file(WRITE "${OUTPUT}" "// Made by scripts/cmake/embed_profiles.cmake from platforms/catalog/devices.
#include \"platforms/profiles.h\"

namespace cxlpool::platforms {

const std::vector<ProfileDocument>& profile_documents() {
  static const std::vector<ProfileDocument> documents{
${entries}  };
  return documents;
}

}  // namespace cxlpool::platforms
")
