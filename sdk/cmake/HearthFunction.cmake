# hearth_function(NAME SOURCES file... [INCLUDES folder...] [DEFINITIONS ...])
#
# Builds functions/NAME/bootstrap and the package functions/NAME.zip in the build folder, for the runtimes
# provided.al2023 (glibc 2.34) and newer: linked statically and without sanitizers in every preset, so that it needs
# nothing of the machine it runs on, and starts faster for it. Equal sources make an equal zip, byte by byte.

# The directory's own options (sanitizers, debug) are replaced, not extended. Not position independent: a fixed address
# saves a fifth of a millisecond of relocation at each cold start. OpenSSL's calls of dlopen() go to sealed_libc.cc.
function(hearth_function_options target)
  set_target_properties(${target} PROPERTIES
    COMPILE_OPTIONS "-Os;-g0;-fno-pie;-fno-PIC;-ffunction-sections;-fdata-sections;-fno-plt;-Wall;-Wextra;-Wpedantic;-Wshadow;-Werror"
    LINK_OPTIONS "-static;-no-pie;-s;-Wl,--gc-sections;-Wl,--build-id=none;-Wl,--wrap=dlopen"
    POSITION_INDEPENDENT_CODE OFF)
endfunction()

function(hearth_function name)
  cmake_parse_arguments(ARG "" "" "SOURCES;INCLUDES;DEFINITIONS" ${ARGN})
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set(target function_${name})
  set(folder ${CMAKE_BINARY_DIR}/functions)
  add_executable(${target} ${ARG_SOURCES})
  hearth_function_options(${target})
  target_include_directories(${target} PRIVATE ${ARG_INCLUDES})
  target_compile_definitions(${target} PRIVATE ${ARG_DEFINITIONS})
  target_link_libraries(${target} PRIVATE hearth_sdk_function)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME bootstrap RUNTIME_OUTPUT_DIRECTORY ${folder}/${name})
  add_custom_command(OUTPUT ${folder}/${name}.zip
    COMMAND python3 ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/make_package.py ${folder}/${name}.zip ${folder}/${name}/bootstrap
    DEPENDS ${target} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/make_package.py
    VERBATIM)
  add_custom_target(package_${name} ALL DEPENDS ${folder}/${name}.zip)
  add_test(NAME package_${name}
    COMMAND python3 ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/check_package.py ${folder}/${name}.zip)
endfunction()
