# cmake --install: the program and its systemd unit, the library with its headers, and a CMake package, so that
# another project's find_package(deadpeer) gives it deadpeer::deadpeer.
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

if(TARGET deadpeer_program)
  install(TARGETS deadpeer_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  # The unit names the program where it is installed, which only cmake --install --prefix may say.
  install(CODE "set(bin_dir \"${CMAKE_INSTALL_BINDIR}\")
set(unit_template \"${CMAKE_CURRENT_SOURCE_DIR}/tools/deadpeer.service.in\")
set(unit \"${CMAKE_CURRENT_BINARY_DIR}/deadpeer.service\")")
  install(CODE [[
    cmake_path(ABSOLUTE_PATH bin_dir BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" NORMALIZE)
    configure_file("${unit_template}" "${unit}" @ONLY)]])
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/deadpeer.service DESTINATION lib/systemd/system)
endif()
