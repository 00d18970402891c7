# cmake/mcpawl_check_coroutines.cmake - mcpawl_check_coroutines(target): refuse, while building, what GCC 12 miscompiles in coroutines
# SPDX-License-Identifier: BSL-1.0
#
#   mcpawl_check_coroutines(<target> [ALWAYS])
#
# Where the compiler is g++ before 13, or with ALWAYS: the C++ sources of the target, and what they include in quotes from beside
# them or from the target's own include folders, are read before the target is compiled; a finding fails the build. Only what has
# changed is read again. Generated sources are left out. The program that reads is built once, for the machine that builds.
# Elsewhere the call does nothing but say, by MCPAWL_COROUTINES_CHECKED, that there is nothing to remind of.

cmake_policy(PUSH)
cmake_policy(VERSION 3.22...3.31)

if(NOT TARGET mcpawl_check_coroutines_program)
  if(NOT DEFINED MCPAWL_CHECK_COROUTINES_FOLDER)
    set(MCPAWL_CHECK_COROUTINES_FOLDER "${CMAKE_CURRENT_LIST_DIR}/check_coroutines")
  endif()
  if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
    find_program(MCPAWL_HOST_CXX NAMES c++ g++ clang++ DOC "A compiler for the machine that builds, C++20; mcpawl_check_coroutines uses it")
    mark_as_advanced(MCPAWL_HOST_CXX)
    set(_mcpawl_program "${CMAKE_CURRENT_BINARY_DIR}/mcpawl-check-coroutines")
    add_custom_command(OUTPUT "${_mcpawl_program}"
      COMMAND "${MCPAWL_HOST_CXX}" -std=c++20 "${MCPAWL_CHECK_COROUTINES_FOLDER}/main.cpp" -o "${_mcpawl_program}"
      DEPENDS "${MCPAWL_CHECK_COROUTINES_FOLDER}/main.cpp" COMMENT "Building mcpawl-check-coroutines" VERBATIM)
    add_custom_target(mcpawl_check_coroutines_build DEPENDS "${_mcpawl_program}")
    add_executable(mcpawl_check_coroutines_program IMPORTED GLOBAL)
    set_target_properties(mcpawl_check_coroutines_program PROPERTIES IMPORTED_LOCATION "${_mcpawl_program}")
    add_dependencies(mcpawl_check_coroutines_program mcpawl_check_coroutines_build)
  else()
    add_executable(mcpawl_check_coroutines_program EXCLUDE_FROM_ALL "${MCPAWL_CHECK_COROUTINES_FOLDER}/main.cpp")
    target_compile_features(mcpawl_check_coroutines_program PRIVATE cxx_std_20)
    set_target_properties(mcpawl_check_coroutines_program PROPERTIES
      OUTPUT_NAME mcpawl-check-coroutines RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/mcpawl"
      CXX_SCAN_FOR_MODULES OFF CXX_CLANG_TIDY "" CXX_CPPCHECK "" CXX_INCLUDE_WHAT_YOU_USE "")
  endif()
endif()

function(mcpawl_check_coroutines target)
  cmake_parse_arguments(PARSE_ARGV 1 arg ALWAYS "" "")
  if(NOT TARGET "${target}" OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mcpawl_check_coroutines(<target> [ALWAYS]) was called with (${ARGV}); the target must exist")
  endif()
  get_target_property(aliased "${target}" ALIASED_TARGET)
  if(aliased)
    set(target "${aliased}")
  endif()
  target_compile_definitions("${target}" PRIVATE MCPAWL_COROUTINES_CHECKED)
  if(arg_ALWAYS OR (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13))
    # at the end of this folder, when all sources of the target are known
    cmake_language(EVAL CODE "cmake_language(DEFER CALL _mcpawl_check_coroutines [[${target}]])")
  endif()
endfunction()

function(_mcpawl_check_coroutines target)
  get_target_property(folder "${target}" SOURCE_DIR)
  get_target_property(sources "${target}" SOURCES)
  get_target_property(includes "${target}" INCLUDE_DIRECTORIES)
  set(files "")
  foreach(source IN LISTS sources)
    if(source MATCHES "TARGET_OBJECTS")
      continue()
    endif()
    if(NOT source MATCHES "\\$<")
      get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${folder}")
      get_source_file_property(generated "${source}" TARGET_DIRECTORY "${target}" GENERATED)
      if(generated OR NOT EXISTS "${source}")
        continue()
      endif()
    endif()
    list(APPEND files "${source}")
  endforeach()
  set(looked_in "")
  foreach(include IN LISTS includes)
    if(include)
      list(APPEND looked_in "$<$<BOOL:${include}>:-I${include}>")
    endif()
  endforeach()
  if(NOT files)
    return()
  endif()
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/mcpawl/${target}.checked")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/mcpawl")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND mcpawl_check_coroutines_program --stamp "${stamp}" --depfile "${stamp}.d" ${looked_in} "${files}"
    DEPENDS mcpawl_check_coroutines_program "${files}" DEPFILE "${stamp}.d" WORKING_DIRECTORY "${folder}"
    COMMENT "Checking the coroutines of ${target}" COMMAND_EXPAND_LISTS VERBATIM)
  add_custom_target("${target}_check_coroutines" DEPENDS "${stamp}")
  add_dependencies("${target}" "${target}_check_coroutines")
endfunction()

cmake_policy(POP)
