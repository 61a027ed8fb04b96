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
    let slugs: Vec<&str> = synod::catalog::catalog().map(|entry| entry.meta.slug).collect();
    let read = ["lesson", "exercise", "term"];
    let named = |line: &str| {
        line.split_once(' ')
            .is_some_and(|(first, _)| slugs.contains(&first) || read.contains(&first))
    };
    assert!(listed.lines().all(named), "{listed}");
    for line in ["lesson cap", "exercise two-leaders", "term quorum"] {
        assert!(listed.lines().any(|listed| listed == line), "{line}");
    }
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
fn runs_until_a_condition() {
    let found = lab(&["run", "raft/first-election", "--until", "any role=leader"], b"");
    assert_eq!(found.status.code(), Some(0));
    let last = out(&found).lines().last().unwrap().to_owned();
    assert!(
        last.starts_with("# any role=leader, at ") && last.ends_with(" is now leader"),
        "{last}"
    );
    let never =
        lab(&["run", "-", "--until", "lost Reply"], b"run raft nodes=1 seed=1\n100ms end\n");
    assert_eq!(never.status.code(), Some(1));
    assert!(
        out(&never).ends_with("# lost Reply: not by 100ms, where the script ends\n"),
        "{}",
        out(&never)
    );
    // Not after its end, though there it would come true.
    let late =
        lab(&["run", "-", "--until", "any role=leader"], b"run raft nodes=1 seed=1\n10ms end\n");
    assert_eq!(late.status.code(), Some(1));
    assert!(out(&late).ends_with("# any role=leader: not by 10ms, where the script ends\n"));
    // Nothing is `none`, and what has become something is not.
    let chosen = lab(&["run", "paxos/adopted", "--until", "any chosen!=none"], b"");
    assert!(out(&chosen).ends_with("chosen of S2 is red\n"), "{}", out(&chosen));
    let why = refusal(&["run", "raft/figure-8", "--until", "S1 role=king"], b"");
    assert!(why.contains("expected one of non-member, learner, follower"), "{why}");
}

#[test]
fn tells_a_run_and_then_the_one_beside_it() {
    let text = b"run raft nodes=3 seed=7\nbeside nodes=1\n1s end\n";
    let both = lab(&["run", "-"], text);
    assert_eq!(both.status.code(), Some(0));
    let told = out(&both);
    let (first, second) = told.split_once("# B: run raft nodes=1 seed=7\n").unwrap();
    assert!(first.starts_with("# A: run raft nodes=3 seed=7\n0.000000 ") && first.contains(" S3 "));
    assert!(second.starts_with("0.000000 ") && !second.contains(" S3 "));
    // Two of two, one of two, none of two, and what neither can know.
    let until = |condition: &str| lab(&["run", "-", "--until", condition], text);
    let found = until("any role=leader");
    assert_eq!(
        (found.status.code(), out(&found).matches(" is now leader").count()),
        (Some(0), 2 + 2)
    );
    let one = until("S3 term=1");
    assert_eq!(one.status.code(), Some(0));
    assert!(
        out(&one).contains("\n# S3 term=1: there is no S3 in this run, which has "),
        "{}",
        out(&one)
    );
    assert_eq!(until("lost Reply").status.code(), Some(1));
    let why = refusal(&["run", "-", "--until", "S1 role=king"], text);
    assert!(why.contains("expected one of non-member, learner, follower"), "{why}");
    let wrong = refusal(&["run", "-"], b"run raft\nbeside raft\n");
    assert!(wrong.starts_with("-: line 2, column 8: expected a setting such as"), "{wrong}");
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
fn what_is_exported_comes_back() {
    let history = lab(&["export", "raft/figure-8", "--as", "ejson"], b"");
    assert!(history.status.success());
    let script = lab(&["import", "-"], &history.stdout);
    assert!(script.status.success() && script.stderr.is_empty());
    assert!(out(&script).starts_with("run raft "), "{}", out(&script));
    let node =
        lab(&["export", "raft/figure-8", "--as", "ejson", "--node", "S3", "--at", "500ms"], b"");
    assert!(out(&node).contains("\"kind\":\"disk\",") && out(&node).contains("currentTerm"));
    assert_eq!(out(&lab(&["import", "-"], &node.stdout)), out(&script));
    let held = |name: &str| out(&node).lines().filter(|line| line.contains(name)).count();
    let (documents, instant) =
        (out(&node).lines().count(), held("\"time\":{\"$numberLong\":\"500000\"}"));
    assert_eq!(instant, documents, "each says of which instant it is");
    let early = out(&lab(&["export", "raft/figure-8", "--as", "ejson", "--at", "500ms"], b""));
    assert!(early.lines().count() > 1 && out(&history).len() > early.len());
    assert!(out(&history).contains(early.split_once('\n').unwrap().1), "the same, up to a time");
    // A mark at the beginning, as some editors write it, is no mistake.
    let marked = format!("\u{feff}{}", out(&history));
    assert_eq!(out(&lab(&["import", "-"], marked.as_bytes())), out(&script));
    // What somebody has changed is taken all the same, and said.
    let changed = out(&history).replace("\"text\":\"sends", "\"text\":\"sings");
    let import = lab(&["import", "-"], changed.as_bytes());
    let said = String::from_utf8(import.stderr.clone()).unwrap();
    assert!(
        said.contains(" of the file: “text” is “sings “")
            && said.contains("but its script gives “sends"),
        "{said}"
    );
    assert_eq!(out(&import), out(&script));
    for (whole, part) in [
        ("\"lamport\":{\"$numberLong\":\"9\"}", "\"lamport\":8"),
        ("\"place\":\"S2\"", "\"place\":\"S3\""),
    ] {
        assert!(out(&history).contains(whole));
        let import = lab(&["import", "-"], out(&history).replacen(whole, part, 1).as_bytes());
        let said = String::from_utf8(import.stderr).unwrap();
        assert!(
            import.status.success() && said.contains("but its script gives “"),
            "{part}: {said}"
        );
    }
}

#[test]
fn a_window_is_exported_in_every_format() {
    let formats = [
        ("mermaid", "sequenceDiagram\n    title: "),
        ("flowchart", "---\ntitle: "),
        ("svg", "<svg "),
        ("shiviz", "(?<event>"),
    ];
    for (format, begins) in
        formats.into_iter().chain([("ndjson", "{\"event\":"), ("ejson", "{\"_id\":")])
    {
        let output = lab(&["export", "raft/figure-8", "--as", format, "--to", "300ms"], b"");
        assert!(output.status.success() && out(&output).starts_with(begins), "{format}");
    }
    let window = ["export", "raft/figure-8", "--as", "ndjson", "--from", "200ms", "--at", "300ms"];
    let time = |line: &str| line.split("\"time\":").nth(1)?.split(',').next()?.parse::<u64>().ok();
    let times: Vec<u64> = out(&lab(&window, b"")).lines().filter_map(time).collect();
    assert!(times.len() > 20 && times.iter().all(|time| (200_000..=300_000).contains(time)));
    // What is cut off is written all the same, and said.
    let long = lab(&["export", "-", "--as", "mermaid"], b"run raft nodes=5\n60s end\n");
    assert_eq!(long.status.code(), Some(2));
    let said = String::from_utf8(long.stderr.clone()).unwrap();
    assert!(said.starts_with("-: Cut off at ") && out(&long).len() > 40_000, "{said}");
}

#[test]
fn what_cannot_be_exported_or_imported_gets_one_sentence() {
    let export = |more: &[&str]| {
        refusal(&[&["export", "raft/figure-8", "--as", "ejson"], more].concat(), b"")
    };
    assert_eq!(export(&["--node", "S9"]), "raft/figure-8: There is no S9 in this run.");
    assert_eq!(export(&["--node", "C1"]), "Expected a server such as S1, not “C1”.");
    assert_eq!(export(&["--at", "noon"]), "Expected a time such as 1.2s, not “noon”.");
    let backwards = export(&["--from", "2s", "--to", "1s"]);
    assert_eq!(backwards, "A window cannot begin at 2s and end at 1s.");
    let other = |format: &str, more: &[&str]| {
        refusal(&[&["export", "raft/figure-8", "--as", format], more].concat(), b"")
    };
    assert_eq!(
        other("gif", &[]),
        "There is no format “gif”: it is one of mermaid, flowchart, svg, history, shiviz, ndjson, csv, ejson."
    );
    assert_eq!(
        other("svg", &["--node", "S1"]),
        "`lab export --as svg` has no option “--node”: it takes --from, --to."
    );
    assert_eq!(
        other("flowchart", &["--from", "1s"]),
        "`lab export --as flowchart` has no option “--from”: it takes --to."
    );
    assert!(export(&["--bogus"]).contains("has no option “--bogus”"));
    assert_eq!(other("shiviz", &["--to"]), "--to needs a value.");
    let twice = ["--node", "S1", "--node", "S2"];
    assert_eq!(export(&twice), "--node is given twice: once is enough.");
    assert_eq!(export(&["--at", "1s", "--to", "2s"]), "--to is given twice: once is enough.");
    let import = |text: &str| refusal(&["import", "-"], text.as_bytes());
    assert_eq!(import("{]"), "-: Line 1 of the file is no JSON document.");
    assert_eq!(import("{\"kind\":\"event\"}\n{1, 2"), "-: Line 2 of the file is no JSON document.");
    let list = "-: Line 1 of the file is a list: a document is expected on each line.";
    assert_eq!(import("[{\"kind\":\"run\"}]"), list);
    let nothing =
        "-: The file has no document of kind “run”: it holds nothing that Synod has written.";
    assert_eq!(import(""), nothing);
    assert_eq!(import("{\"kind\":\"event\"}"), nothing);
    let newer = "{\"kind\":\"run\",\"format\":{\"$numberLong\":\"2\"},\"script\":\"run raft\"}";
    assert_eq!(import(newer), "-: The file was written by a newer Synod: it cannot be read here.");
    assert_eq!(import("{\"kind\":\"run\"}"), "-: The document of kind “run” has no script.");
    let damaged = import("{\"kind\":\"run\",\"script\":\"run raft\\n1s fly S1\"}");
    assert!(damaged.starts_with("-: The file's script is damaged: line 2"), "{damaged}");
    let large = refusal(&["import", "-"], &vec![b' '; 33 * 1024 * 1024]);
    assert_eq!(large, "- is too long: a file of documents has at most 33554432 bytes.");
}

#[test]
fn nothing_that_it_is_given_gives_the_terminal_orders() {
    let mistaken = refusal(&["run", "-"], "run raft\n1s \u{1b}[2J\n".as_bytes());
    assert_eq!(
        mistaken,
        "-: line 2, column 4: an invisible character (U+001B) is not possible here."
    );
    assert!(refusal(&["run", "a\u{1b}[2Jb"], b"").starts_with("a\\u{1b}[2Jb cannot be read: "));
    let why = refusal(&["run", "raft/figure-8", "--until", "\u{9b}2J"], b"");
    assert!(why.starts_with("\\u{9b}2J: "), "{why}");
    let run = r#"{"kind":"run","script":"run raft\n1s say \u001b[2J"}"#;
    assert!(refusal(&["import", "-"], run.as_bytes()).contains("(U+001B)"));
}

#[test]
#[cfg(unix)]
fn a_name_that_is_no_text_gets_one_sentence() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    let lab = Command::new(env!("CARGO_BIN_EXE_lab")).arg("run").arg(name).output().unwrap();
    assert_eq!(lab.status.code(), Some(2));
    let said = String::from_utf8(lab.stderr).unwrap();
    let sentence = "“caf\u{fffd}.txt” is not UTF-8. A file of such a name can be read as `-`.\n";
    assert_eq!(said, sentence);
}

#[test]
fn a_refused_client_is_told_why_everywhere() {
    let script = "run paxos nodes=3 seed=1 clients=2\n10ms request C1 S1 prepare 2\n\
        200ms request C2 S1 prepare 1\n1s end\n";
    let why = "S1 has promised C1 to accept nothing below ballot 2.C1: 1.C2 is too low";
    let run = out(&lab(&["run", "-"], script.as_bytes()));
    assert!(run.contains(&format!("receives “refused: {why}” from S1")), "{run}");
    let trace = out(&lab(&["export", "-", "--as", "ndjson"], script.as_bytes()));
    assert!(trace.contains(&format!("sends “refused: {why}” to C2")), "{trace}");
    let diagram = out(&lab(&["export", "-", "--as", "mermaid"], script.as_bytes()));
    let shown = diagram.replace("<br/>", " ");
    assert!(shown.contains(&format!("S1-->>C2: refused: {why}")), "{diagram}");
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
        "--seeds takes a number from 1 to 18446744073709551615, not “many”."
    );
    let fuzz = |options: &[&str]| refusal(&[&["fuzz", "raft"], options].concat(), b"");
    assert_eq!(
        fuzz(&["--bogus"]),
        "`lab fuzz` has no option “--bogus”: it takes --seeds, --from, --flaw."
    );
    assert_eq!(
        fuzz(&["--from", "99999999999999999999"]),
        "--from takes a number from 0 to 18446744073709551615, not “99999999999999999999”."
    );
    assert_eq!(
        fuzz(&["--seeds", "0"]),
        "--seeds takes a number from 1 to 18446744073709551615, not “0”."
    );
    assert_eq!(
        fuzz(&["--from", "18446744073709551615", "--seeds", "2"]),
        "There are no 2 seeds from 18446744073709551615 on: the last is 18446744073709551615."
    );
    assert_eq!(fuzz(&["--seeds", "1", "--seeds", "2"]), "--seeds is given twice: once is enough.");
    assert_eq!(refusal(&["fuzz", "raft", "--seeds"], b""), "--seeds needs a value.");
    assert!(refusal(&["dance"], b"").starts_with("I don't understand “dance”."));
    assert_eq!(refusal(&["bench", "dance"], b""), "No figures are taken of “dance”.");
    let huge = vec![b'x'; 600 * 1024];
    assert_eq!(refusal(&["run", "-"], &huge), "- is too long: a script has at most 524288 bytes.");
    assert_eq!(
        refusal(&["schedule", "raft", "x"], b""),
        "A seed is a number from 0 to 18446744073709551615, not “x”."
    );
}

/// Yes, no and unknown have exit codes of their own, and the worst counts.
#[test]
fn checks_histories() {
    let trace = out(&lab(&["export", "raft/first-election", "--as", "ndjson"], b""));
    let all = "linearizable,sequential,causal,pram,read-your-writes,monotonic-reads,monotonic-writes,writes-follow-reads";
    let checked = lab(&["check", "-", "--model", all], trace.as_bytes());
    assert_eq!(checked.status.code(), Some(0), "{}", out(&checked));
    assert!(out(&checked).lines().all(|line| line.ends_with(" yes")), "{}", out(&checked));

    let line = |process, kind: &str, what: &str, value: &str| {
        format!("{{:process {process}, :type :{kind}, :f :{what}, :value {value}}}\n")
    };
    let write = |value| line(0, "invoke", "write", value) + &line(0, "ok", "write", value);
    let read = |value| line(1, "invoke", "read", "nil") + &line(1, "ok", "read", value);
    let stale = write("1") + &write("2") + &read("1");
    let checked = lab(&["check", "-", "--model", "sequential,linearizable"], stale.as_bytes());
    assert_eq!(checked.status.code(), Some(1));
    assert_eq!(
        out(&checked),
        "sequential yes\nlinearizable no: 1 asked “read” and was told “1”, which no order of these \
         requests explains: 0 write 1, 0 write 2; it could have been told: 2\n"
    );
    let twice = write("1") + &write("1") + &read("1");
    let checked = lab(&["check", "-", "--model", "linearizable,causal"], twice.as_bytes());
    assert_eq!(checked.status.code(), Some(3));
    assert_eq!(
        out(&checked),
        "linearizable yes\ncausal unknown: 1 read → 1: several may have written that, and this model \
         is judged only where each value was written once\n"
    );
    let checked = lab(&["check", "-", "--initial", "5"], read("5").as_bytes());
    assert_eq!(checked.status.code(), Some(0));
    assert_eq!(
        refusal(&["check", "-"], line(1, "ok", "read", "1").as_bytes()),
        "-: line 1, column 1: an answer to no call: 1 waits for nothing."
    );
    assert_eq!(
        refusal(&["check", "-", "--model", "strong"], b""),
        format!("There is no model “strong”: it is one of {}.", all.replace(',', ", "))
    );
}
