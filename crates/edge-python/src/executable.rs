//! What makes the Python module an executable as well: the wheel has one native file, installed as `bin/edge-node`, which the system
//! starts and Python loads.
//!
//! A shared library is started like any program when it names its loader (`.interp`) and has an entry point (`build.rs`); the C library's
//! own file is one. The entry does what the C start files do in a program. It has none of what Rust's runtime does before `main`:
//! arguments are taken by the standard library's own initializer, signals are set by `edge_cli::main`, and closed standard streams are
//! opened here. Python's names, of which a started program has none, are made optional by the build backend (`edge_build/elf.py`);
//! nothing that `edge_cli` reaches uses them.

use std::ffi::{c_char, c_int, c_void};

#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".pushsection .interp,\"a\",@progbits",
    "edge_node_loader: .asciz \"/lib64/ld-linux-x86-64.so.2\"",
    ".popsection",
    ".pushsection .text.edge_node_start,\"ax\",@progbits",
    ".globl edge_node_start",
    ".type edge_node_start,@function",
    "edge_node_start:",
    ".cfi_startproc",
    ".cfi_undefined rip",
    "xor ebp, ebp",
    "mov rdi, rsp",
    "mov rsi, rdx",
    // Named, so that the linker keeps it.
    "lea rdx, [rip + edge_node_loader]",
    "and rsp, -16",
    "call {enter}",
    "ud2",
    ".cfi_endproc",
    ".popsection",
    enter = sym enter,
);

#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".pushsection .interp,\"a\",@progbits",
    "edge_node_loader: .asciz \"/lib/ld-linux-aarch64.so.1\"",
    ".popsection",
    ".pushsection .text.edge_node_start,\"ax\",@progbits",
    ".globl edge_node_start",
    ".type edge_node_start,@function",
    "edge_node_start:",
    ".cfi_startproc",
    ".cfi_undefined x30",
    "mov x29, #0",
    "mov x30, #0",
    "mov x1, x0",
    "mov x0, sp",
    // Named, so that the linker keeps it.
    "adrp x2, edge_node_loader",
    "bl {enter}",
    "brk #0",
    ".cfi_endproc",
    ".popsection",
    enter = sym enter,
);

type Main = extern "C" fn(c_int, *mut *mut c_char, *mut *mut c_char) -> c_int;

unsafe extern "C" {
    fn __libc_start_main(
        main: Main,
        argc: c_int,
        argv: *mut *mut c_char,
        init: Option<extern "C" fn()>,
        fini: Option<extern "C" fn()>,
        loader_fini: *const c_void,
        stack_end: *const c_void,
    ) -> !;
}

/// `stack` is the stack pointer with which the system started the process: the number of arguments, then their addresses;
/// `loader_fini` is what the loader wants to be called at exit.
extern "C" fn enter(stack: *mut usize, loader_fini: *const c_void) -> ! {
    // SAFETY: the system laid this out (System V ABI, "Process Initialization"). The C library runs the initializers of this file itself
    // when it is given no function for that (glibc 2.34 and later; `edge_build` asks for no earlier one).
    unsafe { __libc_start_main(main, *stack as c_int, stack.add(1).cast(), None, None, loader_fini, stack.cast()) }
}

extern "C" fn main(_argc: c_int, _argv: *mut *mut c_char, _envp: *mut *mut c_char) -> c_int {
    edge_wasix::host_stream::open_closed();
    edge_cli::main();
    0
}
