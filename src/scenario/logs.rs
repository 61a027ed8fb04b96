//! Reading what log is on a disk at the start: `log S1 1 1 2`.

use super::listing::{SERVER, served};
use super::{Mistake, Reader, Words};

impl Reader {
    /// Reads what log is on a disk at the start.
    pub(super) fn log(&mut self, words: &mut Words) -> Result<(), Mistake> {
        let setup = &mut self.script.setup;
        let place = served(words, setup)?;
        if !place.is_server() {
            return Err(words.expected(SERVER));
        }
        if setup.logs.iter().any(|(known, _)| *known == place) {
            return Err(words.expected("each log once"));
        }
        let log = words.rest("the entries of a log")?;
        (self.entry.check_log)(log).map_err(|why| words.wrong(why))?;
        setup.logs.push((place, log.split_whitespace().collect::<Vec<_>>().join(" ")));
        setup.logs.sort_by_key(|(place, _)| *place);
        Ok(())
    }
}
