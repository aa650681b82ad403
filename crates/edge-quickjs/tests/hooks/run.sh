#!/bin/bash
# run.sh [--node]: builds the patched engine natively with gcc and runs js/*.js, comparing with
# js/*.out; with --node it shows instead where real Node ($NODE) says otherwise.
# The engine's sources are those of the rquickjs-sys crate in the cargo registry ($QUICKJS overrides).
set -e
here=$(cd "$(dirname "$0")" && pwd)
crate=$here/../..
src=${QUICKJS:-$(ls -d ~/.cargo/registry/src/*/rquickjs-sys-0.14.0/quickjs | head -1)}
build=${BUILD:-/tmp/edgesh-build}
mkdir -p "$build/src"
cp "$src"/*.[ch] "$build/src/"
# 03xx ties the engine to the shim, which this shell has not
for p in "$crate"/patches/0[12]*.patch; do
  (cd "$build/src" && patch -s -p1 --fuzz=0 --no-backup-if-mismatch < "$p")
done
cd "$build/src"
gcc ${CFLAGS:--O1 -g} -w -D_GNU_SOURCE -I. -I"$crate/shim" -I"$here" \
  quickjs.c libregexp.c libunicode.c dtoa.c "$here/edgesh.c" -lm -lpthread -o "$build/edgesh"
cd "$here/js"
status=0
for t in *.js; do
  n=${t%.js}
  ulimit -v "${MEMORY:-8000000}" 2>/dev/null || true
  "$build/edgesh" "$t" > "$build/$n.got" 2>&1 || true
  if [ "$1" = --node ]; then
    "${NODE:-node}" --no-warnings --expose-internals -r ../node_prelude.js "$t" > "$build/$n.node" 2>&1 || true
    diff -u "$build/$n.node" "$build/$n.got" || true
  elif ! diff -u "$n.out" "$build/$n.got"; then
    echo "FAIL $n"
    status=1
  else
    echo "ok $n"
  fi
done
exit $status
