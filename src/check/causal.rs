//! *Causal memory* (Mustaque Ahamad and others, *Causal memory: definitions, implementation, and
//! programming*, 1995): nobody sees an effect without its cause. What a client asked first may have caused
//! what it asked later, and a write may have caused what whoever read it asked then. What happens
//! independently, clients may see in different orders.

use super::precedence::{Footprints, Precedence};
use super::views::View;
use crate::key;

pub const VIEW: View = View { draw, needs: None, kept: key!("causes before effects") };

/// All sessions, and each read after the write that it saw, whoever read it.
fn draw(precedence: &mut Precedence, deeds: &Footprints, _: u32) {
    precedence.in_sessions(deeds, |_| true);
    precedence.see(deeds, &deeds.readers(|_| true));
}
