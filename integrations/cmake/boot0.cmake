# SPDX-License-Identifier: MIT
# Targets that flash the output of CMake: see README.md in this directory.

find_program(BOOT0_EXECUTABLE boot0 DOC "boot0, which flashes STM32 boards")

# boot0_add_flash_target(TARGET [NAME flash-TARGET] [FILE …] [ARGS …])
#
# Adds a target that builds the executable TARGET and flashes it. FILE, a .hex or .bin made from it,
# is flashed instead. ARGS go to `boot0 flash`: --board, --vdd, --fast, --port …
function(boot0_add_flash_target target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;FILE" "ARGS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "boot0_add_flash_target: unexpected arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_NAME)
    set(arg_NAME flash-${target})
  endif()
  if(NOT arg_FILE)
    set(arg_FILE $<TARGET_FILE:${target}>)
  endif()
  if(BOOT0_EXECUTABLE)
    set(command ${BOOT0_EXECUTABLE} flash ${arg_ARGS} ${arg_FILE})
  else()
    # The rest of the project builds without boot0.
    set(command ${CMAKE_COMMAND} -E echo "boot0 is not installed, or not in PATH." COMMAND
                ${CMAKE_COMMAND} -E false)
  endif()
  add_custom_target(
    ${arg_NAME}
    COMMAND ${command}
    DEPENDS ${target}
    COMMENT "Flashing ${target}"
    USES_TERMINAL VERBATIM)
endfunction()
