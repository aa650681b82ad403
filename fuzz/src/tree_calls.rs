//! File calls with any paths, each on a kernel and on the model; what `paths` and `volumes` share.

use super::input::Input;
use super::model::Model;
use edge_wasix::Kernel;
use edge_wasix::fs::constants::{O_APPEND, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY};

/// Pieces of paths: what may exist, and what must not confuse.
pub const PIECES: &[&[u8]] =
    &[b"a", b"b", b"c", b"m", b"in", b"r", b"planted", b".", b"..", b"", b"/", b"...", b"a\\b", b"\xff\xfe", b"\0", b"-"];

fn path(input: &mut Input<'_>, pieces: &[&[u8]]) -> Vec<u8> {
    let mut path = Vec::new();
    if input.byte() % 2 == 0 {
        path.push(b'/');
    }
    match input.byte() {
        0..=2 => path.extend_from_slice(input.bytes(20)),
        3 => path.extend(std::iter::repeat_n(b'x', 250 + input.below(10))),
        4 => path.extend(b"a/".repeat(2040 + input.below(20))),
        _ => {
            for index in 0..=input.below(5) {
                if index > 0 {
                    path.push(b'/');
                }
                path.extend_from_slice(input.of(pieces));
            }
            if input.byte() % 8 == 0 {
                path.push(b'/');
            }
        }
    }
    path
}

/// Both succeed with the same, or both fail.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, paths: &[&[u8]], real: edge_wasix::Result<T>, model: Result<T, ()>) {
    let paths: Vec<_> = paths.iter().map(|path| String::from_utf8_lossy(path)).collect();
    match (&real, &model) {
        (Ok(real), Ok(model)) => assert_eq!(real, model, "{what} {paths:?}"),
        (Err(_), Err(())) => {}
        _ => panic!("{what} {paths:?}: {real:?}, the model says {model:?}"),
    }
}

/// Up to 200 calls as the bytes say, with paths of these pieces.
pub fn drive(kernel: &Kernel, model: &mut Model, input: &mut Input<'_>, pieces: &[&[u8]]) {
    let mut calls = 0;
    while !input.is_empty() && calls < 200 {
        calls += 1;
        let call = input.byte() % 18;
        let p = path(input, pieces);
        let kind = |stat: edge_wasix::fs::Stat| match stat.mode & 0o170_000 {
            0o040_000 => ('d', 0),
            0o120_000 => ('l', stat.size as usize),
            _ => ('f', stat.size as usize),
        };
        match call {
            0 | 1 => same("mkdir", &[&p], kernel.mkdir(&p, 0o777), model.mkdir(&p)),
            2 | 3 => {
                let contents = input.bytes(4);
                let real = kernel.write_file(&p, contents, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
                same("write", &[&p], real, model.write(&p, contents));
            }
            4 | 5 => {
                let target = path(input, pieces);
                same("symlink", &[&target, &p], kernel.symlink(&target, &p), model.symlink(&target, &p));
            }
            6 => {
                let to = path(input, pieces);
                same("link", &[&p, &to], kernel.link(&p, &to), model.link(&p, &to));
            }
            7 | 8 => {
                let to = path(input, pieces);
                same("rename", &[&p, &to], kernel.rename(&p, &to), model.rename(&p, &to));
            }
            9 => same("unlink", &[&p], kernel.unlink(&p), model.unlink(&p)),
            10 => same("rmdir", &[&p], kernel.rmdir(&p), model.rmdir(&p)),
            11 => same("stat", &[&p], kernel.stat(&p).map(kind), model.stat(&p, true)),
            12 => same("lstat", &[&p], kernel.lstat(&p).map(kind), model.stat(&p, false)),
            13 => same("readlink", &[&p], kernel.readlink(&p), model.readlink(&p)),
            14 => same("realpath", &[&p], kernel.realpath(&p), model.realpath(&p)),
            15 => {
                let contents = input.bytes(4);
                let real = kernel.write_file(&p, contents, O_WRONLY | O_CREAT | O_EXCL, 0o666);
                same("write anew", &[&p], real, model.write_new(&p, contents));
            }
            16 => {
                let contents = input.bytes(4);
                let real = kernel.write_file(&p, contents, O_WRONLY | O_APPEND, 0o666);
                same("append", &[&p], real, model.append(&p, contents));
            }
            _ => {
                let listed = kernel.readdir(&p).map(|entries| {
                    let mut names: Vec<_> = entries.into_iter().map(|entry| entry.name).collect();
                    names.sort();
                    names
                });
                same("readdir", &[&p], listed, model.readdir(&p));
                same("read", &[&p], kernel.read_file(&p, 1 << 20), model.read(&p));
            }
        }
    }
}
