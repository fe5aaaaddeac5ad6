# One story of testdata/: capture.pcap or capture.pcapng, expected/*.csv, expected/exit_code, and for some
# Wireshark releases wireshark-RELEASE.tsv. Reports must be equal byte by byte; labels frame by frame.
file(GLOB capture ${STORY_DIR}/capture.pcap ${STORY_DIR}/capture.pcapng)
file(REMOVE_RECURSE ${SCRATCH_DIR})
file(MAKE_DIRECTORY ${SCRATCH_DIR})

execute_process(COMMAND ${PROGRAM} -q -o ${SCRATCH_DIR}/report ${capture} RESULT_VARIABLE exit_code)
file(STRINGS ${STORY_DIR}/expected/exit_code expected_exit_code)
if(NOT exit_code STREQUAL expected_exit_code)
  message(FATAL_ERROR "exit code ${exit_code}, expected ${expected_exit_code}")
endif()

file(GLOB made RELATIVE ${SCRATCH_DIR}/report ${SCRATCH_DIR}/report/*)
file(GLOB expected RELATIVE ${STORY_DIR}/expected ${STORY_DIR}/expected/*.csv)
if(NOT made STREQUAL expected)
  message(FATAL_ERROR "reports: ${made}\nexpected: ${expected}")
endif()
foreach(report ${expected})
  execute_process(COMMAND diff -u ${STORY_DIR}/expected/${report} ${SCRATCH_DIR}/report/${report}
    RESULT_VARIABLE differs)
  if(NOT differs EQUAL 0)
    message(SEND_ERROR "${report} is not as expected; if it should be: tools/update_golden")
  endif()
endforeach()

file(GLOB label_files ${STORY_DIR}/wireshark-*.tsv)
foreach(labels ${label_files})
  string(REGEX MATCH "wireshark-(.*)\\.tsv$" _ ${labels})
  set(release ${CMAKE_MATCH_1})
  execute_process(COMMAND ${PROGRAM} -q --wireshark ${release} --segments all -o - --report segments ${capture}
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
