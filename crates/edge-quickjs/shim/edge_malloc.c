/* The engine's allocator, in place of libc's.
 *
 * Two-level segregated fit: free blocks hang in lists by size (32 lists to a power of two), two bitmaps say which lists have
 * any, neighbours are joined when a block is freed. Every operation takes constant time.
 *
 * Why not libc's: that of zig rounds every block up to a power of two and never joins any, which doubles the heap; and an
 * image wants two things that no libc has: free memory that is zero (edge_heap_tidy), so that the image leaves it out, and
 * free memory that stays untouched after a restore (edge_heap_retire), so that new objects do not take private copies of
 * pages that all instances share.
 *
 * A block is 8 bytes of head (size of the block before it; its own size, bit 0 set while free) and its payload, which starts
 * at a multiple of 16. Sizes are multiples of 16 and include the head. The heap ends with a head of size 0. Damage that is
 * noticed is a trap. */
#include "edge_malloc.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Block {
  uint32_t before;
  uint32_t size;
  /* Payload from here; while free, the list. */
  struct Block *next;
  struct Block *previous;
} Block;

#define HEAD 8u
#define FREE 1u
#define PAGE 65536u
/* Growth in steps of at least this many pages. */
#define GROWTH 4u
/* Of two parts of a block, the second becomes a block of its own from this size on. */
#define SPLIT 32u
#define LISTS 32
#define LEVELS 24
/* How many blocks of the very list a size falls in are looked at before one of a larger list is taken. */
#define TRIES 4

static Block *lists[LEVELS][LISTS];
static uint32_t level_map;
static uint32_t list_maps[LEVELS];
/* The head at the heap's end; NULL before the first allocation. */
static Block *end;
/* Memory from here on was never used and is zero. */
static uintptr_t fresh;

extern uint8_t __heap_base;

static inline uint32_t size_of(const Block *block) {
  return block->size & ~FREE;
}

static inline Block *after(Block *block) {
  return (Block *)((char *)block + size_of(block));
}

static inline Block *before(Block *block) {
  return (Block *)((char *)block - block->before);
}

static inline void *payload(Block *block) {
  return (char *)block + HEAD;
}

static inline Block *block_of(const void *pointer) {
  return (Block *)((char *)pointer - HEAD);
}

static inline void list_of(uint32_t size, uint32_t *level, uint32_t *list) {
  if (size < 16 * LISTS) {
    *level = 0;
    *list = size / 16;
  } else {
    uint32_t log = 31 - (uint32_t)__builtin_clz(size);
    *level = log - 8;
    *list = (size >> (log - 5)) & (LISTS - 1);
  }
}

static inline void touch(uintptr_t to) {
  if (fresh < to)
    fresh = to;
}

static void insert(Block *block) {
  uint32_t level, list;
  list_of(size_of(block), &level, &list);
  Block *first = lists[level][list];
  block->next = first;
  block->previous = NULL;
  if (first)
    first->previous = block;
  lists[level][list] = block;
  level_map |= 1u << level;
  list_maps[level] |= 1u << list;
  touch((uintptr_t)block + sizeof(Block));
}

static void take_out(Block *block) {
  uint32_t level, list;
  list_of(size_of(block), &level, &list);
  if (block->next)
    block->next->previous = block->previous;
  if (block->previous) {
    block->previous->next = block->next;
  } else {
    if (lists[level][list] != block)
      __builtin_trap();
    lists[level][list] = block->next;
    if (!block->next && !(list_maps[level] &= ~(1u << list)))
      level_map &= ~(1u << level);
  }
}

/* A free block of at least `size`, still in its list. */
static Block *find(uint32_t size) {
  uint32_t level, list;
  list_of(size, &level, &list);
  int tries = TRIES;
  for (Block *block = lists[level][list]; block && tries; block = block->next, tries--)
    if (size_of(block) >= size)
      return block;
  /* All of the next list are large enough. */
  uint32_t map = list == LISTS - 1 ? 0 : list_maps[level] & (~0u << (list + 1));
  if (!map) {
    uint32_t levels = level_map & (~0u << (level + 1));
    if (!levels)
      return NULL;
    level = (uint32_t)__builtin_ctz(levels);
    map = list_maps[level];
  }
  return lists[level][__builtin_ctz(map)];
}

static void set_size(Block *block, uint32_t size, uint32_t flag) {
  block->size = size | flag;
  after(block)->before = size;
}

/* Makes the block free, one with its free neighbours. */
static Block *release(Block *block) {
  uint32_t size = size_of(block);
  Block *next = after(block);
  /* Its head may soon be inside of a larger block's payload. */
  touch((uintptr_t)block + HEAD);
  if (next->size & FREE) {
    take_out(next);
    size += size_of(next);
  }
  if (block->before) {
    Block *previous = before(block);
    if (previous->size & FREE) {
      take_out(previous);
      size += size_of(previous);
      block = previous;
    }
  }
  set_size(block, size, FREE);
  insert(block);
  return block;
}

/* Adds memory at the heap's end, so that a free block of `size` can be there. */
static bool grow(uint32_t size) {
  if (!end) {
    uintptr_t start = (((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15) + HEAD;
    uintptr_t stop = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE - HEAD;
    fresh = start;
    end = (Block *)start;
    end->before = 0;
    end->size = 0;
    if (stop >= start + 64) {
      Block *block = end;
      end = (Block *)stop;
      end->size = 0;
      set_size(block, stop - start, FREE);
      insert(block);
      if (size_of(block) >= size)
        return true;
    }
  }
  uint32_t have = end->before && (before(end)->size & FREE) ? end->before : 0;
  uint32_t need = (size > have ? size - have : 1) / PAGE + 1;
  uint32_t pages = need < GROWTH ? GROWTH : need;
  uintptr_t old = __builtin_wasm_memory_grow(0, pages);
  if (old == (uintptr_t)-1) {
    pages = need;
    old = __builtin_wasm_memory_grow(0, pages);
    if (old == (uintptr_t)-1)
      return false;
  }
  /* Nobody else grows the memory. */
  if (old * PAGE != (uintptr_t)end + HEAD)
    __builtin_trap();
  Block *block = end;
  end = (Block *)((char *)block + pages * PAGE);
  end->size = 0;
  set_size(block, pages * PAGE, 0);
  release(block);
  return true;
}

/* Gives back what the block has beyond `size`. */
static void trim(Block *block, uint32_t size, uint32_t least) {
  uint32_t have = size_of(block);
  if (have - size < least)
    return;
  set_size(block, size, 0);
  Block *rest = after(block);
  rest->size = have - size;
  after(rest)->before = have - size;
  release(rest);
}

/* The block size for a payload; 0 when there is none that large. */
static inline uint32_t block_size(size_t bytes) {
  if (bytes > 0xfff00000u)
    return 0;
  return bytes <= 8 ? 16 : ((uint32_t)bytes + HEAD + 15) & ~15u;
}

static Block *allocate(uint32_t size) {
  Block *block = size ? find(size) : NULL;
  if (!block) {
    if (!size || !grow(size) || !(block = find(size)))
      return NULL;
  }
  take_out(block);
  block->size = size_of(block);
  trim(block, size, SPLIT);
  return block;
}

void *malloc(size_t bytes) {
  Block *block = allocate(block_size(bytes));
  if (!block) {
    errno = ENOMEM;
    return NULL;
  }
  touch((uintptr_t)after(block));
  return payload(block);
}

void *calloc(size_t count, size_t each) {
  size_t bytes;
  Block *block = NULL;
  if (!__builtin_mul_overflow(count, each, &bytes))
    block = allocate(block_size(bytes));
  if (!block) {
    errno = ENOMEM;
    return NULL;
  }
  uintptr_t start = (uintptr_t)payload(block), stop = (uintptr_t)after(block);
  /* What was never used is zero already. */
  if (start < fresh)
    memset((void *)start, 0, (stop < fresh ? stop : fresh) - start);
  touch(stop);
  return (void *)start;
}

void free(void *pointer) {
  if (!pointer)
    return;
  Block *block = block_of(pointer);
  if (block->size & FREE)
    __builtin_trap();
  release(block);
}

void *realloc(void *pointer, size_t bytes) {
  if (!pointer)
    return malloc(bytes);
  uint32_t size = block_size(bytes);
  Block *block = block_of(pointer);
  if (block->size & FREE)
    __builtin_trap();
  uint32_t have = size_of(block);
  if (size && size <= have) {
    trim(block, size, 64);
    return pointer;
  }
  if (size) {
    Block *next = after(block);
    bool last = next == end || ((next->size & FREE) && after(next) == end);
    uint32_t room = have + (next->size & FREE ? size_of(next) : 0);
    /* A large block at the heap's end grows with the heap instead of moving. */
    if (room < size && last && size >= PAGE && grow(size - have)) {
      next = after(block);
      room = have + size_of(next);
    }
    if (room >= size && (next->size & FREE)) {
      take_out(next);
      set_size(block, room, 0);
      trim(block, size, SPLIT);
      touch((uintptr_t)after(block));
      return pointer;
    }
  }
  void *moved = malloc(bytes);
  if (moved) {
    memcpy(moved, pointer, have - HEAD);
    free(pointer);
  }
  return moved;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  if (alignment <= 16)
    return malloc(bytes);
  /* Nothing in the engine asks for more. */
  errno = ENOMEM;
  return NULL;
}

size_t malloc_usable_size(void *pointer) {
  return pointer ? size_of(block_of(pointer)) - HEAD : 0;
}

void edge_heap_tidy(void) {
  for (uint32_t level = 0; level < LEVELS; level++)
    for (uint32_t list = 0; list < LISTS; list++)
      for (Block *block = lists[level][list]; block; block = block->next) {
        uintptr_t start = (uintptr_t)block + sizeof(Block), stop = (uintptr_t)after(block);
        if (stop > fresh)
          stop = fresh;
        if (start < stop)
          memset((void *)start, 0, stop - start);
      }
}

void edge_heap_retire(uint32_t below) {
  for (uint32_t level = 0; level < LEVELS; level++)
    for (uint32_t list = 0; list < LISTS; list++)
      for (Block *block = lists[level][list], *next; block; block = next) {
        next = block->next;
        if (size_of(block) >= below)
          continue;
        take_out(block);
        block->size &= ~FREE;
        block->next = block->previous = NULL;
      }
}

void edge_malloc_figures(EdgeMallocFigures *out) {
  *out = (EdgeMallocFigures){0};
  if (!end)
    return;
  uintptr_t start = (((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15) + HEAD;
  out->total = (uint32_t)((uintptr_t)end - start);
  for (uint32_t level = 0; level < LEVELS; level++)
    for (uint32_t list = 0; list < LISTS; list++)
      for (Block *block = lists[level][list]; block; block = block->next) {
        out->free += size_of(block);
        out->free_blocks++;
        if (out->largest_free < size_of(block))
          out->largest_free = size_of(block);
      }
}
