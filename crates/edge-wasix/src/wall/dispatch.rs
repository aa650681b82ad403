//! From a system call's number to what is done about it, as one BPF program.
//!
//! `seccompiler` compares a call's number with each of its rules' in turn, and wants one filter for each pair of actions: for the two
//! hundred calls of a sandboxed run that was three programs of 1,300 instructions, which the kernel checks, compiles and tries with every
//! number when they are set; two thirds of what `--safe` added to a start. Here the numbers are found by halving: neighbours with the same
//! answer are one range, and the program has two instructions for each. Conditions on arguments are compiled by `seccompiler`, which sets
//! the filter, too.
//!
//! # Invariants
//!
//! * Every number has an answer; what is in no range of the table has [`Table::otherwise`].
//! * A number of another ABI (`x32`, on x86-64 the same numbers with a high bit set) does not exist, whatever the table says.
//! * Every path ends in an answer, and jumps lead forwards only: the kernel refuses anything else.

use std::collections::BTreeMap;

use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch, sock_filter};

/// Loads a word of what the kernel tells of a call.
const LOAD: u16 = 0x20;
/// Goes on elsewhere.
const JUMP: u16 = 0x05;
/// Compares with a number that is at most what was loaded.
const AT_LEAST: u16 = 0x35;
/// Answers.
const RETURN: u16 = 0x06;
/// Where the call's number is.
const NUMBER: u32 = 0;
/// Numbers of `x32` have this bit; no other architecture has numbers so high.
const OTHER_ABI: u32 = 0x4000_0000;

/// What is done about a call.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The same, whatever its arguments.
    Always(SeccompAction),
    /// One thing where a rule matches its arguments, another where none does.
    Judged { rules: Vec<SeccompRule>, matched: SeccompAction, otherwise: SeccompAction },
}

/// Calls by their numbers.
#[derive(Clone, Debug)]
pub struct Table {
    verdicts: BTreeMap<u32, Verdict>,
    otherwise: SeccompAction,
}

/// Where halving ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaf {
    Answer(u32),
    /// The rules of one call, by their place among all of those.
    Rules(usize),
}

impl Table {
    /// Every call has the same verdict.
    pub fn new(otherwise: SeccompAction) -> Table {
        Table { verdicts: BTreeMap::new(), otherwise }
    }

    /// Gives a call a verdict, in place of the one it has.
    pub fn set(&mut self, call: libc::c_long, verdict: Verdict) {
        // Numbers of calls are small.
        if let Ok(number) = u32::try_from(call) {
            self.verdicts.insert(number, verdict);
        }
    }

    /// Gives calls the same verdict, in place of those that they have.
    pub fn set_all(&mut self, calls: &[libc::c_long], action: &SeccompAction) {
        for &call in calls {
            self.set(call, Verdict::Always(action.clone()));
        }
    }

    /// The program.
    ///
    /// # Errors
    /// This architecture has no filters.
    pub fn program(self) -> Result<BpfProgram, BackendError> {
        let mut program = head()?;
        program.push(sock_filter { code: LOAD, jt: 0, jf: 0, k: NUMBER });
        let (ranges, rules) = self.ranges();
        let mut jumps = Vec::new();
        halve(&ranges, &mut program, &mut jumps);
        let mut places = Vec::with_capacity(rules.len());
        for rules in rules {
            places.push(program.len());
            program.extend(rules);
        }
        // A rule begins with a jump that is never taken, to behind the answer that follows the last rule: the kernel wants something there.
        program.push(sock_filter { code: RETURN, jt: 0, jf: 0, k: SeccompAction::KillProcess.into() });
        for (at, leaf) in jumps {
            let target = places.get(leaf).copied().unwrap_or_default();
            // A jump starts behind itself; the program is far shorter than the number is wide.
            program[at].k = u32::try_from(target.saturating_sub(at + 1)).unwrap_or_default();
        }
        Ok(program)
    }

    /// All numbers, as the first of each range with what it leads to; and the programs for the arguments.
    fn ranges(self) -> (Vec<(u32, Leaf)>, Vec<BpfProgram>) {
        let otherwise = Leaf::Answer(self.otherwise.into());
        let mut rules = Vec::new();
        let mut ranges = vec![(0, otherwise)];
        let mut next = 0;
        for (number, verdict) in self.verdicts {
            if number > next {
                begin(&mut ranges, next, otherwise);
            }
            let leaf = match verdict {
                Verdict::Always(action) => Leaf::Answer(action.into()),
                Verdict::Judged { rules: conditions, matched, otherwise } => {
                    rules.push(judge(conditions, matched, otherwise));
                    Leaf::Rules(rules.len() - 1)
                }
            };
            begin(&mut ranges, number, leaf);
            next = number + 1;
        }
        begin(&mut ranges, next, otherwise);
        begin(&mut ranges, OTHER_ABI, Leaf::Answer(SeccompAction::Errno(libc::ENOSYS.unsigned_abs()).into()));
        (ranges, rules)
    }
}

/// A range from `number` on; part of the one before where that leads to the same.
fn begin(ranges: &mut Vec<(u32, Leaf)>, number: u32, leaf: Leaf) {
    if ranges.last().is_some_and(|last| last.0 == number) {
        ranges.pop();
    }
    if ranges.last().is_none_or(|last| last.1 != leaf) {
        ranges.push((number, leaf));
    }
}

/// Ends the process where the call is another architecture's. It is what `seccompiler` begins a filter with; one without rules has only its
/// answer besides.
fn head() -> Result<BpfProgram, BackendError> {
    let arch: TargetArch = std::env::consts::ARCH.try_into()?;
    let mut head: BpfProgram = SeccompFilter::new(BTreeMap::new(), SeccompAction::Allow, SeccompAction::Trap, arch)?.try_into()?;
    head.pop();
    Ok(head)
}

/// The rules of one call: each leads to its answer or to the next.
fn judge(rules: Vec<SeccompRule>, matched: SeccompAction, otherwise: SeccompAction) -> BpfProgram {
    let answer = |action: &SeccompAction| sock_filter { code: RETURN, jt: 0, jf: 0, k: action.clone().into() };
    let mut program = BpfProgram::new();
    for rule in rules {
        program.extend(BpfProgram::from(rule));
        program.push(answer(&matched));
    }
    program.push(answer(&otherwise));
    program
}

/// The search among some ranges, of which the number is in one. `jumps` is told where one to a call's rules is to be filled in.
fn halve(ranges: &[(u32, Leaf)], program: &mut BpfProgram, jumps: &mut Vec<(usize, usize)>) {
    match ranges {
        [] => {}
        [(_, Leaf::Answer(k))] => program.push(sock_filter { code: RETURN, jt: 0, jf: 0, k: *k }),
        [(_, Leaf::Rules(index))] => {
            jumps.push((program.len(), *index));
            program.push(sock_filter { code: JUMP, jt: 0, jf: 0, k: 0 });
        }
        _ => {
            let (low, high) = ranges.split_at(ranges.len() / 2);
            let at = program.len();
            // The lower half comes first. Of `n` ranges it is `2n - 1` instructions, as long as no jump in it is too far for one.
            match u8::try_from(2 * low.len() - 1) {
                Ok(over) => {
                    program.push(sock_filter { code: AT_LEAST, jt: over, jf: 0, k: high[0].0 });
                    halve(low, program, jumps);
                }
                Err(_) => {
                    program.push(sock_filter { code: AT_LEAST, jt: 0, jf: 1, k: high[0].0 });
                    program.push(sock_filter { code: JUMP, jt: 0, jf: 0, k: 0 });
                    halve(low, program, jumps);
                    program[at + 1].k = u32::try_from(program.len() - at - 2).unwrap_or_default();
                }
            }
            halve(high, program, jumps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition};

    /// What the kernel's interpreter answers to a call of this architecture; an error where the kernel would not have taken the program.
    fn run(program: &[sock_filter], number: u32, first: u64) -> Result<u32, String> {
        let arch = program[1].k;
        let (mut at, mut loaded) = (0, 0);
        for _ in 0..program.len() {
            let step = program.get(at).ok_or("past the end")?;
            let goes = |is: bool| usize::from(if is { step.jt } else { step.jf });
            at += 1;
            match (step.code, step.k) {
                (LOAD, 0) => loaded = number,
                (LOAD, 4) => loaded = arch,
                (LOAD, 16) => loaded = (first & 0xffff_ffff) as u32,
                (LOAD, 20) => loaded = (first >> 32) as u32,
                (RETURN, k) => return Ok(k),
                (JUMP, k) => at += k as usize,
                (AT_LEAST, k) => at += goes(loaded >= k),
                (0x15, k) => at += goes(loaded == k),
                (0x25, k) => at += goes(loaded > k),
                (0x54, k) => loaded &= k,
                other => return Err(format!("{other:x?}")),
            }
        }
        Err("no end".to_owned())
    }

    /// What the kernel looks for before it takes a program: jumps stay inside, an answer is last.
    fn is_sound(program: &[sock_filter]) -> bool {
        let inside = |at: usize, step: &sock_filter| match step.code {
            JUMP => at + 1 + (step.k as usize) < program.len(),
            code if code & 7 == JUMP => at + 1 + usize::from(step.jt.max(step.jf)) < program.len(),
            _ => true,
        };
        let ends = program.last().is_some_and(|last| last.code == RETURN);
        ends && program.len() <= 4096 && program.iter().enumerate().all(|(at, step)| inside(at, step))
    }

    /// Its first argument is the value: two conditions, of which the second holds for more.
    fn is_one(value: u64) -> Vec<SeccompRule> {
        let condition = |op, value| SeccompCondition::new(0, SeccompCmpArgLen::Dword, op, value).unwrap();
        let conditions = vec![condition(SeccompCmpOp::Eq, value), condition(SeccompCmpOp::Ge, value / 2)];
        vec![SeccompRule::new(conditions).unwrap()]
    }

    /// A table with ranges, gaps, judged calls and, at `spread` apart, more leaves than a conditional jump reaches over.
    fn table(count: u32, spread: u32) -> Table {
        let mut table = Table::new(SeccompAction::Errno(38));
        for number in (0..count).map(|index| index * spread) {
            let verdict = match number % 7 {
                0 => {
                    Verdict::Judged { rules: is_one(u64::from(number)), matched: SeccompAction::Allow, otherwise: SeccompAction::Errno(13) }
                }
                3 => Verdict::Always(SeccompAction::KillProcess),
                _ => Verdict::Always(SeccompAction::Allow),
            };
            table.set(number.into(), verdict);
        }
        table
    }

    #[test]
    fn every_number_has_the_answer_of_the_table() {
        for (count, spread) in [(0, 1), (1, 1), (2, 1), (40, 1), (300, 1), (300, 3), (500, 2)] {
            let table = table(count, spread);
            let program = table.clone().program().unwrap();
            assert!(is_sound(&program), "{program:?}");
            for number in (0..count * spread + 20).chain([u32::MAX / 4, OTHER_ABI - 1]) {
                for first in [u64::from(number), u64::from(number) + 1, u64::from(number) | 1 << 40] {
                    let expected: u32 = match table.verdicts.get(&number) {
                        None => SeccompAction::Errno(38).into(),
                        Some(Verdict::Always(action)) => action.clone().into(),
                        Some(Verdict::Judged { .. }) if first & 0xffff_ffff == u64::from(number) => SeccompAction::Allow.into(),
                        Some(Verdict::Judged { .. }) => SeccompAction::Errno(13).into(),
                    };
                    assert_eq!(run(&program, number, first), Ok(expected), "{number} of {count} by {spread}");
                }
            }
        }
    }

    #[test]
    fn numbers_of_another_abi_do_not_exist() {
        let mut table = Table::new(SeccompAction::Allow);
        table.set(1, Verdict::Always(SeccompAction::KillProcess));
        let program = table.program().unwrap();
        for number in [OTHER_ABI, OTHER_ABI + 1, OTHER_ABI + 520, u32::MAX] {
            assert_eq!(run(&program, number, 0), Ok(SeccompAction::Errno(38).into()), "{number:x}");
        }
        assert_eq!(run(&program, 2, 0), Ok(SeccompAction::Allow.into()));
    }

    #[test]
    fn the_last_verdict_of_a_call_holds() {
        let mut table = Table::new(SeccompAction::Errno(38));
        table.set_all(&[5, 6, 7], &SeccompAction::Allow);
        table.set_all(&[6], &SeccompAction::Errno(13));
        let program = table.program().unwrap();
        let answers: Vec<_> = (4..9).map(|number| run(&program, number, 0).unwrap() & 0xffff).collect();
        assert_eq!(answers, [38, 0, 13, 0, 38]);
    }
}
