//! Lessons, exercises and the glossary: text files that lead through runs (`lessons/` beside `src/`; their
//! `README.md` says how one is written). Nothing in them says what is right: a question is answered by
//! the run itself, ahead of the reader, and an exercise is judged by conditions over what the reader's run
//! has done.
//!
//! | read | by |
//! |---|---|
//! | headings, prose, blocks | `reader.rs`, with the Markdown in `prose.rs` |
//! | a line of a block | `directive.rs` |
//! | what they mean together | `lesson.rs`, `glossary.rs` |
//!
//! `question.rs` finds what the run answers, `judge.rs` says how checks stand, and `review.rs` goes through
//! every directive of a text, for those who write one. `texts.rs` holds the texts that come with Synod.
//!
//! `map.rs` is the concept map, the page's front door: its cards and what leads to what; `map_drawing.rs` draws
//! it, `miniature.rs` the pictures on its cards. `handout.rs` draws a lesson's steps for paper. `finding.rs` finds things by a word,
//! also where it is written a little wrong (`slips.rs`).

pub mod directive;
pub mod finding;
pub mod glossary;
pub mod handout;
pub mod judge;
pub mod lesson;
pub mod map;
pub mod map_drawing;
pub mod miniature;
pub mod prose;
pub mod question;
mod reader;
pub mod review;
mod slips;
pub mod texts;

pub use self::directive::{Check, Demand, Matter, Prediction, When};
pub use self::glossary::Term;
pub use self::judge::{CheckState, Marking, Occasion};
pub use self::lesson::{Aside, Course, Exercise, Lesson, Staging, Step};
pub use self::prose::Block;
pub use self::question::{Choice, Truth};
pub use self::reader::SIZE;
