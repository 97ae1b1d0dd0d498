# What `cmake --install` and `cpack` put where: docs/installing.md. All of it can be moved afterwards.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(TCPCRAFT_DATA ${CMAKE_INSTALL_DATADIR}/tcpcraft)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tcpcraft)

# Manual pages and completions are written by the program, from the options that it parses.
set(generated ${PROJECT_BINARY_DIR}/share)
add_custom_command(
  OUTPUT ${generated}/written
  COMMAND tcpcraft help --write ${generated}
  COMMAND ${CMAKE_COMMAND} -E touch ${generated}/written
  DEPENDS tcpcraft
  COMMENT "Writing manual pages and completions")
add_custom_target(tcpcraft_help ALL DEPENDS ${generated}/written)

install(TARGETS tcpcraft EXPORT tcpcraft RUNTIME COMPONENT tcpcraft)
install(DIRECTORY scenarios DESTINATION ${TCPCRAFT_DATA} COMPONENT tcpcraft)
install(FILES docs/scenario.schema.json DESTINATION ${TCPCRAFT_DATA} COMPONENT tcpcraft)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT tcpcraft)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT tcpcraft FILES_MATCHING PATTERN "*.md")
install(DIRECTORY ${generated}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT tcpcraft)
foreach(shell bash-completion zsh fish)
  install(DIRECTORY ${generated}/${shell} DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT tcpcraft)
endforeach()

get_property(modules GLOBAL PROPERTY TCPCRAFT_MODULES)
install(TARGETS ${modules} EXPORT tcpcraft ARCHIVE COMPONENT dev)
install(DIRECTORY include/tcpcraft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)
install(EXPORT tcpcraft FILE tcpcraftTargets.cmake NAMESPACE tcpcraft:: DESTINATION ${package_dir} COMPONENT dev)
configure_package_config_file(cmake/tcpcraftConfig.cmake.in ${PROJECT_BINARY_DIR}/tcpcraftConfig.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS TCPCRAFT_DATA)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tcpcraftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tcpcraftConfig.cmake ${PROJECT_BINARY_DIR}/tcpcraftConfigVersion.cmake
              cmake/TcpcraftDependencies.cmake
        DESTINATION ${package_dir} COMPONENT dev)
install(FILES cmake/TcpcraftAddScenarios.cmake cmake/TcpcraftAddScenariosTests.cmake DESTINATION ${package_dir} COMPONENT dev)

include(TcpcraftPackage)
