# cmake/mcpawl_dependencies.cmake - find Threads, OpenSSL and Boost, and say what to install when they are missing
# SPDX-License-Identifier: BSL-1.0

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

# A project that builds Boost itself has made these targets already.
if(NOT (TARGET Boost::headers AND TARGET Boost::json AND TARGET Boost::url))
  find_package(Boost 1.81 CONFIG QUIET COMPONENTS json url)
endif()

if(NOT (TARGET Boost::headers AND TARGET Boost::json AND TARGET Boost::url))
  set(_mcpawl_advice
    "Debian, Ubuntu: apt-get install libboostX.Y-dev libboost-jsonX.Y-dev libboost-urlX.Y-dev, where X.Y is 1.81 on\n"
    "  Debian 12, 1.88 on Debian 13, 1.83 on Ubuntu 24.04, 1.90 on Ubuntu 26.04.\n"
    "Fedora: dnf install boost-devel. Arch: pacman -S boost. macOS: brew install boost.\n"
    "A Boost of your own: -D Boost_ROOT=FOLDER")
  string(CONCAT _mcpawl_advice ${_mcpawl_advice})
  set(_mcpawl_newest 0)
  foreach(_mcpawl_seen IN LISTS Boost_CONSIDERED_VERSIONS)
    if(_mcpawl_seen VERSION_GREATER _mcpawl_newest)
      set(_mcpawl_newest "${_mcpawl_seen}")
    endif()
  endforeach()
  if(_mcpawl_newest VERSION_GREATER 0 AND _mcpawl_newest VERSION_LESS 1.81)
    string(REGEX MATCH "^[0-9]+\\.[0-9]+" _mcpawl_package "${_mcpawl_newest}")
    message(FATAL_ERROR
      "mcpawl needs Boost 1.81 or newer, but the development files found here are those of Boost ${_mcpawl_newest} "
      "(${Boost_CONSIDERED_CONFIGS}).\n"
      "On Debian and Ubuntu it is in the way of a newer one; if nothing else needs it: apt-get remove libboost${_mcpawl_package}-dev\n"
      "${_mcpawl_advice}")
  endif()
  message(FATAL_ERROR
    "mcpawl needs the development files of Boost 1.81 or newer with its libraries json and url.\n"
    "${Boost_NOT_FOUND_MESSAGE}\n${_mcpawl_advice}")
endif()
