//! Files as others write them.

use super::*;

fn judged(text: &str, object: Object, model: Model) -> String {
    match read(text, object, None).unwrap().judge(model) {
        Verdict::Holds(_) => "yes".into(),
        Verdict::Broken(evidence) => format!("no: {}", evidence.why),
        Verdict::Unknown(why) => format!("unknown: {why}"),
    }
}

fn refused(text: &str) -> String {
    read(text, Object::CasRegister, None).unwrap_err().to_string()
}

/// What is asked for, with which value, and what is answered.
type Asks<'a> = (&'a str, &'a str, &'a str);

/// Operations one after the other, by one process each.
fn edn(operations: &[Asks]) -> String {
    let lines = operations.iter().enumerate().map(|(process, (what, value, answer))| {
        format!(
            "{{:process {process}, :type :invoke, :f :{what}, :value {value}}}\n\
             {{:process {process}, :type :ok, :f :{what}, :value {answer}}}\n"
        )
    });
    lines.collect()
}

#[test]
fn each_object_is_judged_by_its_machine() {
    use Object::{Append, Counter, Mutex, Queue, Set};
    let all: [(Object, &[Asks], bool); 13] = [
        (Set, &[("add", "1", "1"), ("add", "1", "1"), ("read", "nil", "#{1}")], true),
        (Set, &[("add", "1", "1"), ("add", "2", "2"), ("read", "nil", "[2 1]")], true),
        (Set, &[("add", "1", "1"), ("remove", "1", "1"), ("read", "nil", "#{1}")], false),
        (Queue, &[("enqueue", "1", "1"), ("enqueue", "2", "2"), ("dequeue", "nil", "1")], true),
        (Queue, &[("enqueue", "1", "1"), ("enqueue", "2", "2"), ("dequeue", "nil", "2")], false),
        (Queue, &[("enqueue", "1", "1"), ("dequeue", "nil", "nil")], false),
        (Counter, &[("add", "2", "2"), ("inc", "nil", "nil"), ("read", "nil", "3")], true),
        (Counter, &[("add", "-2", "-2"), ("read", "nil", "0")], false),
        (Mutex, &[("acquire", "nil", "nil"), ("acquire", "nil", "nil")], false),
        (Mutex, &[("acquire", "nil", "nil"), ("release", "nil", "nil")], false),
        (Append, &[("append", "1", "1"), ("append", "2", "2"), ("read", "nil", "[1 2]")], true),
        (Append, &[("append", "1", "1"), ("append", "2", "2"), ("read", "nil", "[2 1]")], false),
        (Append, &[("append", "1", "1"), ("read", "nil", "nil")], false),
    ];
    for (object, operations, right) in all {
        let verdict = judged(&edn(operations), object, Model::Linearizable);
        assert_eq!(verdict.starts_with("yes"), right, "{object:?} {operations:?}: {verdict}");
    }
    // Only the owner gives it back.
    let own =
        "[{:process 1 :type :invoke :f :acquire :value nil} {:process 1 :type :ok :f :acquire},
                {:process 1 :type :invoke :f :release} {:process 1 :type :ok :f :release}]";
    assert_eq!(judged(own, Mutex, Model::Linearizable), "yes");
    let sets = edn(&[("add", "1", "1"), ("read", "nil", "#{}")]);
    assert_eq!(judged(&sets, Set, Model::Sequential), "yes");
    assert_eq!(
        judged(&sets, Set, Model::Causal),
        "unknown: only registers are judged by this model"
    );
}

#[test]
fn a_failure_did_not_happen_and_nobody_knows_of_what_was_lost() {
    let write = "{:process 0, :type :invoke, :f :write, :value 1}";
    let end = |kind: &str| format!("{{:process 0, :type :{kind}, :f :write, :value 1}}");
    let read = |value: &str| edn(&[("read", "nil", value)]).replace(":process 0", ":process 7");
    let judge = |text: &str| judged(text, Object::Register, Model::Linearizable);
    for (kind, value, right) in [
        ("ok", "1", true),
        ("ok", "nil", false),
        ("fail", "1", false),
        ("fail", "nil", true),
        ("info", "1", true),
        ("info", "nil", true),
    ] {
        let text = format!("; a comment\n{write}\n{}\n{}", end(kind), read(value));
        assert_eq!(judge(&text) == "yes", right, "{text}: {}", judge(&text));
    }
}

#[test]
fn a_pair_is_a_value_of_a_key() {
    let keys = edn(&[
        ("write", "[:x 1]", "[:x 1]"),
        ("write", "[:y 2]", "[:y 2]"),
        ("cas", "[:x [1 3]]", "[:x [1 3]]"),
        ("read", "[:y nil]", "[:y 2]"),
        ("read", "[:x nil]", "[:x 3]"),
    ]);
    assert_eq!(judged(&keys, Object::CasRegister, Model::Linearizable), "yes");
    let wrong = format!("{keys}{}", edn(&[("read", "[:x nil]", "[:x 2]")]));
    assert_eq!(
        judged(&wrong, Object::CasRegister, Model::Linearizable),
        "no: 0 asked “read :x” and was told “2”, which no order of the requests explains; \
         it could have been told: 3"
    );
}

#[test]
fn calls_go_before_answers_at_one_instant_but_within_a_process() {
    let line = |process, kind: &str, what: &str, value, time| {
        format!("{{:process {process} :type :{kind} :f :{what} :value {value} :time {time}}}")
    };
    let text = |called| {
        [
            line(0, "invoke", "write", "1", 1),
            line(0, "ok", "write", "1", 5),
            line(1, "invoke", "read", "nil", called),
            line(1, "ok", "read", "nil", 9),
        ]
        .join("\n")
    };
    assert_eq!(judged(&text(5), Object::Register, Model::Linearizable), "yes");
    assert_ne!(judged(&text(6), Object::Register, Model::Linearizable), "yes");
    let own = [
        line(0, "invoke", "write", "1", 5),
        line(0, "ok", "write", "1", 5),
        line(0, "invoke", "read", "nil", 5),
        line(0, "ok", "read", "nil", 5),
    ];
    assert_ne!(judged(&own.join("\n"), Object::Register, Model::Linearizable), "yes");
}

/// As in `etcd_000.log`: who compares in vain has seen another value.
#[test]
fn a_log_of_etcd_is_read() {
    let log = |last: &str| {
        format!(
            "INFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 0\t:ok\t:write\t3\n\
             INFO  jepsen.util - 1\t:invoke\t:cas\t[3 0]\nINFO  jepsen.util - 1\t{last}\n"
        )
    };
    let judge = |last| judged(&log(last), Object::CasRegister, Model::Linearizable);
    assert_eq!(judge(":ok\t:cas\t[3 0]"), "yes");
    assert_eq!(judge(":info\t:cas\t:timed-out"), "yes");
    let why = judge(":fail\t:cas\t[3 0]");
    assert!(why.starts_with("no: 1 asked “cas 3 0” and was told “no”"), "{why}");
    assert_eq!(
        refused("INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO jepsen.util - 0 :oops :read"),
        "line 2, column 22: a :type is one of :invoke, :ok, :fail, :info, not “:oops”"
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let call = "{:process 0, :type :invoke, :f :read, :value nil}";
    for (text, told) in [
        (
            "{:process 0, :type :ok, :f :read}".into(),
            "line 1, column 1: an answer to no call: 0 waits for nothing",
        ),
        (
            format!("[{call}\n  {call}]"),
            "line 2, column 3: 0 calls twice at once: it still waits for what it called in line 1",
        ),
        (
            call.replace("read", "dance"),
            "line 1, column 1: an unknown kind “dance”: a cas-register takes read, write, cas",
        ),
        (
            call.replace(":read", ":cas"),
            "line 1, column 1: “cas” is not called, or answered, with such a value",
        ),
        (format!("[{call}"), "line 1, column 51: the history ends in the middle"),
        (format!("[{call}] x"), "line 1, column 53: something follows the history"),
        (format!("{call}\n )"), "line 2, column 2: “)” closes nothing"),
        (
            format!("{call}\n42"),
            "line 2, column 1: expected an operation such as {:process 0, :type :invoke, :f :read}",
        ),
        (
            "\u{1b}[2J".into(),
            "line 1, column 1: expected an operation such as {:process 0, :type :invoke, :f :read}",
        ),
        (
            "{\"event\":1".into(),
            "line 1, column 10: this is no line of a trace: EOF while parsing an object at line 1 column 10",
        ),
    ] {
        assert_eq!(refused(&text), told, "{text}");
    }
    let deep = format!(
        "{{:process 0 :type :invoke :f :write :value {}1{}}}",
        "[".repeat(99_999),
        "]".repeat(99_999)
    );
    assert_eq!(refused(&deep), "line 1, column 1: a :value has lists within lists too deep");
    assert_eq!(
        refused(&"[".repeat(99_999)),
        "line 1, column 100000: the history ends in the middle"
    );
}

#[test]
fn an_empty_history_is_right() {
    for text in ["", "[]", "\n ; nothing\n"] {
        assert_eq!(judged(text, Object::Register, Model::Linearizable), "yes");
    }
}

#[test]
fn a_trace_of_synod_is_read() {
    let trace = r#"{"event":1,"kind":"command","place":null}
{"event":2,"kind":"ask","place":"C1","seq":1,"request":"put x=1"}
{"event":3,"kind":"deliver","place":"C1","seq":1,"answer":"ok"}
{"event":4,"kind":"ask","place":"C2","seq":1,"request":"get x"}
{"event":5,"kind":"deliver","place":"C2","seq":1,"answer":"no value"}"#;
    assert_eq!(
        judged(trace, Object::Register, Model::Linearizable),
        "no: C2 asked “get x” and was told “no value”, which no order of these requests explains: \
         C1 put x=1; it could have been told: 1"
    );
    assert_eq!(judged(trace, Object::Register, Model::Sequential), "yes");
    let late =
        trace.replacen("\"event\":3,\"kind\":\"deliver\"", "\"event\":3,\"kind\":\"gave-up\"", 1);
    let late = late.replacen(",\"answer\":\"ok\"", "", 1);
    assert_eq!(judged(&late, Object::Register, Model::Linearizable), "yes");
}
