# Installs the build into a scratch folder, builds a project that finds deadpeer there, runs it.
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
run(${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${SCRATCH_DIR}/build -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${SCRATCH_DIR}/prefix
  -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
  -D CMAKE_CXX_FLAGS=${CXX_FLAGS}
  -D CMAKE_BUILD_TYPE=${BUILD_TYPE})
run(${CMAKE_COMMAND} --build ${SCRATCH_DIR}/build)
run(${SCRATCH_DIR}/build/consumer)
