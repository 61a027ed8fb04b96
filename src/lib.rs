//! Synod.
pub mod base;
pub mod words;
pub mod protocol;
pub mod protocols;
pub mod command;
pub mod trace;
pub mod sim;
pub mod catalog;
pub mod scenario;
pub mod fuzz;
pub mod view;
pub mod player;
