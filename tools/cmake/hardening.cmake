# Hardening for everything built after this point: a position-independent executable with read-only
# relocations, stack protectors, checked libc calls and checked containers (which cost no time that could be
# measured). deadpeer reads files by strangers.
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_options(-fstack-protector-strong -fno-semantic-interposition)
add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack)

# Needs optimisation, and some compilers set it to another value by themselves.
add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
  $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
