//! Other people's histories: read from a file, and judged as a run's own are.
//!
//! | format | where it is from | what is special |
//! |---|---|---|
//! | [EDN](edn) | Jepsen and Maelstrom | `:fail` did not happen, `:info` is never answered; `[key value]` are keys of their own |
//! | [etcd logs](etcd) | Porcupine's examples | a compare-and-set that fails is an observation, a read that fails says nothing |
//! | [NDJSON](ndjson) | Synod | a run's trace |
//!
//! What a line says becomes a [`Line`]; what an operation means is told by its [`Object`].

pub mod edn;
pub mod etcd;
mod lines;
mod meanings;
pub mod ndjson;
#[cfg(test)]
mod tests;

pub use lines::{Line, Misread, OPERATIONS, SIZE};
pub use meanings::{Imported, Object};

use super::NO_VALUE;
use super::linearizable;
use super::machine::Machine;
use super::model::{self, Model};
use super::recording::Recording;
use super::sequential;
use super::verdict::Verdict;
use crate::sentence;

/// Reads a history of this object, which holds the initial value at first if one is given.
pub fn read(text: &str, object: Object, initial: Option<&str>) -> Result<Imported, Misread> {
    let first = text.trim_start();
    if text.len() > SIZE {
        let why = sentence!("the file is too long: a history has at most {0} bytes", SIZE);
        return Err(Misread { line: 1, column: 1, why });
    }
    if first.starts_with("{\"") {
        if !matches!(object, Object::Register | Object::CasRegister) {
            let why = sentence!("a run of Synod is a history of registers");
            return Err(Misread { line: 1, column: 1, why });
        }
        let initial = initial.unwrap_or(NO_VALUE).into();
        return Ok(Imported::Register(ndjson::read(text)?, initial));
    }
    let lines = match first.starts_with("INFO") {
        true => etcd::read(text)?,
        false => edn::read(text)?,
    };
    meanings::of(&lines, object, initial)
}

impl Imported {
    /// Its operations, as a picture needs them.
    pub fn pictured(&self) -> Recording<()> {
        match self {
            Imported::Register(recording, _) => recording.pictured(),
            Imported::Counter(recording, _) => recording.pictured(),
            Imported::Set(recording, _) => recording.pictured(),
            Imported::Queue(recording, _) => recording.pictured(),
            Imported::Mutex(recording, _) => recording.pictured(),
            Imported::AppendLog(recording, _) => recording.pictured(),
        }
    }

    /// Judges it by a model.
    pub fn judge(&self, model: Model) -> Verdict {
        match self {
            Imported::Register(recording, initial) => model::judge(recording, initial, model),
            Imported::Counter(recording, initial) => by_machine(recording, initial, model),
            Imported::Set(recording, initial) => by_machine(recording, initial, model),
            Imported::Queue(recording, initial) => by_machine(recording, initial, model),
            Imported::Mutex(recording, initial) => by_machine(recording, initial, model),
            Imported::AppendLog(recording, initial) => by_machine(recording, initial, model),
        }
    }
}

/// One order of all is looked for with every machine; the weaker models are about registers.
fn by_machine<M: Machine>(recording: &Recording<M::Asked>, initial: &M, model: Model) -> Verdict {
    match model {
        Model::Linearizable => linearizable::judge_machine(recording, initial),
        Model::Sequential => sequential::judge(recording, |part, most| {
            sequential::decide_machines(initial, part, most)
        }),
        _ => Verdict::Unknown(sentence!("only registers are judged by this model")),
    }
}
