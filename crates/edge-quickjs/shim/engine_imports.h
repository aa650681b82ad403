/* Included in front of upstream's files: the engine's hottest question to the host is a wasm import itself, without a C
   function of the shim in between (the same declaration is in the generated edge_boundary.h). */
#ifndef ENGINE_IMPORTS_H
#define ENGINE_IMPORTS_H

__attribute__((import_module("env"), import_name("stack_low"))) int edge_host_stack_low(void);

#endif
