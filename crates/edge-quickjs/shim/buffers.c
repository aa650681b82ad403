/*
 * buffers.c - ArrayBuffers, typed arrays, DataViews. Their bytes lie in linear memory:
 * the host gets addresses and looks at them in place.
 */
#include "state.h"
#include "internals.h"
#include "edge_boundary.h"

/* A buffer of zero bytes; edge.out[0] gets its address. */
uint32_t edge_new_array_buffer(uint32_t length, uint32_t shared)
{
    void *data = NULL;
    JSValue buffer = edge_array_buffer(edge.ctx, length, shared != 0, &data);
    edge.out[0] = (uintptr_t)data;
    return edge_push(buffer);
}

/* What a view or buffer shows. Answers its kind: -1 neither; 0 to 11 JSTypedArrayEnum;
   12 DataView; 13 ArrayBuffer; 14 SharedArrayBuffer. edge.out gets address, byte length,
   byte offset, length in elements, largest byte length, and bits: 1 detached, 2 resizable,
   4 detachable. */
int edge_view_info(uint32_t slot)
{
    EdgeView view;

    edge_view(edge_value(slot), &view);
    edge.out[0] = (uintptr_t)view.data;
    edge.out[1] = view.byte_length;
    edge.out[2] = view.byte_offset;
    edge.out[3] = view.length;
    edge.out[4] = view.max_byte_length;
    edge.out[5] = view.detached | view.resizable << 1 | view.detachable << 2;
    return view.kind;
}

/* The buffer of a view. */
uint32_t edge_view_buffer(uint32_t slot)
{
    EdgeView view;
    edge_view(edge_value(slot), &view);
    return edge_push(JS_DupValue(edge.ctx, view.buffer));
}

uint32_t edge_new_typed_array(uint32_t kind, uint32_t buffer, uint32_t offset, uint32_t length)
{
    JSValue args[3] = { edge_value(buffer), JS_NewUint32(edge.ctx, offset),
                        JS_NewUint32(edge.ctx, length) };
    return edge_push(JS_NewTypedArray(edge.ctx, 3, args, kind));
}

uint32_t edge_new_data_view(uint32_t buffer, uint32_t offset, uint32_t length)
{
    return edge_push(edge_data_view(edge.ctx, edge_value(buffer), offset, length));
}

void edge_detach(uint32_t slot)
{
    JS_DetachArrayBuffer(edge.ctx, edge_value(slot));
}
