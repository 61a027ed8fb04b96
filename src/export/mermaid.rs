//! What Mermaid's diagrams have in common: a title above, and texts in which nothing is taken for
//! Mermaid's own words or signs. (<https://mermaid.js.org/syntax/sequenceDiagram.html>)

use std::fmt::Write;

use serde_json::Value;

use super::one_line;

/// Characters of a diagram at the most: Mermaid's `maxTextSize`, beyond which it draws nothing.
pub const SIZE: usize = 50_000;
/// Links of a flowchart at the most: Mermaid's `maxEdges`.
pub const EDGES: usize = 500;

/// Words at which a line would end, or begin something else.
const RESERVED: [&str; 3] = ["end", "wrap", "nowrap"];
/// Words behind which Mermaid, wherever in a line they stand, looks for colours, and takes what follows a colon
/// for one: it drops the end of the next sign that is given by its number.
const STYLES: [&str; 2] = ["style", "classDef"];
/// Signs that end a statement, begin a comment, a directive, an entity, a formula or HTML, or that
/// Markdown makes something of.
const SIGNS: &str = "#;&<>\"`%$\\*_~";
/// Columns of a note.
const COLUMNS: usize = 46;

/// What stands above a diagram. The title is a string of YAML, which JSON's are. Mermaid shows no
/// entities in such a title and takes its signs for HTML, so look-alikes stand for them; a diagram that
/// has a statement for its title shows them as they are.
pub fn head(title: &str, kind: &str) -> String {
    let alike = |c: char| match c {
        '&' => '＆',
        '<' => '＜',
        '>' => '＞',
        other => other,
    };
    let title: String = one_line(title).chars().map(alike).collect();
    format!("---\ntitle: {}\n---\n{kind}\n", Value::from(title))
}

/// Text on one line, each character that could mean something given by its number.
pub fn escaped(text: &str) -> String {
    let text = one_line(text);
    let mut safe = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let word = !before.is_alphanumeric() && begins_with_word(&text[at..]);
        let style = STYLES.iter().any(|word| text[at..].starts_with(word));
        if word || style || SIGNS.contains(c) {
            let _ = write!(safe, "#{};", u32::from(c));
        } else {
            safe.push(c);
        }
        before = c;
    }
    match safe.trim().is_empty() {
        true => "#160;".into(),
        false => safe,
    }
}

/// The same on as many lines as it takes.
pub fn wrapped(text: &str) -> String {
    lines(&one_line(text), COLUMNS)
        .iter()
        .map(|line| escaped(line))
        .collect::<Vec<_>>()
        .join("<br/>")
}

fn begins_with_word(text: &str) -> bool {
    RESERVED.iter().any(|word| {
        let (head, tail) = (text.get(..word.len()), text.get(word.len()..));
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
            && !tail.and_then(|tail| tail.chars().next()).is_some_and(char::is_alphanumeric)
    })
}

/// Lines of at most so many columns, broken after spaces and between Chinese characters.
fn lines(text: &str, most: usize) -> Vec<String> {
    let wide = |c: char| c >= '\u{2e80}';
    let (mut lines, mut line) = (Vec::new(), String::new());
    let (mut columns, mut seam) = (0, None);
    for c in text.chars() {
        line.push(c);
        columns += if wide(c) { 2 } else { 1 };
        if columns > most
            && c != ' '
            && let Some(at) = seam.take()
        {
            let rest = line.split_off(at);
            lines.push(std::mem::replace(&mut line, rest));
            columns = line.chars().map(|c| if wide(c) { 2 } else { 1 }).sum();
        }
        if c == ' ' || wide(c) {
            seam = Some(line.len());
        }
    }
    lines.push(line);
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_mermaids_own() {
        assert_eq!(escaped("put x=1"), "put x=1");
        assert_eq!(escaped("a; b #1"), "a#59; b #35;1");
        assert_eq!(escaped("the end, END; bend ender"), "the #101;nd, #69;ND#59; bend ender");
        assert_eq!(escaped("<b>\"x\"</b>"), "#60;b#62;#34;x#34;#60;/b#62;");
        assert_eq!(escaped("%%{init}\u{2028}x\r\ny"), "#37;#37;{init} x  y");
        assert_eq!(escaped(" "), "#160;");
        assert_eq!(escaped("put css=style:_x"), "put css=#115;tyle:#95;x");
        assert_eq!(escaped("restyle classDef"), "re#115;tyle #99;lassDef");
        assert_eq!(head("a \"b\" & <c>", "x"), "---\ntitle: \"a \\\"b\\\" ＆ ＜c＞\"\n---\nx\n");
    }

    #[test]
    fn long_texts_are_broken_where_one_may() {
        assert_eq!(lines("aaa bbb ccc", 7), ["aaa bbb", "ccc"]);
        assert_eq!(lines("一二三四", 4), ["一二", "三四"]);
        assert_eq!(lines("aaaaaaaaa", 4), ["aaaaaaaaa"]);
        assert_eq!(lines("", 4), [""]);
    }
}
