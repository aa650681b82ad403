/* What the engine's allocator offers beyond libc's. */
#ifndef EDGE_MALLOC_H
#define EDGE_MALLOC_H

#include <stddef.h>
#include <stdint.h>

/* Before an image: free memory becomes zero, and so is left out of it. */
void edge_heap_tidy(void);

/* Before an image, after edge_heap_tidy: free blocks of less than `below` bytes are given up, so that what is allocated
   after a restore lies on fresh pages and not in the gaps of pages that are shared. This is memory lost on purpose,
   once per image: nobody pays for it, since its pages stay shared. */
void edge_heap_retire(uint32_t below);

typedef struct {
  uint32_t total;
  uint32_t free;
  uint32_t free_blocks;
  uint32_t largest_free;
} EdgeMallocFigures;

/* Bytes of the heap and what of them is free (walks the free lists). */
void edge_malloc_figures(EdgeMallocFigures *out);

size_t malloc_usable_size(void *pointer);

#endif
