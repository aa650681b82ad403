//! The options that limit a program: `--timeout 2 --memory 64MB app.js`, with and without `--safe`. They stand among Node's options,
//! before the script.

use crate::safe_options;
use edge_node::option_takes;
use edge_wasix::Limits;

/// Options and the limits they set. All take a value, `--name VALUE` or `--name=VALUE`.
const OPTIONS: &[(&str, &str)] = &[
    ("--timeout", "wall_time"),
    ("--cpu-time", "cpu_time"),
    ("--memory", "memory"),
    ("--host-memory", "host_memory"),
    ("--max-open-files", "open_files"),
    ("--max-sockets", "sockets"),
    ("--max-timers", "timers"),
    ("--max-threads", "threads"),
    ("--max-bytes-written", "bytes_written"),
    ("--max-output", "output"),
];

/// The limit that a word sets, and the value when it stands in the same word.
fn ours(word: &str) -> Option<(&'static str, &'static str, Option<&str>)> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    OPTIONS.iter().find(|option| option.0 == name).map(|option| (option.0, option.1, value))
}

/// Whether an option of ours has its value in the next word.
pub fn takes_next(word: &str) -> bool {
    ours(word).is_some_and(|option| option.2.is_none())
}

/// Takes the options out of a command line, whose first word is the program's name; `None` when there are none, which is the usual case.
///
/// # Errors
/// What is wrong with an option, with its name.
pub fn take(args: &mut Vec<Vec<u8>>) -> Result<Option<Limits>, String> {
    let text = |arg: &Vec<u8>| String::from_utf8_lossy(arg).into_owned();
    if !args.iter().skip(1).any(|arg| std::str::from_utf8(arg).is_ok_and(|word| ours(word).is_some())) {
        return Ok(None);
    }
    let mut limits = Limits::NONE;
    let mut found = false;
    let mut at = 1;
    while let Some(word) = args.get(at).map(text) {
        if let Some((option, name, value)) = ours(&word) {
            args.remove(at);
            let value = match value {
                Some(value) => value.to_owned(),
                None if args.get(at).is_some_and(|next| !next.starts_with(b"-")) => text(&args.remove(at)),
                None => return Err(format!("{option} requires an argument")),
            };
            limits.set(name, &value).map_err(|error| format!("{option}: {}", error.reason))?;
            found = true;
        } else if word == "--" || word == "-" || !word.starts_with('-') {
            break;
        } else {
            at += 1;
            let takes = |next: &String| safe_options::takes_next(&word) || option_takes(&word, next);
            at += usize::from(args.get(at).map(text).is_some_and(|next| takes(&next)));
        }
    }
    Ok(found.then_some(limits))
}

#[cfg(test)]
mod tests {
    use super::take;
    use std::time::Duration;

    fn words(text: &str) -> Vec<Vec<u8>> {
        text.split(' ').map(|word| word.as_bytes().to_vec()).collect()
    }

    #[test]
    fn limits_stand_before_the_script() {
        let mut args = words("edge-node --safe --volume x:/y --timeout 1.5 -r x --memory=64MB app.js --timeout 3");
        let limits = take(&mut args).unwrap().unwrap();
        assert_eq!((limits.wall_time, limits.memory), (Some(Duration::from_millis(1500)), Some(64_000_000)));
        assert_eq!(args, words("edge-node --safe --volume x:/y -r x app.js --timeout 3"));
        for none in ["edge-node app.js --timeout 3", "edge-node -- --timeout 3"] {
            let mut args = words(none);
            assert_eq!(take(&mut args), Ok(None));
            assert_eq!(args, words(none));
        }
        assert_eq!(take(&mut words("edge-node --timeout")), Err("--timeout requires an argument".to_owned()));
        assert_eq!(take(&mut words("edge-node --timeout=0 x.js")), Err("--timeout: must be more than 0 seconds".to_owned()));
    }
}
