//! All native tests that need more than one layer, in one binary.

mod catalog;
mod export;
mod flaws;
mod fuzz;
mod goldens;
mod lab;
mod link;
mod run;
mod scenario;
mod tidy;
mod view;
mod words;
