//! Which links a page opens with its first file alone. What else it is made of comes later
//! (`scripts/split.mjs`), and is asked for before a link that needs it is opened: so this looks at the
//! text, before anything reads it. It knows the first visits that `scripts/profile.mjs` watches: scenes of
//! the first protocol, and a small cluster of it that is left alone. Whatever it does not know needs more.

use super::playback::Speed;
use super::ui::Theme;
use super::{link, whole};
use crate::catalog;
use crate::words::Language;

/// The servers of a cluster that looks and runs as those that were watched.
const SERVERS: std::ops::RangeInclusive<u16> = 2..=7;

/// Whether the first file is enough.
pub fn is_plain(hash: &str) -> bool {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    hash.split('&').enumerate().all(|(place, part)| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match name {
            "" | "v1" => place == 0,
            "run" | "script" => is_left_alone(value),
            "scene" => first_protocol(value.split('/').next().unwrap_or("")),
            // With an event behind it, it is looked for among those of its time.
            "at" => value.ends_with('s') && !value.contains("s."),
            "lang" => Language::of(value).is_some(),
            "theme" => Theme::of(value).is_some(),
            "speed" => Speed::of(value).is_some(),
            // What was changed on its way has to be mended.
            whole::NAME => value == link::check(hash.split('&')),
            _ => false,
        }
    })
}

fn first_protocol(slug: &str) -> bool {
    catalog::catalog().first().is_some_and(|entry| entry.meta.slug == slug)
}

/// Whether a script is a line that names a few servers and a seed.
fn is_left_alone(value: &str) -> bool {
    let line = value.replace('+', " ").replace("%20", " ").replace("%3D", "=");
    let mut words = line.split(' ').filter(|word| *word != "run");
    let number = |text: &str| text.parse().ok();
    !line.contains([';', '%', '\n'])
        && words.next().is_some_and(first_protocol)
        && words.all(|word| match word.split_once('=') {
            Some(("nodes", count)) => number(count).is_some_and(|count| SERVERS.contains(&count)),
            Some(("seed", seed)) => seed.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_visits_need_no_more_than_the_first_file() {
        for hash in [
            "",
            "#v1",
            "#v1&speed=10&lang=zh&theme=dark",
            "#v1&scene=raft/figure-8&at=1s",
            "#v1&run=raft+nodes=3+seed=7&at=500ms",
            "#v1&check=5df8&run=raft+nodes=3+seed=7&at=0s",
            // As an element writes it.
            "#v1&at=0s&script=run%20raft%20nodes%3D5%20seed%3D3&theme=light",
        ] {
            assert!(is_plain(hash), "{hash}");
        }
    }

    #[test]
    fn whatever_else_a_link_says_needs_more() {
        for hash in [
            "#v1&run=raft+nodes=5+seed=3;10ms+fire+S1+election&at=300ms",
            "#v1&run=raft%0A1s+crash+S1",
            "#v1&run=raft%3B1s+crash+S1",
            "#v1&run=raft+nodes=5+flaw=forget-vote",
            "#v1&run=raft+nodes=50",
            "#v1&run=raft+nodes=1",
            "#v1&run=raft+nodes=99999999999",
            "#v1&run=raft+seed=x",
            "#v1&run=raft+%zz",
            "#v1&run=paxos",
            "#v1&run=",
            "#v1&run",
            "#v1&scene=paxos/duel",
            "#v1&scene=raft/figure-8&at=1.24s.214",
            "#v1&scene=raft/figure-8&at=soon",
            "#v1&scene=raft/figure-8&scene2=raft/figure-7",
            "#v1&check=5df8&run=raft+nodes=3+seed=8&at=0s",
            "#v1&check=5df8&run=raft+nodes=3+seed=7",
            "#v1&check=&scene=raft/figure-8",
            "#v1&panel=properties",
            "#v1&theme=pink",
            "#v1&lanes=S1",
            "#v1&packed=eNo",
            "#v1&utm_source=chat",
            "#v1&amp;run=raft",
            "#v2",
            "#about",
            "#v1%26run%3Draft",
            "#v1&v1",
        ] {
            assert!(!is_plain(hash), "{hash}");
        }
    }
}
