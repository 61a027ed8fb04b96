//! The engine in a terminal, as a person uses it: what it prints, and what it answers the shell.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn lab(words: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A lab that does not read its input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one sentence on the standard error, and the exit code 2.
fn refusal(words: &[&str], input: &[u8]) -> String {
    let output = lab(words, input);
    assert_eq!(output.status.code(), Some(2), "{words:?}");
    assert!(output.stdout.is_empty(), "{words:?}");
    String::from_utf8(output.stderr).unwrap().trim_end().to_string()
}

#[test]
fn lists_what_there_is_a_line_each() {
    let listed = out(&lab(&["list"], b""));
    assert!(listed.lines().any(|line| line.starts_with("raft flaw forget-vote")));
    assert!(listed.lines().any(|line| line == "raft scene figure-8"));
    let slugs: Vec<&str> = synod::catalog::catalog().iter().map(|entry| entry.meta.slug).collect();
    let named = |line: &str| line.split_once(' ').is_some_and(|(first, _)| slugs.contains(&first));
    assert!(listed.lines().all(named), "{listed}");
}

#[test]
fn runs_a_script_and_a_scene() {
    let output = lab(&["run", "-"], b"run raft nodes=3 seed=7\n1s crash S1\n1.1s end\n");
    assert!(output.status.success());
    assert!(out(&output).contains("1.000000 S1  is down\n"), "{}", out(&output));
    assert!(out(&output).ends_with("1.100000 -   command: end\n"));
    assert!(lab(&["run", "raft/figure-8"], b"").status.success());
}

#[test]
fn hunts_and_answers_the_shell() {
    let clean = lab(&["fuzz", "raft", "--seeds", "20"], b"");
    assert_eq!(clean.status.code(), Some(0));
    assert_eq!(out(&clean), "20 seeds clean, from 1\n");
    let found = lab(&["fuzz", "raft", "--seeds", "500", "--flaw", "commit-without-min"], b"");
    assert_eq!(found.status.code(), Some(1));
    let script = out(&found);
    assert!(script.starts_with("# seed ") && script.contains("breaks State Machine Safety"));
    let again = lab(&["run", "-"], script.as_bytes());
    assert!(out(&again).contains("State Machine Safety is violated"), "what it prints shows it");
}

#[test]
fn bad_input_gets_one_sentence() {
    let mistaken = refusal(&["run", "-"], b"run raft\n1s crush S1\n");
    assert_eq!(
        mistaken,
        "-: line 2, column 4: expected a command such as crash, cut, partition, request or say, found “crush”."
    );
    assert!(refusal(&["run", "/no/such/file"], b"").starts_with("/no/such/file cannot be read: "));
    assert_eq!(refusal(&["run", "-"], b"run raft\n\xff"), "- is no text: byte 9 is not UTF-8.");
    assert_eq!(
        refusal(&["fuzz", "rift"], b""),
        "There is no protocol “rift”: `lab list` names them."
    );
    assert_eq!(
        refusal(&["fuzz", "raft", "--flaw", "x"], b""),
        "raft has no flaw “x”: `lab list` names them."
    );
    assert_eq!(
        refusal(&["fuzz", "raft", "--seeds", "many"], b""),
        "--seeds takes a number, not “many”."
    );
    assert_eq!(refusal(&["fuzz", "raft", "--seeds"], b""), "--seeds needs a value.");
    assert!(refusal(&["dance"], b"").starts_with("I don't understand “dance”."));
    let huge = vec![b'x'; 600 * 1024];
    assert_eq!(refusal(&["run", "-"], &huge), "- is too long: a script has at most 524288 bytes.");
    assert_eq!(refusal(&["schedule", "raft", "x"], b""), "A seed is a number, not “x”.");
}
