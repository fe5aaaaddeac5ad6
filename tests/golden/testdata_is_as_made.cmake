# The synthetic captures of testdata/ are what make_testdata writes.
file(REMOVE_RECURSE ${SCRATCH_DIR})
execute_process(COMMAND ${MAKE_TESTDATA} ${SCRATCH_DIR} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB made RELATIVE ${SCRATCH_DIR} ${SCRATCH_DIR}/*/capture.*)
if(NOT made)
  message(FATAL_ERROR "make_testdata wrote nothing")
endif()
foreach(capture ${made})
  execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${SCRATCH_DIR}/${capture} ${TESTDATA_DIR}/${capture}
    RESULT_VARIABLE differs)
  if(NOT differs EQUAL 0)
    message(SEND_ERROR "testdata/${capture} is not what make_testdata writes: tools/make_testdata")
  endif()
endforeach()
