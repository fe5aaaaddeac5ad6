# Installs the build into a scratch folder, builds a project that finds deadpeer there with CMake and with pkg-config,
# runs it.
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${SCRATCH_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${SCRATCH_DIR}/prefix)
run(${SCRATCH_DIR}/prefix/bin/deadpeer --version)
file(READ ${SCRATCH_DIR}/prefix/lib/systemd/system/deadpeer.service unit)
string(FIND "${unit}" "\nExecStart=${SCRATCH_DIR}/prefix/bin/deadpeer " place)
if(place EQUAL -1)
  message(FATAL_ERROR "the systemd unit does not name the program that is installed")
endif()
foreach(file man/man1/deadpeer.1.gz bash-completion/completions/deadpeer zsh/vendor-completions/_deadpeer
    fish/vendor_completions.d/deadpeer.fish deadpeer/deadpeer.schema.json deadpeer/wireshark/deadpeer.lua
    deadpeer/monitoring/deadpeer.rules.yml deadpeer/cluster/parallel deadpeer/cluster/slurm)
  if(NOT EXISTS ${SCRATCH_DIR}/prefix/share/${file})
    message(FATAL_ERROR "share/${file} is not installed")
  endif()
endforeach()
run(${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${SCRATCH_DIR}/build -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${SCRATCH_DIR}/prefix
  -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
  -D CMAKE_CXX_FLAGS=${CXX_FLAGS}
  -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${SCRATCH_DIR}/build)

file(GLOB_RECURSE package_file ${SCRATCH_DIR}/prefix/deadpeer.pc)
cmake_path(GET package_file PARENT_PATH package_dir)
set(ENV{PKG_CONFIG_PATH} ${package_dir})
execute_process(COMMAND pkg-config --cflags --libs deadpeer OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS} ${flags}")
run(${CXX_COMPILER} ${CONSUMER_DIR}/consumer.cc -o ${SCRATCH_DIR}/consumer ${flags})

# Column 5 of events.csv is the event, column 7 whom it is about.
file(STRINGS ${CAPTURE_DIR}/expected/events.csv rows REGEX "^[0-9]")
set(expected)
foreach(row IN LISTS rows)
  string(REGEX REPLACE "^[^,]*,[^,]*,[^,]*,[^,]*,([^,]*),[^,]*,([^,]*),.*" "\\1 \\2" event "${row}")
  list(APPEND expected "${event}")
endforeach()
foreach(consumer ${SCRATCH_DIR}/build/consumer ${SCRATCH_DIR}/consumer)
  execute_process(COMMAND ${consumer} ${CAPTURE_DIR}/capture.pcap OUTPUT_VARIABLE told COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" told "${told}")
  list(SORT told)
  list(SORT expected)
  if(NOT expected OR NOT told STREQUAL expected)
    message(FATAL_ERROR "${consumer} says ${told} instead of ${expected}")
  endif()
endforeach()
