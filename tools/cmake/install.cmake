# cmake --install: the program and its systemd unit, the library with its headers, a CMake package, so that another
# project's find_package(deadpeer) gives it deadpeer::deadpeer, and a file for pkg-config.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/deadpeer)

install(TARGETS deadpeer EXPORT deadpeerTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/deadpeer DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT deadpeerTargets NAMESPACE deadpeer:: DESTINATION ${package_dir})

configure_package_config_file(tools/cmake/deadpeerConfig.cmake.in deadpeerConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(deadpeerConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deadpeerConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/deadpeerConfigVersion.cmake DESTINATION ${package_dir})

# It names the prefix, which only cmake --install --prefix may say.
install(CODE "set(PROJECT_DESCRIPTION \"${PROJECT_DESCRIPTION}\")
set(PROJECT_VERSION \"${PROJECT_VERSION}\")
set(CMAKE_INSTALL_LIBDIR \"${CMAKE_INSTALL_LIBDIR}\")
set(CMAKE_INSTALL_INCLUDEDIR \"${CMAKE_INSTALL_INCLUDEDIR}\")
set(package_template \"${CMAKE_CURRENT_SOURCE_DIR}/tools/cmake/deadpeer.pc.in\")
set(package_file \"${CMAKE_CURRENT_BINARY_DIR}/deadpeer.pc\")")
install(CODE [[
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE prefix)
  configure_file("${package_template}" "${package_file}" @ONLY)]])
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deadpeer.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET deadpeer_program)
  install(TARGETS deadpeer_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  # The unit names the program where it is installed, which only cmake --install --prefix may say.
  install(CODE "set(bin_dir \"${CMAKE_INSTALL_BINDIR}\")
set(unit_template \"${CMAKE_CURRENT_SOURCE_DIR}/tools/deadpeer.service.in\")
set(unit \"${CMAKE_CURRENT_BINARY_DIR}/deadpeer.service\")" COMPONENT program)
  install(CODE [[
    cmake_path(ABSOLUTE_PATH bin_dir BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" NORMALIZE)
    configure_file("${unit_template}" "${unit}" @ONLY)]] COMPONENT program)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deadpeer.service DESTINATION lib/systemd/system COMPONENT program)
  install(FILES tools/wireshark/deadpeer.lua tools/wireshark/colorfilters
    DESTINATION ${CMAKE_INSTALL_DATADIR}/deadpeer/wireshark COMPONENT program)
  install(FILES tools/monitoring/README.md tools/monitoring/deadpeer.rules.yml tools/monitoring/dashboard.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/deadpeer/monitoring COMPONENT program)
  install(PROGRAMS tools/cluster/parallel tools/cluster/slurm
    DESTINATION ${CMAKE_INSTALL_DATADIR}/deadpeer/cluster COMPONENT program)
  include(tools/cmake/package.cmake)
endif()
