//! Databases in files of a kernel's own: locks, logs, and nothing shared with other kernels.

use edge_sqlite::{Call, Connection, Datum, Hooks, Session, Step, Vfs, codes};
use edge_wasix::{Kernel, Limits, MemoryFs};
use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::sync::Arc;

/// Adds one to its argument; allows everything.
#[derive(Default)]
struct PlusOne(RefCell<Vec<i32>>);

impl Hooks for PlusOne {
    fn authorize(&self, action: i32, _: [Option<&[u8]>; 4]) -> i32 {
        self.0.borrow_mut().push(action);
        codes::SQLITE_OK
    }
    fn scalar(&self, _: usize, call: &Call, arguments: &[Datum<'_>]) {
        match arguments {
            [Datum::Integer(value)] => call.set_result(Datum::Integer(value + 1)),
            [Datum::Null] => panic!("a callback that panics"),
            _ => call.set_error("not an integer"),
        }
    }
    fn step(&self, _: usize, _: &Call, _: &[Datum<'_>], _: bool) {}
    fn value(&self, _: usize, _: &Call, _: bool) {}
}

fn machine() -> Arc<Vfs> {
    let kernel = Kernel::builder().mount("/", MemoryFs::new()).build().expect("a machine in memory");
    Vfs::new(kernel).expect("a file layer")
}

fn open(vfs: &Arc<Vfs>, path: &CStr) -> Arc<Connection> {
    let how = codes::SQLITE_OPEN_READWRITE | codes::SQLITE_OPEN_CREATE | codes::SQLITE_OPEN_URI;
    Connection::open(vfs, path, how).expect("a database")
}

fn exec(connection: &Connection, sql: &str) -> edge_sqlite::Result<()> {
    connection.exec(&PlusOne::default(), &CString::new(sql).expect("no NUL"))
}

fn number(connection: &Arc<Connection>, sql: &str) -> edge_sqlite::Result<i64> {
    let hooks = PlusOne::default();
    let mut statement = connection.prepare(&hooks, &CString::new(sql).expect("no NUL"))?;
    assert_eq!(statement.step(&hooks)?, Step::Row);
    match statement.column(0) {
        Datum::Integer(value) => Ok(value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_writer_keeps_others_out_until_it_has_written() {
    for mode in ["DELETE", "WAL"] {
        let vfs = machine();
        let (one, two) = (open(&vfs, c"/a.db"), open(&vfs, c"a.db"));
        exec(&one, &format!("PRAGMA journal_mode = {mode}; CREATE TABLE t(a); INSERT INTO t VALUES (1)")).unwrap();
        assert_eq!(number(&two, "SELECT count(*) FROM t"), Ok(1));
        exec(&one, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)").unwrap();
        assert_eq!(exec(&two, "INSERT INTO t VALUES (3)").unwrap_err().code & 0xff, codes::SQLITE_BUSY);
        assert_eq!(number(&two, "SELECT count(*) FROM t"), Ok(1));
        exec(&one, "COMMIT").unwrap();
        exec(&two, "INSERT INTO t VALUES (3)").unwrap();
        assert_eq!(number(&one, "SELECT count(*) FROM t"), Ok(3));
        exec(&two, "BEGIN; DELETE FROM t; ROLLBACK").unwrap();
        exec(&one, "VACUUM").unwrap();
        assert_eq!(number(&one, "SELECT count(*) FROM t"), Ok(3));
        drop((one, two));
        let names: Vec<_> = vfs.kernel().readdir(b"/").unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, [b"a.db".to_vec()], "{mode}");
    }
}

#[test]
fn kernels_share_nothing() {
    let (vfs, other) = (machine(), machine());
    let here = open(&vfs, c"file:m?mode=memory&cache=shared");
    exec(&here, "CREATE TABLE t(a)").unwrap();
    assert_eq!(number(&open(&vfs, c"file:m?mode=memory&cache=shared"), "SELECT count(*) FROM t"), Ok(0));
    assert!(number(&open(&other, c"file:m?mode=memory&cache=shared"), "SELECT count(*) FROM t").is_err());
    for vfs_name in ["unix", "unix-none", "memdb", "edge-none"] {
        let path = CString::new(format!("file:/x?vfs={vfs_name}")).unwrap();
        assert!(Connection::open(&vfs, &path, codes::SQLITE_OPEN_READWRITE | codes::SQLITE_OPEN_CREATE | codes::SQLITE_OPEN_URI).is_err());
    }
}

#[test]
fn what_is_made_of_a_connection_may_outlive_it() {
    let vfs = machine();
    let connection = open(&vfs, c":memory:");
    exec(&connection, "CREATE TABLE t(a INTEGER PRIMARY KEY)").unwrap();
    let session = Session::new(&connection, c"main", None).unwrap();
    exec(&connection, "INSERT INTO t VALUES (1)").unwrap();
    let statement = connection.prepare(&PlusOne::default(), c"SELECT * FROM t").unwrap();
    drop((vfs, connection));
    assert!(!session.changeset().unwrap().is_empty());
    drop(statement);
    drop(session);
}

#[test]
fn callbacks_answer_fail_and_panic() {
    let connection = open(&machine(), c":memory:");
    connection.create_function(c"plus_one", 1, codes::SQLITE_DETERMINISTIC, 1).unwrap();
    assert_eq!(number(&connection, "SELECT plus_one(plus_one(40))"), Ok(42));
    assert_eq!(number(&connection, "SELECT plus_one('x')").unwrap_err().message, "not an integer");
    assert!(number(&connection, "SELECT plus_one(NULL)").is_err());
    assert_eq!(number(&connection, "PRAGMA hard_heap_limit").unwrap_err().message, "not authorized");
}

#[test]
fn memory_is_counted_and_given_back() {
    let limits = Limits { host_memory: Some(4 << 20), ..Limits::NONE };
    let kernel = Kernel::builder().limits(limits).mount("/", MemoryFs::new()).build().expect("a machine in memory");
    let vfs = Vfs::new(kernel).unwrap();
    let used = || vfs.kernel().meter().used(edge_wasix::Limit::HostMemory);
    let connection = open(&vfs, c":memory:");
    assert!(exec(&connection, "CREATE TABLE t AS SELECT zeroblob(8000000)").is_err());
    exec(&connection, "CREATE TABLE u AS SELECT zeroblob(1000000)").unwrap();
    assert!(used() > 1_000_000);
    drop(connection);
    assert_eq!(used(), 0);
}
