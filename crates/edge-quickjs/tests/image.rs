//! Images: what is saved comes back, byte for byte the same each time, and nothing else is taken for one.

mod plain_host;

use edge_quickjs::{Check, Config, Engine, Image, ImageError, PREFAULT};
use plain_host::{PlainHost, engine, eval};

const STAMP: [u8; 32] = [7; 32];
const PREPARE: &str = "var table = new Map(); for (let i = 0; i < 5000; i++) table.set('k' + i, { i, text: 'v' + i }); var n = 3;";

fn saved() -> Vec<u8> {
    let engine = engine();
    eval(&engine, PREPARE).unwrap();
    engine.snapshot(&STAMP, &[("natives", b"fs\0net"), ("empty", b"")]).unwrap()
}

fn restore(image: &Image) -> Box<Engine> {
    Engine::restore(image, Config::default(), Box::new(PlainHost(|_: &Engine, _| -1))).unwrap()
}

#[test]
fn a_restored_heap_goes_on_where_it_was() {
    let image = Image::from_bytes(&saved(), &STAMP, Check::Content).unwrap();
    assert_eq!(image.section("natives"), Some(&b"fs\0net"[..]));
    assert_eq!(image.section("empty"), Some(&b""[..]));
    assert_eq!(image.section("none"), None);
    assert!(image.stored_size() < image.memory_size());
    let first = restore(&image);
    let second = restore(&image);
    assert_eq!(eval(&first, "table.get('k4999').i + n++"), Ok(5002.0));
    assert_eq!(eval(&first, "n"), Ok(4.0));
    assert_eq!(eval(&second, "n"), Ok(3.0), "copies do not see each other");
    assert_eq!(eval(&second, "let a = []; for (let i = 0; i < 1e5; i++) a.push({ i }); a.length"), Ok(100_000.0));
    drop(first);
    assert_eq!(eval(&restore(&image), "table.size + n"), Ok(5003.0));
}

#[test]
fn the_same_heap_gives_the_same_bytes() {
    let (first, second) = (saved(), saved());
    assert!(first == second);
    let image = Image::from_bytes(&first, &STAMP, Check::Head).unwrap();
    let again = restore(&image).snapshot(&STAMP, &[("natives", b"fs\0net"), ("empty", b"")]).unwrap();
    assert!(again == first);
}

#[test]
fn images_of_images() {
    let image = Image::from_bytes(&saved(), &STAMP, Check::Head).unwrap();
    let engine = restore(&image);
    eval(&engine, "n = 10; table.clear()").unwrap();
    let image = Image::from_bytes(&engine.snapshot(&STAMP, &[]).unwrap(), &STAMP, Check::Content).unwrap();
    assert_eq!(eval(&restore(&image), "n + table.size"), Ok(10.0));
}

#[test]
fn the_pages_a_start_writes_can_be_brought_in_at_once() {
    let engine = engine();
    eval(&engine, PREPARE).unwrap();
    let bytes = engine.snapshot(&STAMP, &[]).unwrap();
    let image = Image::from_bytes(&bytes, &STAMP, Check::Head).unwrap();
    let started = restore(&image);
    assert!(started.changed_pages(&image).is_empty());
    eval(&started, "let a = []; for (let i = 0; i < 20000; i++) a.push({ i }); n++").unwrap();
    let list = started.changed_pages(&image);
    assert!(!list.is_empty() && list.len() % 8 == 0);
    let image = Image::from_bytes(&image.with_section(PREFAULT, &list).unwrap(), &STAMP, Check::Content).unwrap();
    let again = restore(&image);
    assert!(again.changed_pages(&image).is_empty(), "bringing in changes nothing");
    assert_eq!(eval(&again, "n + table.size"), Ok(5003.0));
    assert!(image.with_section(PREFAULT, &list).unwrap() == engine.snapshot(&STAMP, &[(PREFAULT, &list)]).unwrap());
    // A list of nonsense is no harm.
    let nonsense = [0xff; 64];
    let image = Image::from_bytes(&image.with_section(PREFAULT, &nonsense).unwrap(), &STAMP, Check::Content).unwrap();
    assert_eq!(eval(&restore(&image), "n"), Ok(3.0));
}

#[test]
fn damage_is_found() {
    let good = saved();
    let open = |bytes: &[u8], check| Image::from_bytes(bytes, &STAMP, check).map(drop);
    assert!(matches!(Image::from_bytes(&good, &[8; 32], Check::Head), Err(ImageError::Stale(_))));
    assert!(matches!(open(&good[..good.len() - 1], Check::Head), Err(ImageError::Damaged(_))));
    assert!(matches!(open(&good[..100], Check::Head), Err(ImageError::Damaged(_))));
    assert!(matches!(open(b"x", Check::Head), Err(ImageError::Damaged(_))));
    assert!(matches!(open(b"", Check::Head), Err(ImageError::Damaged(_) | ImageError::Io(_))));
    // Every byte of the head and the tables, and the content's when asked for.
    for at in (0..420).chain([good.len() - 1, good.len() / 2]) {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        assert!(open(&bad, Check::Content).is_err(), "byte {at}");
    }
    assert_eq!(open(&good, Check::Content), Ok(()));
    assert!(matches!(Image::open(std::path::Path::new("/nonexistent/image"), &STAMP, Check::Head), Err(ImageError::Io(2))));
}

#[test]
fn no_image_of_a_running_or_broken_engine() {
    let engine =
        Engine::new(Config::default(), Box::new(PlainHost(|engine: &Engine, _| i32::from(engine.snapshot(&STAMP, &[]).is_err())))).unwrap();
    engine.edge_init().unwrap();
    engine.edge_natives_for_test().unwrap();
    assert_eq!(eval(&engine, "native(1)"), Ok(1.0));
    let _ = engine.edge_break_for_test(1);
    assert!(engine.snapshot(&STAMP, &[]).is_err());
}
