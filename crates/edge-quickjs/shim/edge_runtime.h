/* What the shim's files share. */
#ifndef EDGE_RUNTIME_H
#define EDGE_RUNTIME_H

#include "quickjs.h"

/* One runtime per engine; contexts beyond the first are vm.createContext's. */
extern JSRuntime *edge_rt;
extern JSContext *edge_ctx;

#endif
