# cpack -G DEB in the build folder: deadpeer_VERSION_ARCH.deb, with the program and all that goes with it; the library,
# for other projects, is not in it.
set(DEADPEER_MAINTAINER "deadpeer maintainers <maintainers@deadpeer.example>" CACHE STRING
  "Who answers for the package: name <address>")
set(doc_dir ${CMAKE_INSTALL_DATADIR}/doc/deadpeer)
find_program(GZIP gzip REQUIRED)

configure_file(tools/debian/changelog.in ${CMAKE_CURRENT_BINARY_DIR}/package/changelog @ONLY)
execute_process(COMMAND ${GZIP} -9nfk changelog WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/package
  COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/package/changelog.gz DESTINATION ${doc_dir} COMPONENT package
  EXCLUDE_FROM_ALL)
install(FILES LICENSE DESTINATION ${doc_dir} RENAME copyright COMPONENT package EXCLUDE_FROM_ALL)
install(FILES README.md DESTINATION ${doc_dir} COMPONENT package EXCLUDE_FROM_ALL)
install(FILES tools/debian/deadpeer.default DESTINATION /etc/default RENAME deadpeer COMPONENT package
  EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME deadpeer)
set(CPACK_PACKAGE_CONTACT ${DEADPEER_MAINTAINER})
# With DESTDIR the unit names the program where it will be.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program package)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
  WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/tools/debian/conffiles
  ${CMAKE_CURRENT_SOURCE_DIR}/tools/debian/postinst ${CMAKE_CURRENT_SOURCE_DIR}/tools/debian/prerm
  ${CMAKE_CURRENT_SOURCE_DIR}/tools/debian/postrm)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds dead TCP peers in captures and on interfaces")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Reads packet captures, or watches an interface for weeks, follows every TCP
connection, labels keepalive probes and their answers as Wireshark does, and
reports which peers answered, which died, which hosts rebooted, and who was
left holding a dead connection.")
include(CPack)
