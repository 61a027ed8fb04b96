//! What a link shows, where it would be too long for anybody to read: its parts in one, deflated
//! (zlib, RFC 1950) in URL-safe Base64 (RFC 4648, section 5). The checksum in it tells whether the
//! link has come through whole, which chat programs are not known for. How the page looks at it
//! stays readable.
//!
//! ```text
//! #v1&packed=eNqLTC1WyC9KScxLzi9LLVLIz1NIy8xLVQjwdvUHAJ5CCaY&at=1.24s.214
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// The name of the part.
pub const NAME: &str = "packed";
/// What is longer than this, in bytes, is packed: about so much most programs still take for a link.
pub const READABLE: usize = 2_000;
/// The most bytes that a packed link unpacks to: what comes to more was made to do harm.
pub const MOST: usize = 1 << 20;

/// Of zlib's levels the usual one.
const LEVEL: u8 = 6;

/// The part of a link that holds these parts.
pub fn part(parts: &str) -> String {
    format!("&{NAME}={}", pack(parts))
}

/// A link without its packed part, if it has one.
pub fn without(link: &str) -> Option<String> {
    let is_packed = |part: &&str| part.split_once('=').is_some_and(|(name, _)| name == NAME);
    link.split('&')
        .any(|part| is_packed(&part))
        .then(|| link.split('&').filter(|part| !is_packed(part)).collect::<Vec<_>>().join("&"))
}

fn pack(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(text.as_bytes(), LEVEL))
}

/// What was packed; nothing if a byte of it has changed, or is missing.
pub fn unpack(packed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(packed).ok()?;
    let text = decompress_to_vec_zlib_with_limit(&bytes, MOST).ok()?;
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        for text in ["", "run=raft", &"1s+crash+S1;".repeat(5_000)] {
            assert_eq!(unpack(&pack(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn no_part_may_be_missing_and_none_changed() {
        let packed = pack(&"1s+crash+S1;2s+restart+S1;".repeat(9));
        for end in 0..packed.len() {
            assert_eq!(unpack(&packed[..end]), None, "the first {end}");
        }
        for place in 0..packed.len() {
            for other in ["A", "b", "_"] {
                let mut changed = packed.clone();
                changed.replace_range(place..=place, other);
                assert!(changed == packed || unpack(&changed).is_none(), "{other} at {place}");
            }
        }
    }

    #[test]
    fn what_unpacks_without_end_is_refused() {
        let bomb = pack(&"x".repeat(MOST + 1));
        assert!(bomb.len() < 2_000);
        assert_eq!(unpack(&bomb), None);
        assert!(unpack(&pack(&"x".repeat(MOST))).is_some());
    }
}
