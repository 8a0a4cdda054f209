# The build's few rules, once: language, warnings, sanitizers, and one function per kind of target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(HEARTH_FUZZ "Build the fuzz targets (clang only)" OFF)
set(HEARTH_SANITIZE "" CACHE STRING "Value of -fsanitize= for the whole build, or empty")

find_program(HEARTH_CCACHE ccache)
if(HEARTH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${HEARTH_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${HEARTH_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 inside the standard library and Boost at -O2 (GCC bugs 105329, 105562, 105580).
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
                      -Wno-stringop-overread -Wno-dangling-pointer -Wno-tsan -Wno-mismatched-new-delete)
endif()
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                        BOOST_BEAST_SEPARATE_COMPILATION)
if(HEARTH_SANITIZE)
  add_compile_options(-fsanitize=${HEARTH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEARTH_SANITIZE})
endif()

if(HEARTH_FUZZ)
  # clang 14 cannot combine -fsanitize=function with coroutines (LLVM issue 49689).
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize=function -Wno-overlength-strings)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(date REQUIRED)

# hearth_library(NAME [FOLDERS folder...] [DEPENDS target...]): a static library hearth_NAME of every .cc of this
# folder, and of those of its folders that are named, and one test program hearth_NAME_test of every *_test.cc. Tests
# stand beside what they test.
function(hearth_library name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;DEPENDS" ${ARGN})
  set(patterns ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  foreach(folder IN LISTS ARG_FOLDERS)
    list(APPEND patterns ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cc)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(hearth_${name} STATIC ${sources})
    target_include_directories(hearth_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(hearth_${name} PUBLIC ${ARG_DEPENDS})
  else()
    add_library(hearth_${name} INTERFACE)
    target_include_directories(hearth_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(hearth_${name} INTERFACE ${ARG_DEPENDS})
  endif()
  if(tests)
    hearth_test(hearth_${name}_test SOURCES ${tests} DEPENDS hearth_${name})
  endif()
endfunction()

# hearth_test(NAME SOURCES file... DEPENDS target...): a GoogleTest program that ctest and ./check run.
function(hearth_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest GTest::gtest_main)
  # The tests' own code: what is tested has been compiled as it ships, and a fifth of the compiling time is saved.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# hearth_generated_api(NAME): the structs, tables and bind() of one service, from the AWS model and
# src/services/NAME/service.toml; target hearth_api_NAME.
function(hearth_generated_api name)
  set(folder ${CMAKE_SOURCE_DIR}/src/services/${name})
  set(out ${CMAKE_BINARY_DIR}/generated)
  set(inputs ${folder}/service.toml)
  if(EXISTS ${folder}/overlay.json)
    list(APPEND inputs ${folder}/overlay.json)
  endif()
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/codegen/*.py)
  add_custom_command(
    OUTPUT ${out}/${name}.stamp
    BYPRODUCTS ${out}/api/${name}.h ${out}/api/${name}.cc
    COMMAND /usr/bin/python3 -B ${CMAKE_SOURCE_DIR}/codegen/generate.py ${folder} ${out}
    DEPENDS ${inputs} ${scripts}
    COMMENT "codegen ${name}")
  add_custom_target(hearth_api_${name}_gen DEPENDS ${out}/${name}.stamp)
  set_source_files_properties(${out}/api/${name}.cc PROPERTIES GENERATED TRUE)
  add_library(hearth_api_${name} STATIC ${out}/api/${name}.cc)
  add_dependencies(hearth_api_${name} hearth_api_${name}_gen)
  target_include_directories(hearth_api_${name} PUBLIC ${out} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(hearth_api_${name} PUBLIC hearth_api)
endfunction()
