/*
 * engine_errors_messages.inc.h - the engine's messages in V8's wording. Part of the
 * engine (see engine_errors_stack.inc.h).
 *
 * Texts that differ only in wording are translated by a table keyed by the engine's
 * own format string, so that upstream's throw sites stay as they are. Texts that
 * say more than the engine's are made by the functions below it.
 */

typedef struct JSMessageText {
    const char *from; /* the engine's format */
    /* V8's: the same conversions in the same order, or a template about the native
       function that runs: $N its name, $Q its full name (Array.prototype.map),
       $C its class (Array), $T the receiver, $0 $1 $2 arguments */
    const char *to;
    const char *when; /* only in the native of this name (a prefix); NULL: always */
} JSMessageText;

static const JSMessageText js_message_texts[] = {
    { "invalid number of digits", "$N() digits argument must be between 0 and 100", "toFixed" },
    { "invalid number of digits", "$N() argument must be between 1 and 100", "toPrecision" },
    { "invalid number of digits", "$N() argument must be between 0 and 100" },
    { "not a number", "$Q requires that 'this' be a Number", "to" },
    { "not a number", "$Q requires that 'this' be a Number", "valueOf" },
    { "not a boolean", "$Q requires that 'this' be a Boolean" },
    { "not a string", "$Q requires that 'this' be a String", "toString" },
    { "not a string", "$Q requires that 'this' be a String", "valueOf" },
    { "not a BigInt", "$Q requires that 'this' be a BigInt" },
    { "not a symbol", "$0 is not a symbol", "keyFor" },
    { "not a symbol", "Symbol.prototype [ @@toPrimitive ] requires that 'this' be a Symbol", "[Symbol.toPrimitive]" },
    { "not a symbol", "$Q requires that 'this' be a Symbol" },
    { "not a Date object", "Method $Q called on incompatible receiver $T", "toString" },
    { "not a Date object", "this is not a Date object." },
    { "not a TypedArray", "this is not a typed array." },
    { "not a DataView", "Method $Q called on incompatible receiver $T" },
    { "not a generator", "Method [Generator].prototype.$N called on incompatible receiver $T" },
    { "not a object", "CreateListFromArrayLike called on non-object" },
    { "regexp not supported", "First argument to $Q must not be a regular expression" },
    { "regexp must have the 'g' flag", "$Q called with a non-global RegExp argument" },
    { "cannot convert to object", "$Q called on null or undefined" },
    { "null or undefined are forbidden", "$Q called on null or undefined" },
    { "must be positive", "$0 must be positive" },
    { "invalid code point", "Invalid code point $0" },
    { "invalid hint", "Invalid hint: $0" },
    { "expecting surrogate pair", "URI malformed" },
    { "malformed UTF-8", "URI malformed" },
    { "expecting %%", "URI malformed" },
    { "integer TypedArray expected", "$0 is not an int32 or BigInt64 typed array.", "wait" },
    { "integer TypedArray expected", "$0 is not an integer typed array." },
    { "out-of-bound access", "Invalid atomic access index" },
    { "invalid array index", "Invalid array buffer length", "ArrayBuffer" },
    { "invalid array index", "Invalid array buffer length", "SharedArrayBuffer" },
    { "invalid array index", "Offset is outside the bounds of the DataView", "get" },
    { "invalid array index", "Offset is outside the bounds of the DataView", "set" },
    { "invalid array index", "Start offset $1 is outside the bounds of the buffer", "DataView" },
    { "invalid array index", "Invalid atomic access index", "atomic" },
    { "invalid array index", "Invalid value: not (convertible to) a safe integer", "as" },
    { "invalid array index", "Invalid typed array length: $0" },
    { "invalid array index: %" PRId64, "Invalid index : %" PRId64 },
    { "invalid array length", "offset is out of bounds", "set" },
    { "invalid array buffer length", "Invalid array buffer length", "resize" },
    { "invalid byteOffset", "Start offset $1 is outside the bounds of the buffer" },
    { "invalid byteLength", "Invalid DataView length $2" },
    { "invalid byteOffset or byteLength", "Invalid DataView length $2" },
    { "invalid offset", "Start offset $1 is outside the bounds of the buffer" },
    { "invalid length", "Invalid typed array length: $2" },
    { "length out of bounds", "Invalid typed array length: $0" },
    { "invalid target", "WeakRef: invalid target", "WeakRef" },
    { "invalid target", "$Q: invalid target" },
    { "invalid unregister token", "Invalid unregisterToken ('$0')" },
    { "invalid value used as %s key", "Invalid value used in weak set", "add" },
    { "cannot convert to BigInt", "Cannot convert $0 to a BigInt" },
    { "cannot convert to BigInt: not an integer", "The number $0 cannot be converted to a BigInt because it is not an integer" },
    { "cannot convert NaN or Infinity to BigInt", "The number $0 cannot be converted to a BigInt because it is not an integer" },
    { "abstract class not constructable", "Abstract class $N not directly constructable" },
    { "constructor requires 'new'", "Constructor $N requires 'new'" },
    { "invalid property access", "'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions or the arguments objects for calls to them" },
    { "Property description must be an object", "Property description must be an object: $2" },
    { "Cannot prevent extensions", "'preventExtensions' on proxy: trap returned falsish" },
    { "revoked proxy", "Cannot perform operation on a proxy that has been revoked" },
    { "toPrimitive", "Cannot convert object to primitive value" },
    { "not a proxy", "value is not a proxy" },
    { "Iterator.from called on non-object", "Iterator.from called on non-object" },
    { "Array loo long", "Invalid array length" },
    { "Array too long", "Invalid array length" },
    { "ArrayBuffer is detached", "Cannot perform %TypedArray%.prototype.* on a detached ArrayBuffer" },
    { "ArrayBuffer is detached or resized", "Cannot perform operation on a detached or out-of-bounds ArrayBuffer" },
    { "BigInt are forbidden in JSON.stringify", "Do not know how to serialize a BigInt" },
    { "BigInt division by zero", "Division by zero" },
    { "BigInt is too large", "Maximum BigInt size exceeded" },
    { "BigInt is too large to allocate", "Maximum BigInt size exceeded" },
    { "BigInt negative exponent", "Exponent must be non-negative" },
    { "BigInt operands are forbidden for >>>", "BigInts have no unsigned right shift, use >> instead" },
    { "Constructor requires 'new'", "Constructor requires 'new'" },
    { "Could not find export '%s' in module '%s'", "The requested module '%2$s' does not provide an export named '%1$s'" },
    { "Date value is NaN", "Invalid time value" },
    { "Getter must be a function", "Getter must be a function" },
    { "Too many arguments in function call (only %d allowed)", "Too many arguments in function call (only %d allowed)" },
    { "array buffer is not resizable", "Method ArrayBuffer.prototype.resize called on incompatible receiver #<ArrayBuffer>" },
    { "await in default expression", "Illegal await-expression in formal parameters of async function" },
    { "bad normalization form", "The normalization form should be one of NFC, NFD, NFKC, NFKD." },
    { "bigint argument with unary +", "Cannot convert a BigInt value to a number" },
    { "cannot be called", "Abstract class TypedArray not directly constructable" },
    { "cannot convert BigInt to number", "Cannot convert a BigInt value to a number" },
    { "cannot convert NaN or Infinity to BigInt", "The number NaN cannot be converted to a BigInt because it is not an integer" },
    { "cannot convert symbol to number", "Cannot convert a Symbol value to a number" },
    { "cannot convert symbol to string", "Cannot convert a Symbol value to a string" },
    { "cannot define variable '%s'", "Identifier '%s' has already been declared" },
    { "cannot delete a direct reference in strict mode", "Delete of an unqualified identifier in strict mode." },
    { "cannot delete a private class field", "Private fields can not be deleted" },
    { "cannot freeze resizable typed array", "Cannot freeze array buffer views with elements" },
    { "cannot invoke a running generator", "Generator is already running" },
    { "cannot invoke a running iterator", "Generator is already running" },
    { "cannot mix ?? with && or ||", "Unexpected token '?" "?'" },
    { "cannot read property '%s' of null", "Cannot read properties of null (reading '%s')" },
    { "cannot read property '%s' of undefined", "Cannot read properties of undefined (reading '%s')" },
    { "cannot set property '%s' of null", "Cannot set properties of null (setting '%s')" },
    { "cannot set property '%s' of undefined", "Cannot set properties of undefined (setting '%s')" },
    { "circular prototype chain", "Cyclic __proto__ value" },
    { "class fields initializers can't be async", "Unexpected token" },
    { "class statement requires a name", "Unexpected token '{'" },
    { "derived class constructor must return an object or undefined", "Derived constructors may only return object or undefined" },
    { "duplicate __proto__ property name", "Duplicate __proto__ fields are not allowed in object literals" },
    { "duplicate argument names not allowed in this context", "Duplicate parameter name not allowed in this context" },
    { "duplicate default", "More than one default clause in switch statement" },
    { "duplicate exported name '%s'", "Duplicate export of '%s'" },
    { "empty array", "Reduce of empty array with no initial value" },
    { "empty iterator", "Reduce of a done iterator with no initial value" },
    { "exported variable '%s' does not exist", "Export '%s' is not defined in module" },
    { "expecting hex digit", "URI malformed" },
    { "held value cannot be the target", "FinalizationRegistry.prototype.register: target and holdings must not be same" },
    { "import.meta only valid in module code", "Cannot use 'import.meta' outside a module" },
    { "import.meta not supported in this context", "Cannot use 'import.meta' outside a module" },
    { "invalid 'instanceof' right operand", "Right-hand side of 'instanceof' is not callable" },
    { "invalid UTF-8 sequence", "Invalid or unexpected token" },
    { "invalid array buffer length", "Array buffer allocation failed" },
    { "invalid array buffer max length", "Invalid array buffer max length" },
    { "invalid array index", "Invalid typed array length" },
    { "invalid array length", "Invalid array length" },
    { "invalid assignment left-hand side", "Invalid left-hand side in assignment" },
    { "invalid byteLength", "Invalid DataView length" },
    { "invalid byteOffset", "Start offset is outside the bounds of the buffer" },
    { "invalid byteOffset or byteLength", "Invalid DataView length" },
    { "invalid code point", "Invalid code point" },
    { "invalid destructuring target", "Invalid destructuring assignment target" },
    { "invalid for in/of left hand-side", "Invalid left-hand side in for-loop" },
    { "invalid increment/decrement operand", "Invalid left-hand side expression in postfix operation" },
    { "invalid length", "Invalid typed array length" },
    { "invalid lvalue in strict mode", "Unexpected eval or arguments in strict mode" },
    { "invalid max array buffer length", "Invalid array buffer max length" },
    { "invalid number literal", "Invalid or unexpected token" },
    { "invalid offset", "Start offset is outside the bounds of the buffer" },
    { "invalid repeat count", "Invalid count value" },
    { "invalid string length", "Invalid string length" },
    { "invalid target", "Invalid value used in weak collection" },
    { "invalid typed array index", "Invalid typed array index" },
    { "invalid unregister token", "Invalid unregisterToken" },
    { "invalid use of 'super'", "'super' keyword unexpected here" },
    { "invalid value used as %s key", "Invalid value used as weak map key" },
    { "invalid value used as WeakMap key", "Invalid value used as weak map key" },
    { "iterator does not have a throw method", "The iterator does not provide a 'throw' method" },
    { "iterator must return an object", "Iterator result is not an object" },
    { "length out of bounds", "Invalid typed array length" },
    { "lexical declarations can't appear in single-statement context", "Lexical declaration cannot appear in a single-statement context" },
    { "line terminator not allowed after throw", "Illegal newline after throw" },
    { "new.target only allowed within functions", "new.target expression is not allowed here" },
    { "no setter for property", "Cannot set property which has only a getter" },
    { "not a generator", "next method called on incompatible receiver" },
    { "null or undefined are forbidden", "Cannot convert undefined or null to object" },
    { "object is not extensible", "object is not extensible" },
    { "object needs toISOString method", "toISOString is not a function" },
    { "object prototype may only be an Object or null", "Object prototype may only be an Object or null" },
    { "operand 'prototype' property is not an object", "Function has non-object prototype in instanceof check" },
    { "out of bound", "Offset is outside the bounds of the DataView" },
    { "out of memory", "out of memory" },
    { "parent prototype must be an object or null", "Class extends value does not have valid prototype property" },
    { "private class field '%s' already exists", "Cannot initialize %s twice on the same object" },
    { "private class field forbidden after super", "Unexpected private field" },
    { "private method is already present", "Cannot initialize private methods of class twice on the same object" },
    { "promise self resolution", "Chaining cycle detected for promise #<Promise>" },
    { "proxy: bad prototype", "'getPrototypeOf' on proxy: trap returned neither object nor null" },
    { "proxy: cannot set property", "'set' on proxy: trap returned falsish" },
    { "proxy: defineProperty exception", "'defineProperty' on proxy: trap returned falsish" },
    { "proxy: duplicate property", "'ownKeys' on proxy: trap returned duplicate entries" },
    { "proxy: inconsistent defineProperty", "'defineProperty' on proxy: trap returned truish for adding an incompatible property" },
    { "proxy: inconsistent deleteProperty", "'deleteProperty' on proxy: trap returned truish for a property which is non-configurable in the proxy target" },
    { "proxy: inconsistent get", "'get' on proxy: property is a read-only and non-configurable data property on the proxy target but the proxy did not return its actual value" },
    { "proxy: inconsistent getOwnPropertyDescriptor", "'getOwnPropertyDescriptor' on proxy: trap returned descriptor that is incompatible with the existing property in the proxy target" },
    { "proxy: inconsistent has", "'has' on proxy: trap returned falsish for a property which exists in the proxy target as non-configurable" },
    { "proxy: inconsistent isExtensible", "'isExtensible' on proxy: trap result does not reflect extensibility of proxy target" },
    { "proxy: inconsistent preventExtensions", "'preventExtensions' on proxy: the proxy target is extensible" },
    { "proxy: inconsistent prototype", "'getPrototypeOf' on proxy: proxy target is non-extensible but the trap did not return its actual prototype" },
    { "proxy: inconsistent set", "'set' on proxy: trap returned truish for a property which exists in the proxy target as a non-configurable and non-writable data property with a different value" },
    { "proxy: ownKeys must return an object", "CreateListFromArrayLike called on non-object" },
    { "proxy: properties must be strings or symbols", "undefined is not a valid property name" },
    { "proxy: property not present in target were returned by non extensible proxy", "'ownKeys' on proxy: trap returned extra keys but proxy target is non-extensible" },
    { "proxy: target property must be present in proxy ownKeys", "'ownKeys' on proxy: trap result did not include a required key" },
    { "proxy preventExtensions handler returned false", "'preventExtensions' on proxy: trap returned falsish" },
    { "redeclaration of '%s'", "Identifier '%s' has already been declared" },
    { "rest element cannot have a default value", "Invalid destructuring assignment target" },
    { "rest element must be the last one", "Rest element must be last element" },
    { "return not in a function", "Illegal return statement" },
    { "setter is forbidden", "Cannot redefine property" },
    { "super() is only valid in a derived class constructor", "'super' keyword unexpected here" },
    { "'super' is only valid in a method", "'super' keyword unexpected here" },
    { "template literal cannot appear in an optional chain", "Invalid tagged template on optional chain" },
    { "throw is not a method", "The iterator does not provide a 'throw' method" },
    { "'this' can be initialized only once", "Super constructor may only be called once" },
    { "toPrimitive", "Cannot convert object to primitive value" },
    { "undefined private field '%s'", "Private field '%s' must be declared in an enclosing class" },
    { "unexpected 'await' keyword", "await is only valid in async functions and the top level bodies of modules" },
    { "unexpected 'yield' keyword", "Unexpected strict mode reserved word" },
    { "unexpected character", "Invalid or unexpected token" },
    { "unexpected end of comment", "Invalid or unexpected token" },
    { "unexpected end of string", "Invalid or unexpected token" },
    { "a declaration in the head of a for-%s loop can't have an initializer", "for-%s loop variable declaration may not have an initializer." },
    { "unexpected line terminator in regexp", "Invalid regular expression: missing /" },
    { "unparenthesized unary expression can't appear on the left-hand side of '**'", "Unary operator used immediately before exponentiation expression. Parenthesis must be used to disambiguate operator precedence" },
    { "unsupported reference to 'super'", "Unsupported reference to 'super'" },
    { "value has no property", "Cannot read properties of undefined" },
    { "yield in default expression", "Yield expression not allowed in formal parameter" },
    { "'arguments' identifier is not allowed in class field initializer", "'arguments' is not allowed in class field initializer or static initialization block" },
    { "'Immutable prototype object 'Object.prototype' cannot have their prototype set'", "Immutable prototype object 'Object.prototype' cannot have their prototype set" },
    { "invalid redefinition of lexical identifier", "Identifier has already been declared" },
    { "missing initializer for const variable", "Missing initializer in const declaration" },
    { "missing initializer for destructuring", "Missing initializer in destructuring declaration" },
    { "break must be inside loop or switch", "Illegal break statement" },
    { "continue must be inside loop", "Illegal continue statement: no surrounding iteration statement" },
    { "expecting catch or finally", "Missing catch or finally after try" },
    { "octal escape sequences are not allowed in strict mode", "Octal escape sequences are not allowed in strict mode." },
    { "malformed escape sequence in string literal", "Invalid Unicode escape sequence" },
    { "functions can only be declared in strict mode at top level or inside a block", "In strict mode code, functions can only be declared at top level or inside a block." },
    { "with statement not allowed in strict mode", "Strict mode code may not include a with statement" },
    { "property name cannot be a bigint literal", "Invalid or unexpected token" },
    { "constructor cannot be a generator or async", "Class constructor may not be an async method" },
    { "not allowed in strict mode", "Unexpected eval or arguments in strict mode" },
};

static JSObject *js_error_current_native(JSContext *ctx, JSStackFrame **psf);

/* The class on whose prototype or constructor a native lies, or JS_ATOM_NULL. */
static JSAtom js_error_native_class(JSContext *ctx, JSObject *func, bool *is_static)
{
    JSContext *realm = func->u.cfunc.realm;
    JSRuntime *rt = ctx->rt;
    JSValue name;
    JSAtom atom, ret = JS_ATOM_NULL;
    JSObject *p;
    JSProperty *pr;
    JSShapeProperty *prs;
    const char *str;
    bool found;
    int i;

    name = js_error_function_name(ctx, JS_MKPTR(JS_TAG_OBJECT, func));
    if (!JS_IsString(name))
        return JS_ATOM_NULL;
    str = JS_ToCString(ctx, name);
    if (str && (!strncmp(str, "get ", 4) || !strncmp(str, "set ", 4)))
        atom = JS_NewAtom(ctx, str + 4);
    else
        atom = JS_ValueToAtom(ctx, name);
    JS_FreeCString(ctx, str);
    JS_FreeValue(ctx, name);
    for (i = 1; i < rt->class_count && ret == JS_ATOM_NULL; i++) {
        if (JS_VALUE_GET_TAG(realm->class_proto[i]) != JS_TAG_OBJECT)
            continue;
        p = JS_VALUE_GET_OBJ(realm->class_proto[i]);
        *is_static = false;
        if (js_error_property_is(p, atom, func, &found)) {
            ret = rt->class_array[i].class_name;
            break;
        }
        prs = find_own_property(&pr, p, JS_ATOM_constructor);
        if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_NORMAL &&
            JS_VALUE_GET_TAG(pr->u.value) == JS_TAG_OBJECT &&
            js_error_property_is(JS_VALUE_GET_OBJ(pr->u.value), atom, func, &found)) {
            *is_static = true;
            ret = rt->class_array[i].class_name;
        }
    }
    JS_FreeAtom(ctx, atom);
    return ret;
}

/* Fills a template ($N, $Q, ...) in; '%' comes out doubled, for printf. */
static const char *js_error_template(JSContext *ctx, const char *tmpl, char *buf, size_t size)
{
    JSStackFrame *sf = NULL;
    JSObject *func = js_error_current_native(ctx, &sf);
    DynBuf d;
    JSValue name;
    JSAtom cls;
    bool is_static = false;
    size_t i, n = 0;

    js_dbuf_init(ctx, &d);
    for (; *tmpl; tmpl++) {
        if (*tmpl != '$') {
            dbuf_putc(&d, *tmpl);
            continue;
        }
        tmpl++;
        if (!func) {
            dbuf_putstr(&d, "value");
            continue;
        }
        cls = *tmpl == 'Q' || *tmpl == 'C' ? js_error_native_class(ctx, func, &is_static) : JS_ATOM_NULL;
        switch (*tmpl) {
        case 'T':
            js_error_put_brief(ctx, &d, sf->this_val);
            break;
        case '0':
        case '1':
        case '2':
            if (*tmpl - '0' < sf->arg_count)
                js_error_put_brief(ctx, &d, sf->arg_buf[*tmpl - '0']);
            else
                dbuf_putstr(&d, "undefined");
            break;
        case 'C':
            if (cls != JS_ATOM_NULL)
                js_error_put_atom(ctx, &d, cls);
            break;
        case 'Q':
            if (cls != JS_ATOM_NULL) {
                js_error_put_atom(ctx, &d, cls);
                dbuf_putstr(&d, is_static ? "." : ".prototype.");
            }
            /* fall thru */
        default:
            name = js_error_function_name(ctx, sf->cur_func);
            if (JS_IsString(name)) {
                const char *str = JS_ToCString(ctx, name);
                if (str)
                    dbuf_putstr(&d, cls != JS_ATOM_NULL && (!strncmp(str, "get ", 4) || !strncmp(str, "set ", 4)) ?
                                str + 4 : str);
                JS_FreeCString(ctx, str);
            }
            JS_FreeValue(ctx, name);
            break;
        }
    }
    for (i = 0; i < d.size && n + 3 < size; i++) {
        if (d.buf[i] == '%')
            buf[n++] = '%';
        buf[n++] = d.buf[i];
    }
    buf[n] = '\0';
    dbuf_free(&d);
    return buf;
}

/* V8's format for one of the engine's; the same if the table has none. */
static const char *js_error_v8_text(JSContext *ctx, const char *fmt, char *buf, size_t size)
{
    const JSMessageText *t;
    int i;

    if (ctx->rt->in_out_of_memory)
        return fmt;
    if (!strcmp(fmt, "Cannot convert undefined or null to object")) {
        JSStackFrame *sf;
        JSObject *p = js_error_current_native(ctx, &sf);
        bool is_static;
        JSAtom cls = p ? js_error_native_class(ctx, p, &is_static) : JS_ATOM_NULL;
        if (p && !sf->is_constructor && (JS_IsUndefined(sf->this_val) || JS_IsNull(sf->this_val)) &&
            cls != JS_ATOM_NULL && cls != JS_ATOM_Object && !is_static)
            return js_error_template(ctx, "$Q called on null or undefined", buf, size);
        return fmt;
    }
    for (i = 0; i < (int)countof(js_message_texts); i++) {
        t = &js_message_texts[i];
        if (t->from[0] != fmt[0] || strcmp(t->from, fmt))
            continue;
        if (t->when) {
            JSStackFrame *sf;
            JSObject *p = js_error_current_native(ctx, &sf);
            JSValue name = p ? js_error_function_name(ctx, sf->cur_func) : JS_NULL;
            const char *str = JS_IsString(name) ? JS_ToCString(ctx, name) : NULL;
            bool match = str && !strncmp(str, t->when, strlen(t->when));
            JS_FreeCString(ctx, str);
            JS_FreeValue(ctx, name);
            if (!match)
                continue;
        }
        return strchr(t->to, '$') && !strstr(t->to, "%2$") ?
            js_error_template(ctx, t->to, buf, size) : t->to;
    }
    return fmt;
}

static void js_error_put_quoted_atom(JSContext *ctx, DynBuf *dbuf, JSAtom atom)
{
    dbuf_putc(dbuf, '\'');
    js_error_put_atom(ctx, dbuf, atom);
    dbuf_putc(dbuf, '\'');
}

static bool js_error_wants_throw(JSContext *ctx, int flags)
{
    return (flags & JS_PROP_THROW) ||
        ((flags & JS_PROP_THROW_STRICT) && is_strict_mode(ctx));
}

/* A failed write, definition or deletion of obj[atom]; -1, or 0 in sloppy code. */
static int js_error_throw_property(JSContext *ctx, int flags, JSObject *obj, JSAtom atom,
                                   JSPropertyFailure what)
{
    JSValueConst v = JS_MKPTR(JS_TAG_OBJECT, obj);
    DynBuf d;

    if (!js_error_wants_throw(ctx, flags))
        return false;
    js_dbuf_init(ctx, &d);
    switch (what) {
    case JS_FAIL_READ_ONLY:
        dbuf_putstr(&d, "Cannot assign to read only property ");
        js_error_put_quoted_atom(ctx, &d, atom);
        dbuf_putstr(&d, JS_IsFunction(ctx, v) ? " of function '" : " of object '");
        js_error_put_brief(ctx, &d, v);
        dbuf_putc(&d, '\'');
        break;
    case JS_FAIL_GETTER_ONLY:
        dbuf_putstr(&d, "Cannot set property ");
        js_error_put_atom(ctx, &d, atom);
        dbuf_putstr(&d, " of ");
        js_error_put_brief(ctx, &d, v);
        dbuf_putstr(&d, " which has only a getter");
        break;
    case JS_FAIL_ADD:
    case JS_FAIL_DEFINE:
        if (what == JS_FAIL_DEFINE && obj->class_id == JS_CLASS_MODULE_NS)
            goto redefine;
        dbuf_putstr(&d, what == JS_FAIL_ADD ? "Cannot add property " : "Cannot define property ");
        js_error_put_atom(ctx, &d, atom);
        dbuf_putstr(&d, ", object is not extensible");
        break;
    case JS_FAIL_REDEFINE:
    redefine:
        dbuf_putstr(&d, "Cannot redefine property: ");
        js_error_put_atom(ctx, &d, atom);
        break;
    case JS_FAIL_DELETE:
        if (obj->class_id == JS_CLASS_PROXY) {
            dbuf_putstr(&d, "'deleteProperty' on proxy: trap returned falsish for property ");
            js_error_put_quoted_atom(ctx, &d, atom);
            break;
        }
        dbuf_putstr(&d, "Cannot delete property ");
        js_error_put_quoted_atom(ctx, &d, atom);
        dbuf_putstr(&d, " of ");
        js_error_put_brief(ctx, &d, v);
        break;
    }
    js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
    return -1;
}

/* prefix, value, suffix */
static JSValue js_error_throw_value(JSContext *ctx, JSErrorEnum num, const char *prefix,
                                    JSValueConst v, const char *suffix)
{
    DynBuf d;
    js_dbuf_init(ctx, &d);
    dbuf_putstr(&d, prefix);
    js_error_put_brief(ctx, &d, v);
    dbuf_putstr(&d, suffix);
    return js_error_throw_dbuf(ctx, num, &d);
}

/* The running native function, or NULL. */
static JSObject *js_error_current_native(JSContext *ctx, JSStackFrame **psf)
{
    JSStackFrame *sf = ctx->rt->current_stack_frame;
    JSObject *p;

    if (!sf)
        return NULL;
    p = JS_VALUE_GET_OBJ(sf->cur_func);
    *psf = sf;
    return p->class_id == JS_CLASS_C_FUNCTION ? p : NULL;
}

/* "Map.prototype.get", "get Map.prototype.size", "Object.keys" for a native. */
static void js_error_put_native_name(JSContext *ctx, DynBuf *d, JSStackFrame *sf,
                                     const char *class_name)
{
    JSValue name = js_error_function_name(ctx, sf->cur_func);
    const char *str = JS_IsString(name) ? JS_ToCString(ctx, name) : NULL;

    if (str && (!strncmp(str, "get ", 4) || !strncmp(str, "set ", 4))) {
        dbuf_put(d, (const uint8_t *)str, 4);
        dbuf_putstr(d, class_name);
        dbuf_putstr(d, ".prototype.");
        dbuf_putstr(d, str + 4);
    } else {
        dbuf_putstr(d, class_name);
        dbuf_putstr(d, ".prototype.");
        if (str)
            dbuf_putstr(d, str);
    }
    JS_FreeCString(ctx, str);
    JS_FreeValue(ctx, name);
}

/* A BigInt where a number is wanted; of arithmetic V8 says that types mix. */
static JSValue js_error_throw_bigint(JSContext *ctx)
{
    JSStackFrame *sf = ctx->rt->current_stack_frame;
    JSFunctionBytecode *b = sf ? js_error_bytecode(sf->cur_func) : NULL;

    if (b && sf->cur_pc > b->byte_code_buf &&
        sf->cur_pc[-1] >= OP_mul && sf->cur_pc[-1] <= OP_pow)
        return JS_ThrowTypeError(ctx, "Cannot mix BigInt and other types, use explicit conversions");
    return JS_ThrowTypeError(ctx, "Cannot convert a BigInt value to a number");
}

/* A property is set on a primitive value in strict code. */
static int js_error_throw_primitive_set(JSContext *ctx, int flags, JSValueConst v, JSAtom prop)
{
    DynBuf d;
    JSAtom type;
    JSValue str;
    bool exists = false;

    if (!js_error_wants_throw(ctx, flags))
        return false;
    js_dbuf_init(ctx, &d);
    if (JS_IsString(v))
        exists = prop == JS_ATOM_length ||
            (__JS_AtomIsTaggedInt(prop) && JS_VALUE_GET_TAG(v) == JS_TAG_STRING &&
             __JS_AtomToUInt32(prop) < JS_VALUE_GET_STRING(v)->len);
    dbuf_putstr(&d, exists ? "Cannot assign to read only property '" : "Cannot create property '");
    js_error_put_atom(ctx, &d, prop);
    dbuf_putstr(&d, exists ? "' of " : "' on ");
    type = js_operator_typeof(ctx, unsafe_unconst(v));
    js_error_put_atom(ctx, &d, type);
    dbuf_putstr(&d, " '");
    str = JS_IsSymbol(v) ? js_symbol_toString(ctx, v, 0, NULL) : JS_ToString(ctx, v);
    js_error_put_value(ctx, &d, str);
    JS_FreeValue(ctx, str);
    dbuf_putc(&d, '\'');
    js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
    return -1;
}

/* `key in obj` with an obj that is none. */
static JSValue js_error_throw_in(JSContext *ctx, JSValueConst key, JSValueConst obj)
{
    DynBuf d;
    js_dbuf_init(ctx, &d);
    dbuf_putstr(&d, "Cannot use 'in' operator to search for '");
    js_error_put_brief(ctx, &d, key);
    dbuf_putstr(&d, "' in ");
    js_error_put_brief(ctx, &d, obj);
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
}

/* A builtin constructor was called without `new`. */
static JSValue js_error_throw_without_new(JSContext *ctx, JSValueConst func)
{
    JSValue name = js_error_function_name(ctx, func);
    JSValue ret;
    ret = JS_IsString(name) ?
        js_error_throw_value(ctx, JS_TYPE_ERROR, "Constructor ", name, " requires 'new'") :
        JS_ThrowTypeError(ctx, "Constructor requires 'new'");
    JS_FreeValue(ctx, name);
    return ret;
}

static JSValue js_error_throw_regexp_flags(JSContext *ctx, JSValueConst flags)
{
    return js_error_throw_value(ctx, JS_SYNTAX_ERROR,
                                "Invalid flags supplied to RegExp constructor '", flags, "'");
}

/* Math, Reflect, ...: objects whose functions are not methods of a prototype */
static bool js_error_atom_is_namespace(JSContext *ctx, JSValueConst name)
{
    static const char names[][8] = { "Reflect", "JSON", "Math", "Atomics" };
    const char *str = JS_ToCString(ctx, name);
    bool ret = false;
    int i;
    for (i = 0; str && i < (int)countof(names); i++)
        ret |= !strcmp(str, names[i]);
    JS_FreeCString(ctx, str);
    return ret;
}

/* A builtin method's receiver has the wrong class. */
static JSValue js_error_throw_receiver(JSContext *ctx, JSAtom class_name)
{
    JSStackFrame *sf;
    DynBuf d;
    char buf[ATOM_GET_STR_BUF_SIZE];
    const char *name = JS_AtomGetStr(ctx, buf, sizeof(buf), class_name);

    if (!js_error_current_native(ctx, &sf) || sf->is_constructor)
        return JS_ThrowTypeError(ctx, "%s object expected", name);
    js_dbuf_init(ctx, &d);
    dbuf_putstr(&d, "Method ");
    js_error_put_native_name(ctx, &d, sf, name);
    dbuf_putstr(&d, " called on incompatible receiver ");
    js_error_put_brief(ctx, &d, sf->this_val);
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
}

static bool js_error_atom_is_proxy(JSContext *ctx, JSValueConst func)
{
    JSValue name = js_error_function_name(ctx, func);
    const char *str = JS_IsString(name) ? JS_ToCString(ctx, name) : NULL;
    bool ret = str && !strcmp(str, "Proxy");
    JS_FreeCString(ctx, str);
    JS_FreeValue(ctx, name);
    return ret;
}

/* Is it Object's function of that name, as the program finds it? */
static bool js_error_is_object_function(JSContext *ctx, JSValueConst func, const char *name)
{
    JSObject *p = JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT]);
    JSShapeProperty *prs;
    JSProperty *pr;
    JSAtom atom;

    prs = find_own_property(&pr, p, JS_ATOM_constructor);
    if (!prs || (prs->flags & JS_PROP_TMASK) || JS_VALUE_GET_TAG(pr->u.value) != JS_TAG_OBJECT)
        return false;
    p = JS_VALUE_GET_OBJ(pr->u.value);
    atom = JS_NewAtom(ctx, name);
    prs = find_own_property(&pr, p, atom);
    JS_FreeAtom(ctx, atom);
    return prs && !(prs->flags & JS_PROP_TMASK) && JS_VALUE_GET_TAG(pr->u.value) == JS_TAG_OBJECT &&
        JS_VALUE_GET_OBJ(pr->u.value) == JS_VALUE_GET_OBJ(func);
}

/* "X.y called on non-object", by the native that runs. */
static JSValue js_error_throw_not_an_object(JSContext *ctx)
{
    JSStackFrame *sf;
    JSErrorFrame f;
    DynBuf d;
    JSValue type, name;

    if (!js_error_current_native(ctx, &sf))
        return JS_ThrowTypeError(ctx, "Iterator result is not an object");
    if (sf->is_constructor && js_error_atom_is_proxy(ctx, sf->cur_func))
        return JS_ThrowTypeError(ctx, "Cannot create proxy with a non-object as target or handler");
    if (js_error_is_object_function(ctx, sf->cur_func, "getPrototypeOf"))
        return JS_ThrowTypeError(ctx, "Cannot convert undefined or null to object");
    if (js_error_is_object_function(ctx, sf->cur_func, "setPrototypeOf") && sf->arg_count > 0 &&
        !JS_IsUndefined(sf->arg_buf[0]) && !JS_IsNull(sf->arg_buf[0])) {
        return js_error_throw_value(ctx, JS_TYPE_ERROR, "Object prototype may only be an Object or null: ",
                                    sf->arg_count > 1 ? sf->arg_buf[1] : JS_UNDEFINED, "");
    }
    js_dbuf_init(ctx, &d);
    f.func = sf->cur_func;
    f.this_val = sf->this_val;
    f.flags = 0;
    f.pc = -1;
    name = js_error_function_name(ctx, f.func);
    type = js_error_is_toplevel(ctx, &f) || sf->is_constructor ? JS_NULL :
        js_error_type_name(ctx, &f);
    if (js_error_is_nonempty(type)) {
        js_error_put_value(ctx, &d, type);
        if (!JS_IsFunction(ctx, f.this_val) && !js_error_atom_is_namespace(ctx, type))
            dbuf_putstr(&d, ".prototype");
        dbuf_putc(&d, '.');
    }
    if (JS_IsString(name))
        js_error_put_value(ctx, &d, name);
    dbuf_putstr(&d, js_error_is_object_function(ctx, f.func, "setPrototypeOf") ?
                " called on null or undefined" : " called on non-object");
    JS_FreeValue(ctx, name);
    JS_FreeValue(ctx, type);
    return js_error_throw_dbuf(ctx, JS_TYPE_ERROR, &d);
}

/* Calling a class: V8 blames the caller, so the class's own frame is left out. */
static void js_error_throw_class_call(JSContext *ctx, JSStackFrame *sf)
{
    JSRuntime *rt = ctx->rt;
    JSValue name = js_error_function_name(ctx, sf->cur_func);

    rt->current_stack_frame = sf->prev_frame;
    if (js_error_is_nonempty(name))
        js_error_throw_value(ctx, JS_TYPE_ERROR, "Class constructor ", name,
                             " cannot be invoked without 'new'");
    else
        JS_ThrowTypeError(ctx, "Class constructors cannot be invoked without 'new'");
    JS_FreeValue(ctx, name);
    build_backtrace(ctx, rt->current_exception, JS_UNDEFINED, NULL, 0, 0, 0);
    rt->current_stack_frame = sf;
}

/* "Invalid regular expression: /src/flags: what" */
static JSValue js_error_throw_regexp(JSContext *ctx, JSValueConst pattern, JSValueConst flags,
                                     const char *msg)
{
    static const JSMessageText texts[] = {
        { "expecting ')'", "Unterminated group" },
        { "expecting ']'", "Unterminated character class" },
        { "unexpected end", "Unterminated character class" },
        { "nothing to repeat", "Nothing to repeat" },
        { "invalid repetition count", "numbers out of order in {} quantifier" },
        { "extraneous characters at the end", "Unmatched ')'" },
        { "invalid escape sequence in regular expression", "Invalid escape" },
        { "invalid class range", "Range out of order in character class" },
        { "invalid character class", "Invalid character class" },
        { "syntax error", "Lone quantifier brackets" },
        { "invalid group", "Invalid group" },
        { "invalid group name", "Invalid capture group name" },
        { "duplicate group name", "Duplicate capture group name" },
        { "group name not defined", "Invalid named capture referenced" },
        { "expecting group name", "Invalid named reference" },
        { "back reference out of range in regular expression", "Invalid escape" },
        { "unknown unicode property name", "Invalid property name" },
        { "unknown unicode script", "Invalid property name" },
        { "unknown unicode general category", "Invalid property name" },
        { "repeated line terminators", "Invalid regular expression" },
        { "missing /", "missing /" },
    };
    DynBuf d;
    JSString *p = JS_VALUE_GET_TAG(pattern) == JS_TAG_STRING ? JS_VALUE_GET_STRING(pattern) : NULL;
    int i;

    if (!strcmp(msg, "unexpected end") && p && p->len && string_get(p, p->len - 1) == '\\')
        msg = "\\ at end of pattern";
    for (i = 0; i < (int)countof(texts); i++) {
        if (!strcmp(texts[i].from, msg)) {
            msg = texts[i].to;
            break;
        }
    }
    js_dbuf_init(ctx, &d);
    dbuf_putstr(&d, "Invalid regular expression: /");
    js_error_put_value(ctx, &d, pattern);
    dbuf_putc(&d, '/');
    if (JS_IsString(flags))
        js_error_put_value(ctx, &d, flags);
    dbuf_putstr(&d, ": ");
    dbuf_putstr(&d, msg);
    return js_error_throw_dbuf(ctx, JS_SYNTAX_ERROR, &d);
}

/* A native wants a function and got something else. */
static bool js_error_throw_bad_callback(JSContext *ctx)
{
    static const JSMessageText texts[] = {
        { "Promise", "Promise resolver $0 is not a function" },
        { "sort", "The comparison function must be either a function or undefined: $0" },
        { "toSorted", "The comparison function must be either a function or undefined: $0" },
        { "bind", "Bind must be called on a function" },
        { "FinalizationRegistry", "FinalizationRegistry: cleanup must be callable" },
        { "groupBy", "$1 is not a function" },
        { "__defineGetter__", "$Q: Expecting function" },
        { "__defineSetter__", "$Q: Expecting function" },
        { "toString", "$Q requires that 'this' be a Function" },
    };
    JSStackFrame *sf;
    JSObject *p = js_error_current_native(ctx, &sf);
    JSValue name;
    const char *str;
    char buf[512];
    int i, found = -1;

    if (!p)
        return false;
    name = js_error_function_name(ctx, sf->cur_func);
    str = JS_IsString(name) ? JS_ToCString(ctx, name) : NULL;
    for (i = 0; str && i < (int)countof(texts); i++) {
        if (!strcmp(str, texts[i].from))
            found = i;
    }
    JS_FreeCString(ctx, str);
    JS_FreeValue(ctx, name);
    if (found < 0)
        return false;
    js_error_template(ctx, texts[found].to, buf, sizeof(buf));
    for (i = 0; buf[i]; i++) {
        if (buf[i] == '%' && buf[i + 1] == '%')
            memmove(buf + i, buf + i + 1, strlen(buf + i));
    }
    JS_ThrowTypeError(ctx, "%s", buf);
    return true;
}

/* What is no BigInt, by name: whatever native or operator converts it (0250). */
static JSValue edge_throw_to_bigint(JSContext *ctx, JSValueConst val, bool is_syntax)
{
    const char *text = "value";
    DynBuf d;

    js_dbuf_init(ctx, &d);
    js_error_put_brief(ctx, &d, val);
    dbuf_putc(&d, 0);
    if (!dbuf_error(&d))
        text = (const char *)d.buf;
    if (is_syntax)
        JS_ThrowSyntaxError(ctx, "Cannot convert %s to a BigInt", text);
    else
        JS_ThrowTypeError(ctx, "Cannot convert %s to a BigInt", text);
    dbuf_free(&d);
    return JS_EXCEPTION;
}
