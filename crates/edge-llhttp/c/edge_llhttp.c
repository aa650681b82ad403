/* The C face of llhttp that the Rust half uses: a parser whose events all come through one function, and accessors, so that no layout
   of llhttp's is repeated in Rust. */

#include <stddef.h>
#include <stdlib.h>

#include "llhttp.h"

/* In src/ffi.rs; the numbers are those of its `Kind`. */
extern int edge_llhttp_event(void* context, int kind, const char* at, size_t length);

enum {
  EDGE_MESSAGE_BEGIN,
  EDGE_URL,
  EDGE_STATUS,
  EDGE_HEADER_FIELD,
  EDGE_HEADER_VALUE,
  EDGE_CHUNK_EXTENSION,
  EDGE_HEADERS_COMPLETE,
  EDGE_BODY,
  EDGE_MESSAGE_COMPLETE,
  EDGE_CHUNK_HEADER,
  EDGE_CHUNK_COMPLETE,
};

#define EDGE_EVENT(name, kind)                                     \
  static int name(llhttp_t* parser) {                              \
    return edge_llhttp_event(parser->data, kind, NULL, 0);         \
  }
#define EDGE_DATA(name, kind)                                                  \
  static int name(llhttp_t* parser, const char* at, size_t length) {          \
    return edge_llhttp_event(parser->data, kind, at, length);                  \
  }

EDGE_EVENT(on_message_begin, EDGE_MESSAGE_BEGIN)
EDGE_DATA(on_url, EDGE_URL)
EDGE_DATA(on_status, EDGE_STATUS)
EDGE_DATA(on_header_field, EDGE_HEADER_FIELD)
EDGE_DATA(on_header_value, EDGE_HEADER_VALUE)
EDGE_DATA(on_chunk_extension, EDGE_CHUNK_EXTENSION)
EDGE_EVENT(on_headers_complete, EDGE_HEADERS_COMPLETE)
EDGE_DATA(on_body, EDGE_BODY)
EDGE_EVENT(on_message_complete, EDGE_MESSAGE_COMPLETE)
EDGE_EVENT(on_chunk_header, EDGE_CHUNK_HEADER)
EDGE_EVENT(on_chunk_complete, EDGE_CHUNK_COMPLETE)

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_status = on_status,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_chunk_extension_name = on_chunk_extension,
    .on_chunk_extension_value = on_chunk_extension,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
    .on_chunk_header = on_chunk_header,
    .on_chunk_complete = on_chunk_complete,
};

llhttp_t* edge_llhttp_new(void) { return calloc(1, sizeof(llhttp_t)); }

void edge_llhttp_drop(llhttp_t* parser) { free(parser); }

/* The bits of `lenient` are those of llhttp's `LENIENT_*`, which are Node's. */
void edge_llhttp_init(llhttp_t* parser, int type, unsigned lenient) {
  llhttp_init(parser, (llhttp_type_t) type, &settings);
  parser->lenient_flags = (uint16_t) lenient;
}

void edge_llhttp_set_context(llhttp_t* parser, void* context) { parser->data = context; }

int edge_llhttp_type(const llhttp_t* parser) { return parser->type; }
int edge_llhttp_method(const llhttp_t* parser) { return parser->method; }
int edge_llhttp_status_code(const llhttp_t* parser) { return parser->status_code; }
int edge_llhttp_major(const llhttp_t* parser) { return parser->http_major; }
int edge_llhttp_minor(const llhttp_t* parser) { return parser->http_minor; }
int edge_llhttp_upgrade(const llhttp_t* parser) { return parser->upgrade; }
