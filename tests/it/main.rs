//! All native tests that need more than one layer, in one binary.

mod catalog;
mod condition;
mod difference;
mod digests;
mod export;
mod flaws;
mod freeze;
mod fuzz;
mod goldens;
mod gossip;
mod imports;
mod inside;
mod lab;
mod link;
mod mangled;
mod nobody;
mod panels;
mod proof;
mod run;
mod scenario;
mod staleness;
mod tidy;
mod tokens;
mod view;
mod why;
mod words;
