/*
 * engine_atoms.inc.h - included by quickjs.c before its atoms are made (patch 0205):
 * numbers of the atoms that patches add. X(name, text, type).
 */

#define EDGE_PRIVATE_ATOMS 128

#define EDGE_ADDED_ATOMS(X) \
    X(stackTraceLimit, "stackTraceLimit", JS_ATOM_TYPE_STRING) \
    X(prepareStackTrace, "prepareStackTrace", JS_ATOM_TYPE_STRING) \
    X(Private_error_stack, "<error_stack>", JS_ATOM_TYPE_PRIVATE) \
    X(Private_maker, "<maker>", JS_ATOM_TYPE_PRIVATE)

enum {
    EDGE_ATOM_BEFORE_ADDED = JS_ATOM_END + EDGE_PRIVATE_ATOMS - 1,
#define EDGE_ATOM_ENUM(name, text, type) JS_ATOM_ ## name,
    EDGE_ADDED_ATOMS(EDGE_ATOM_ENUM)
#undef EDGE_ATOM_ENUM
};

static int edge_init_atoms(JSRuntime *rt);
