# `cpack -G DEB`: tcpcraft, the program with all that belongs to it, and libtcpcraft-dev, for C++ programs that play
# scenarios. `cpack -G TGZ` packs the same, to be unpacked anywhere.
set(CPACK_PACKAGE_CONTACT "The tcpcraft maintainers <maintainers@tcpcraft.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "TCP segment crafter that checks the kernel against RFC 9293")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tcpcraft dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/DebianLayout.cmake)

set(CPACK_DEBIAN_TCPCRAFT_PACKAGE_NAME tcpcraft)
set(CPACK_DEBIAN_TCPCRAFT_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_TCPCRAFT_DESCRIPTION
    "tcpcraft crafts TCP segments by hand, plays them from a scenario against the
real kernel's TCP in a private network namespace, and checks every answer
against the arithmetic of RFC 9293. When something is wrong it says what,
where, and by which rule.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libtcpcraft-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "tcpcraft (= ${PROJECT_VERSION}), libtins-dev, libpcap-dev, libfyaml-dev, libmnl-dev, zlib1g-dev, libzstd-dev, pkg-config")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libgtest-dev, cmake")
set(CPACK_COMPONENT_DEV_DESCRIPTION
    "The libraries of tcpcraft for C++ programs that play TCP scenarios of their
own, with assertions for GoogleTest and a CMake package.")
include(CPack)
