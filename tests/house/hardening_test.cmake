# The program is what tools/cmake/hardening.cmake promises, as readelf sees it.
function(expect what option pattern)
  execute_process(COMMAND readelf --wide ${option} ${PROGRAM} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  if(NOT text MATCHES "${pattern}")
    message(SEND_ERROR "${what}: readelf ${option} does not say ${pattern}")
  endif()
endfunction()

expect("position-independent executable" --dynamic "FLAGS_1.*PIE")
expect("read-only relocations" --segments "GNU_RELRO")
expect("no lazy binding" --dynamic "BIND_NOW|FLAGS_1.*NOW")
expect("stack without execution" --segments "GNU_STACK[^\n]* RW ")
expect("stack protector" --dyn-syms "__stack_chk_fail")
expect("checked libc calls" --dyn-syms "_chk@")
