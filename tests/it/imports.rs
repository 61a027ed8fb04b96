//! Imports: which file uses which. A file is read for its paths, `crate::…`, `super::…`, `self::…` and
//! those that begin with the name of a child; a path leads to the file that holds what it names, past
//! the `pub use` of the modules on its way. Circles of files are read together or not at all, so most
//! folders have none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::tidy::{all_files, is_test};
use crate::tokens::{Token, text_of, tokens};

/// The names of a path, or of a module from the root on.
type Names = Vec<String>;

/// Where a module's `pub use` leads, by the name that it gives.
type Exports = BTreeMap<String, Names>;

/// What a module's code says.
struct Module {
    exports: Exports,
    paths: Vec<Names>,
}

/// All modules of the program, those of tests apart, by their names.
struct Program(BTreeMap<Names, Module>);

impl Program {
    fn read() -> Program {
        let files = all_files().into_iter().filter(|path| path.starts_with("src"));
        let files = files.filter(|path| !is_test(path)).map(|path| {
            let below = path.with_extension("");
            let names = below.components().skip(1).map(|name| name.as_os_str().to_str().unwrap());
            let names: Names = names.filter(|name| *name != "mod").map(str::to_owned).collect();
            (names, fs::read_to_string(&path).unwrap())
        });
        Program::of(files.collect())
    }

    fn of(files: BTreeMap<Names, String>) -> Program {
        let modules = files.iter().map(|(names, text)| {
            let code = text.split("mod tests {").next().unwrap();
            let child = |name: &str| files.contains_key(&join(names, name));
            (names.clone(), Module::read(&tokens(code), child))
        });
        Program(modules.collect())
    }

    /// The module that holds what the path names, seen from this module.
    fn holder(&self, from: &[String], path: &[String]) -> Names {
        let (mut at, rest) = match path[0].as_str() {
            "crate" => (Names::new(), &path[1..]),
            "self" => (from.to_vec(), &path[1..]),
            "super" => (from[..from.len() - 1].to_vec(), &path[1..]),
            _ => (from.to_vec(), path),
        };
        for (place, name) in rest.iter().enumerate() {
            let module = self.0.get(&at);
            if name == "super" {
                at.pop();
            } else if self.0.contains_key(&join(&at, name)) {
                at.push(name.clone());
            } else if let Some(target) = module.and_then(|module| module.exports.get(name)) {
                let on: Names = target.iter().chain(&rest[place + 1..]).cloned().collect();
                return self.holder(&at, &on);
            } else {
                break;
            }
        }
        at
    }

    /// By module, which other modules of the folder it uses.
    fn uses(&self, folder: &[&str]) -> BTreeMap<&Names, BTreeSet<Names>> {
        let within = |names: &Names| names.iter().take(folder.len()).eq(folder);
        let modules = self.0.iter().filter(|(names, _)| within(names));
        let uses = modules.map(|(from, module)| {
            let held = module.paths.iter().map(|path| self.holder(from, path));
            (from, held.filter(|to| to != from && within(to)).collect())
        });
        uses.collect()
    }

    /// The circles of modules in the folder: each as the names of those in it.
    fn circles(&self, folder: &[&str]) -> Vec<String> {
        let uses = self.uses(folder);
        let reach = |start: &Names| {
            let (mut seen, mut left) = (BTreeSet::new(), vec![start.clone()]);
            while let Some(next) = left.pop() {
                let further = uses.get(&next).into_iter().flatten();
                left.extend(further.filter(|to| seen.insert((*to).clone())).cloned());
            }
            seen
        };
        let reached: BTreeMap<&Names, BTreeSet<Names>> =
            uses.keys().map(|names| (*names, reach(names))).collect();
        let circles = reached.iter().filter_map(|(names, to)| {
            let mutual = |other: &&Names| reached.get(*other).is_some_and(|to| to.contains(*names));
            let circle: Vec<String> =
                to.iter().filter(mutual).map(|names| names.join("::")).collect();
            (!circle.is_empty()).then(|| circle.join(", "))
        });
        circles.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Module {
    fn read(tokens: &[(u32, Token)], is_child: impl Fn(&str) -> bool) -> Module {
        let mut module = Module { exports: Exports::new(), paths: Vec::new() };
        let mark = |at: usize| tokens.get(at).map_or("", |(_, token)| text_of(token));
        let mut at = 0;
        while at < tokens.len() {
            let start = ["crate", "super", "self"].contains(&mark(at)) || is_child(mark(at));
            let begins = at == 0 || mark(at - 1) != ":";
            if !(start && begins && mark(at + 1) == ":" && mark(at + 2) == ":") {
                at += 1;
                continue;
            }
            let public = mark(at.saturating_sub(1)) == "use"
                && [mark(at.saturating_sub(2)), mark(at.saturating_sub(3))].contains(&"pub")
                || mark(at.saturating_sub(1)) == "use" && mark(at.saturating_sub(2)) == ")";
            let mut found = Vec::new();
            at = branch(tokens, at, Names::new(), &mut found);
            for (path, name) in found {
                match public {
                    true => _ = module.exports.insert(name, path),
                    false => module.paths.push(path),
                }
            }
        }
        module
    }
}

/// The paths of a tree such as `a::{b, c::{d as e}}`, each with the name that it gives; and where the
/// tree ends.
fn branch(
    tokens: &[(u32, Token)],
    mut at: usize,
    mut path: Names,
    found: &mut Vec<(Names, String)>,
) -> usize {
    let mark = |at: usize| tokens.get(at).map_or("", |(_, token)| text_of(token));
    loop {
        if mark(at) == "{" {
            at += 1;
            while !["}", ""].contains(&mark(at)) {
                at = branch(tokens, at, path.clone(), found);
                at += usize::from(mark(at) == ",");
            }
            return at + 1;
        }
        let Some((_, Token::Name(name))) = tokens.get(at) else { return at + 1 };
        if name != "self" || path.is_empty() {
            path.push(name.clone());
        }
        match (mark(at + 1), mark(at + 2)) {
            (":", ":")
                if mark(at + 3) == "{"
                    || matches!(tokens.get(at + 3), Some((_, Token::Name(_)))) =>
            {
                at += 3
            }
            ("as", name) => {
                found.push((path, name.to_owned()));
                return at + 3;
            }
            _ => {
                let name = path.last().cloned().unwrap_or_default();
                found.push((path, name));
                return at + 1;
            }
        }
    }
}

fn join(names: &[String], name: &str) -> Names {
    names.iter().cloned().chain([name.to_owned()]).collect()
}

/// Circles that stand: a type in several files, or a module with its parts. A protocol's files are one
/// module, and may use each other as they like.
const KNOWN: [&str; 7] = [
    "bin::lab, bin::lab::bench, bin::lab::check, bin::lab::epidemics, bin::lab::membership, bin::lab::pbs",
    "export, export::ejson, export::flowchart, export::history, export::mermaid, export::ndjson, export::sequence, export::shiviz, export::svg",
    "replay, replay::message, replay::outline, replay::requests",
    "scenario, scenario::beside, scenario::load",
    "sim, sim::client, sim::connection, sim::network",
    "view::diagram::bands, view::diagram::crowd, view::diagram::spacetime",
    "view::stage::layout, view::stage::links",
];

#[test]
fn files_of_a_layer_do_not_use_each_other_in_circles() {
    let program = Program::read();
    let mut layers: Vec<&str> = program.0.keys().map(|names| names[0].as_str()).collect();
    layers.dedup();
    assert!(program.uses(&["player"]).values().map(BTreeSet::len).sum::<usize>() > 50);
    let layers = layers.into_iter().filter(|layer| *layer != "protocols");
    let circles: Vec<String> = layers.flat_map(|layer| program.circles(&[layer])).collect();
    assert_eq!(circles, KNOWN, "on the left, those that there are");
}

#[test]
fn a_circle_would_be_seen() {
    let circles = |files: &[(&str, &str)]| {
        let names = |path: &str| path.split('/').map(str::to_owned).collect::<Names>();
        let files = files.iter().map(|(path, text)| (names(path), (*text).to_owned()));
        Program::of(files.collect()).circles(&["a"])
    };
    let parent = ("a", "mod b; mod c; mod d; pub use b::{B, x as y}; pub use c::C;");
    let straight =
        [parent, ("a/b", "use super::{C, d::D};"), ("a/c", "crate::a::d::f()"), ("a/d", "")];
    assert!(circles(&straight).is_empty());
    let through = [
        parent,
        ("a/b", "use super::{C};"),
        ("a/c", "super::d::f()"),
        ("a/d", "use crate::{e, a::{y as z}};"),
    ];
    assert_eq!(circles(&through), ["a::b, a::c, a::d"]);
    let own = [("a", "fn f() { b::g() }"), ("a/b", "use super::f; // use super::c")];
    assert_eq!(circles(&own), ["a, a::b"]);
}
