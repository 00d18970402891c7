# cmake/mcpawl_install.cmake - install the headers, the sources to compile, the CMake package and the pkg-config files; the emulator
# of Access where it was built
# SPDX-License-Identifier: BSL-1.0

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/mcpawl" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# The one program, with a component of its own for who makes packages. What is only one of the examples may not have been built.
if(TARGET access_emulator)
  set(_mcpawl_if_built OPTIONAL)
  if(MCPAWL_INSTALL_EMULATOR)
    set(_mcpawl_if_built)
  endif()
  install(PROGRAMS "$<TARGET_FILE:access_emulator>" DESTINATION "${CMAKE_INSTALL_BINDIR}" RENAME mcpawl-access-emulator
    COMPONENT emulator ${_mcpawl_if_built})
endif()

# Nothing else is compiled here and depends on the architecture, so everything goes below share.
set(MCPAWL_SOURCE "${CMAKE_INSTALL_DATADIR}/mcpawl/compiled.cpp")
set(MCPAWL_SQLITE "${CMAKE_INSTALL_DATADIR}/mcpawl/compiled_sqlite.cpp")
set(MCPAWL_POSTGRES "${CMAKE_INSTALL_DATADIR}/mcpawl/compiled_postgres.cpp")
set(MCPAWL_REDIS "${CMAKE_INSTALL_DATADIR}/mcpawl/compiled_redis.cpp")
install(FILES "${PROJECT_SOURCE_DIR}/cmake/compiled.cpp" "${PROJECT_SOURCE_DIR}/cmake/compiled_sqlite.cpp"
  "${PROJECT_SOURCE_DIR}/cmake/compiled_postgres.cpp" "${PROJECT_SOURCE_DIR}/cmake/compiled_redis.cpp" DESTINATION "${CMAKE_INSTALL_DATADIR}/mcpawl")
set(MCPAWL_CHECK_COROUTINES "${CMAKE_INSTALL_DATADIR}/mcpawl/check_coroutines")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/cmake/check_coroutines" DESTINATION "${CMAKE_INSTALL_DATADIR}/mcpawl")
set(_mcpawl_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/mcpawl")
install(TARGETS mcpawl_header_only EXPORT mcpawl-targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT mcpawl-targets NAMESPACE mcpawl:: DESTINATION "${_mcpawl_package_dir}")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl-config.cmake.in" "${PROJECT_BINARY_DIR}/mcpawl-config.cmake"
  INSTALL_DESTINATION "${_mcpawl_package_dir}" PATH_VARS MCPAWL_SOURCE MCPAWL_SQLITE MCPAWL_POSTGRES MCPAWL_REDIS MCPAWL_CHECK_COROUTINES)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/mcpawl-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_BINARY_DIR}/mcpawl-config.cmake"
  "${PROJECT_BINARY_DIR}/mcpawl-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_compiled.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_sqlite.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_postgres.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_redis.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_check_coroutines.cmake"
  DESTINATION "${_mcpawl_package_dir}")

# The prefix is told relative to the file itself, so that an installed tree may be moved.
file(RELATIVE_PATH _mcpawl_up
  "/prefix/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" MCPAWL_PC_PREFIX "\${pcfiledir}/${_mcpawl_up}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(MCPAWL_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
endif()
foreach(_mcpawl_dir IN ITEMS INCLUDE DATA)
  set(MCPAWL_PC_${_mcpawl_dir}DIR "${CMAKE_INSTALL_${_mcpawl_dir}DIR}")
  if(NOT IS_ABSOLUTE "${MCPAWL_PC_${_mcpawl_dir}DIR}")
    set(MCPAWL_PC_${_mcpawl_dir}DIR "\${prefix}/${MCPAWL_PC_${_mcpawl_dir}DIR}")
  endif()
endforeach()
foreach(_mcpawl_name IN ITEMS mcpawl mcpawl_header_only mcpawl_sqlite mcpawl_postgres mcpawl_redis)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${_mcpawl_name}.pc.in" "${PROJECT_BINARY_DIR}/${_mcpawl_name}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${_mcpawl_name}.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
endforeach()
