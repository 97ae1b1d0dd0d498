# What Debian's policy asks of a package that an installation need not do: compressed manual pages, a copyright file and a
# changelog in every package, and zsh's completions where Debian's zsh looks. Run by cpack over what it has gathered.
if(NOT CPACK_GENERATOR STREQUAL DEB)
  return()
endif()
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, where it is set
foreach(component tcpcraft dev)
  set(usr ${CPACK_TEMPORARY_DIRECTORY}/${component}/usr)
  string(TOUPPER ${component} upper)
  set(doc ${usr}/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(MAKE_DIRECTORY ${doc})
  configure_file(${CPACK_RESOURCE_FILE_LICENSE} ${doc}/copyright COPYONLY)
  file(REMOVE ${doc}/LICENSE)
  file(WRITE ${doc}/changelog "tcpcraft (${CPACK_PACKAGE_VERSION}) unstable; urgency=low\n\n"
                              "  * Version ${CPACK_PACKAGE_VERSION}.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  file(GLOB pages ${usr}/share/man/man1/*.1)
  foreach(page ${pages} ${doc}/changelog)
    execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endforeach()
set(zsh ${CPACK_TEMPORARY_DIRECTORY}/tcpcraft/usr/share/zsh)
if(EXISTS ${zsh}/site-functions)
  file(RENAME ${zsh}/site-functions ${zsh}/vendor-completions)
endif()
