# cmake/mcpawl_dependencies.cmake - find Threads, OpenSSL and Boost, and say what to install when they are missing

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)

# A project that builds Boost itself has made these targets already.
if(NOT (TARGET Boost::headers AND TARGET Boost::json AND TARGET Boost::url))
  find_package(Boost 1.81 CONFIG QUIET COMPONENTS json url)
endif()

if(NOT (TARGET Boost::headers AND TARGET Boost::json AND TARGET Boost::url))
  set(_mcpawl_advice "On Debian 12:\n  apt-get install libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev")
  set(_mcpawl_newest 0)
  foreach(_mcpawl_seen IN LISTS Boost_CONSIDERED_VERSIONS)
    if(_mcpawl_seen VERSION_GREATER _mcpawl_newest)
      set(_mcpawl_newest "${_mcpawl_seen}")
    endif()
  endforeach()
  if(_mcpawl_newest VERSION_GREATER 0 AND _mcpawl_newest VERSION_LESS 1.81)
    message(FATAL_ERROR
      "mcpawl needs Boost 1.81 or newer, but the development files found here are those of Boost ${_mcpawl_newest} "
      "(${Boost_CONSIDERED_CONFIGS}).\n"
      "Debian's libboost-dev is Boost 1.74, and it conflicts with libboost1.81-dev: remove it first.\n"
      "  apt-get remove libboost1.74-dev\n${_mcpawl_advice}")
  endif()
  message(FATAL_ERROR
    "mcpawl needs the development files of Boost 1.81 or newer with its libraries json and url.\n"
    "${Boost_NOT_FOUND_MESSAGE}\n${_mcpawl_advice}")
endif()
