//! What is read, as parts of a link: `lesson=cap&step=3`, `exercise=two-leaders&hints=1`, or somebody's own text,
//! `text=…`. Steps count from 1 there, as people do.

use super::terms::Book;

/// What is read beside the stage: which text, where in it, and how many hints are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    pub book: Book,
    /// From 0.
    pub step: usize,
    pub hints: usize,
}

/// The parts of a link that say it.
pub const PARTS: [&str; 5] = ["lesson", "exercise", "text", "step", "hints"];
/// Steps and hints at the most.
const MOST: usize = 9_999;

impl Default for Reads {
    fn default() -> Reads {
        Reads { book: Book::Own(String::new()), step: 0, hints: 0 }
    }
}

impl Reads {
    /// Takes what a part says. Where it is to be a number and is none, its name: then it stays as it was.
    pub fn read(&mut self, name: &str, said: &str) -> Option<&'static str> {
        let number = || said.parse::<usize>().ok().filter(|number| *number <= MOST);
        match name {
            "lesson" => self.book = Book::Lesson(said.to_owned()),
            "exercise" => self.book = Book::Exercise(said.to_owned()),
            "text" => self.book = Book::Own(said.to_owned()),
            "step" => match number().and_then(|number| number.checked_sub(1)) {
                Some(step) => self.step = step,
                None => return Some("step"),
            },
            _ => match number() {
                Some(hints) => self.hints = hints,
                None => return Some("hints"),
            },
        }
        None
    }

    /// The parts that say it, in their order.
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let mut parts = vec![match &self.book {
            Book::Lesson(name) => ("lesson", name.clone()),
            Book::Exercise(name) => ("exercise", name.clone()),
            Book::Own(text) => ("text", text.clone()),
        }];
        if self.step > 0 {
            parts.push(("step", (self.step + 1).to_string()));
        }
        if self.hints > 0 {
            parts.push(("hints", self.hints.to_string()));
        }
        parts
    }
}
