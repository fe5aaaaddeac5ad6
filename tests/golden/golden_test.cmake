# One capture of testdata/. In the folder EXPECTED: the reports, byte by byte; exit_code; for some Wireshark
# releases wireshark-RELEASE.tsv, the labels frame by frame.
file(REMOVE_RECURSE ${SCRATCH_DIR})
file(MAKE_DIRECTORY ${SCRATCH_DIR})

# What it takes besides, where there is such a file.
set(options)
if(EXISTS ${EXPECTED}/options)
  file(STRINGS ${EXPECTED}/options options)
  separate_arguments(options)
endif()

execute_process(COMMAND ${PROGRAM} -q ${options} -o ${SCRATCH_DIR}/report ${CAPTURE} RESULT_VARIABLE exit_code)
file(STRINGS ${EXPECTED}/exit_code expected_exit_code)
if(NOT exit_code STREQUAL expected_exit_code)
  message(FATAL_ERROR "exit code ${exit_code}, expected ${expected_exit_code}")
endif()

file(GLOB made RELATIVE ${SCRATCH_DIR}/report ${SCRATCH_DIR}/report/*)
file(GLOB expected RELATIVE ${EXPECTED} ${EXPECTED}/*.csv)
if(NOT expected OR NOT made STREQUAL expected)
  message(FATAL_ERROR "reports: ${made}\nexpected: ${expected}")
endif()
foreach(report ${expected})
  execute_process(COMMAND diff -u ${EXPECTED}/${report} ${SCRATCH_DIR}/report/${report} RESULT_VARIABLE differs)
  if(NOT differs EQUAL 0)
    message(SEND_ERROR "${report} is not as expected; if it should be: tools/update_golden")
  endif()
endforeach()

file(GLOB label_files ${EXPECTED}/wireshark-*.tsv)
foreach(labels ${label_files})
  string(REGEX MATCH "wireshark-(.*)\\.tsv$" _ ${labels})
  set(release ${CMAKE_MATCH_1})
  execute_process(COMMAND ${PROGRAM} -q --wireshark ${release} --segments all -o - --report segments ${CAPTURE}
    OUTPUT_FILE ${SCRATCH_DIR}/segments-${release}.csv RESULT_VARIABLE exit_code)
  if(NOT exit_code STREQUAL expected_exit_code)
    message(FATAL_ERROR "--wireshark ${release}: exit code ${exit_code}, expected ${expected_exit_code}")
  endif()
  execute_process(COMMAND ${COMPARE_LABELS} ${labels} ${SCRATCH_DIR}/segments-${release}.csv
    RESULT_VARIABLE differs)
  if(NOT differs EQUAL 0)
    message(SEND_ERROR "labels differ from those of Wireshark ${release}")
  endif()
endforeach()
