# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=FILE.cpp -D HEADER=a/b.h -D NAMESPACE=a::b -D TYPE=Document -D FUNCTION=documents
#       -P embed_documents.cmake -- FILE ...
# writes the definition of `const std::vector<TYPE>& FUNCTION()`, a name and a text for each file.
set(entries "")
set(is_file FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  set(file "${CMAKE_ARGV${i}}")
  if(is_file)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND entries "      {\"${name}\", R\"document(${text})document\"},\n")
  elseif(file STREQUAL "--")
    set(is_file TRUE)
  endif()
endforeach()
file(WRITE "${OUTPUT}" "// Made by scripts/cmake/embed_documents.cmake.
#include \"${HEADER}\"

namespace ${NAMESPACE} {

const std::vector<${TYPE}>& ${FUNCTION}() {
  static const std::vector<${TYPE}> documents{
${entries}  };
  return documents;
}

}  // namespace ${NAMESPACE}
")
