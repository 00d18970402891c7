# cmake/mcpawl_install.cmake - install the headers, the CMake package and the pkg-config file

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/mcpawl" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# Headers only: nothing depends on the architecture, so everything goes below share.
set(_mcpawl_package_dir "${CMAKE_INSTALL_DATADIR}/cmake/mcpawl")
install(TARGETS mcpawl EXPORT mcpawl-targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT mcpawl-targets NAMESPACE mcpawl:: DESTINATION "${_mcpawl_package_dir}")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl-config.cmake.in" "${PROJECT_BINARY_DIR}/mcpawl-config.cmake"
  INSTALL_DESTINATION "${_mcpawl_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/mcpawl-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_BINARY_DIR}/mcpawl-config.cmake"
  "${PROJECT_BINARY_DIR}/mcpawl-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/mcpawl_compiled.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/compiled.cpp"
  DESTINATION "${_mcpawl_package_dir}")

# The prefix is told relative to the file itself, so that an installed tree may be moved.
file(RELATIVE_PATH _mcpawl_up
  "/prefix/${CMAKE_INSTALL_DATADIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" MCPAWL_PC_PREFIX "\${pcfiledir}/${_mcpawl_up}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(MCPAWL_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
endif()
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(MCPAWL_PC_INCLUDEDIR "${CMAKE_INSTALL_INCLUDEDIR}")
else()
  set(MCPAWL_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/mcpawl.pc.in" "${PROJECT_BINARY_DIR}/mcpawl.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/mcpawl.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
