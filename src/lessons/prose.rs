//! Prose: what is read of a Markdown text, as a small tree that the page draws by itself. Nothing of a
//! text becomes markup: raw HTML is text like any other, and a link leads to `https:` or into Synod.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A piece of prose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// Items of a list, numbered or not.
    List {
        numbered: bool,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    Code(String),
    /// Its rows; the first one is the head.
    Table(Vec<Vec<Vec<Inline>>>),
}

/// Letters of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Link { to: String, text: Vec<Inline> },
    Break,
}

/// Lists and quotations in each other, and what is strong in what is emphasized: deeper is not read.
const DEEPEST: usize = 8;

/// Reads a text. Headings in it, and pictures, are paragraphs: the format has them elsewhere.
pub fn read(text: &str) -> Vec<Block> {
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).peekable();
    blocks(&mut parser, 0)
}

type Events<'a> = std::iter::Peekable<Parser<'a>>;

/// Blocks up to the end of what surrounds them, which is taken too.
fn blocks(events: &mut Events, depth: usize) -> Vec<Block> {
    let mut read = Vec::new();
    while let Some(event) = events.peek() {
        match event {
            Event::End(_) => {
                events.next();
                return read;
            }
            Event::Start(tag) => {
                let tag = tag.clone();
                if let Some(block) = block(events, tag, depth) {
                    read.push(block);
                }
            }
            Event::Rule | Event::SoftBreak | Event::HardBreak => drop(events.next()),
            // Of a list whose items stand close: text without a paragraph around it.
            _ => {
                let before = events.peek().cloned();
                let runs = loose(events, depth);
                match runs.is_empty() {
                    false => read.push(Block::Paragraph(runs)),
                    true if events.peek() == before.as_ref() => drop(events.next()),
                    true => {}
                }
            }
        }
    }
    read
}

/// The block that begins here; `None` of one that is empty or stands too deep.
fn block(events: &mut Events, tag: Tag, depth: usize) -> Option<Block> {
    if is_inline(&tag) {
        return Some(Block::Paragraph(loose(events, depth)));
    }
    events.next();
    if depth >= DEEPEST {
        skip(events);
        return None;
    }
    let block = match tag {
        Tag::List(first) => Block::List { numbered: first.is_some(), items: items(events, depth) },
        Tag::BlockQuote(_) => Block::Quote(blocks(events, depth + 1)),
        Tag::CodeBlock(_) | Tag::HtmlBlock => Block::Code(plain(events)),
        Tag::Table(_) => Block::Table(table(events, depth)),
        _ => Block::Paragraph(inlines(events, depth)),
    };
    let is_empty = match &block {
        Block::Paragraph(runs) => runs.is_empty(),
        Block::Quote(blocks) => blocks.is_empty(),
        _ => false,
    };
    (!is_empty).then_some(block)
}

/// Passes over what has begun, to its end.
fn skip(events: &mut Events) {
    let mut open = 1;
    while open > 0
        && let Some(event) = events.next()
    {
        match event {
            Event::Start(_) => open += 1,
            Event::End(_) => open -= 1,
            _ => {}
        }
    }
}

fn items(events: &mut Events, depth: usize) -> Vec<Vec<Block>> {
    let mut items = Vec::new();
    while let Some(Event::Start(Tag::Item)) = events.next() {
        items.push(blocks(events, depth + 1));
    }
    items
}

fn table(events: &mut Events, depth: usize) -> Vec<Vec<Vec<Inline>>> {
    let mut rows: Vec<Vec<Vec<Inline>>> = Vec::new();
    loop {
        match events.next() {
            Some(Event::Start(Tag::TableHead | Tag::TableRow)) => rows.push(Vec::new()),
            Some(Event::Start(Tag::TableCell)) => {
                let cell = inlines(events, depth + 1);
                if let Some(row) = rows.last_mut() {
                    row.push(cell);
                }
            }
            Some(Event::End(TagEnd::Table)) | None => return rows,
            _ => {}
        }
    }
}

/// The text of a block that is taken as it stands.
fn plain(events: &mut Events) -> String {
    let mut text = String::new();
    loop {
        match events.next() {
            Some(Event::Text(piece) | Event::Html(piece)) => text.push_str(&piece),
            Some(Event::End(_)) | None => return text,
            _ => {}
        }
    }
}

/// Runs up to the end of what surrounds them, which is taken too.
fn inlines(events: &mut Events, depth: usize) -> Vec<Inline> {
    let read = loose(events, depth);
    // A block where none is expected ends here as well.
    if let Some(Event::End(_)) = events.peek() {
        events.next();
    }
    read
}

/// Runs up to the next thing that is none.
fn loose(events: &mut Events, depth: usize) -> Vec<Inline> {
    let mut read = Vec::new();
    while let Some(event) = events.peek() {
        match event {
            Event::Start(tag) if is_inline(tag) => {
                let tag = tag.clone();
                events.next();
                match depth < DEEPEST {
                    true => read.extend(around(tag, inlines(events, depth + 1))),
                    false => skip(events),
                }
                continue;
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => add(&mut read, text),
            Event::Code(code) => read.push(Inline::Code(code.to_string())),
            Event::SoftBreak => add(&mut read, " "),
            Event::HardBreak => read.push(Inline::Break),
            _ => break,
        }
        events.next();
    }
    read
}

fn add(runs: &mut Vec<Inline>, text: &str) {
    match runs.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ => runs.push(Inline::Text(text.to_owned())),
    }
}

fn is_inline(tag: &Tag) -> bool {
    matches!(
        tag,
        Tag::Strong | Tag::Emphasis | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

/// What stands within this: a link that leads elsewhere than links may is its text.
fn around(tag: Tag, within: Vec<Inline>) -> Vec<Inline> {
    match tag {
        Tag::Strong => vec![Inline::Strong(within)],
        Tag::Emphasis => vec![Inline::Emphasis(within)],
        Tag::Link { dest_url, .. } if leads(&dest_url) => {
            vec![Inline::Link { to: dest_url.to_string(), text: within }]
        }
        _ => within,
    }
}

/// Whether a link may lead there.
fn leads(to: &str) -> bool {
    to.starts_with("https://") || to.starts_with("#v1")
}

/// The words of it, without anything that is drawn.
pub fn words(runs: &[Inline]) -> String {
    let mut text = String::new();
    for run in runs {
        match run {
            Inline::Text(words) | Inline::Code(words) => text.push_str(words),
            Inline::Strong(within)
            | Inline::Emphasis(within)
            | Inline::Link { text: within, .. } => {
                text.push_str(&self::words(within));
            }
            Inline::Break => text.push(' '),
        }
    }
    text
}

/// The first sentences of a text, so many at the most.
pub fn opening(blocks: &[Block], most: usize) -> String {
    let first = blocks.iter().find_map(|block| match block {
        Block::Paragraph(runs) => Some(words(runs)),
        _ => None,
    });
    let text = first.unwrap_or_default();
    let ends = text.char_indices().filter(|(at, c)| match c {
        '。' | '！' | '？' => true,
        '.' | '!' | '?' => text[at + 1..].starts_with(' '),
        _ => false,
    });
    let end = ends.map(|(at, c)| at + c.len_utf8()).nth(most - 1);
    text[..end.unwrap_or(text.len())].to_owned()
}

/// All links of a text, in their order.
pub fn links(blocks: &[Block]) -> Vec<&str> {
    fn of_runs<'a>(runs: &'a [Inline], found: &mut Vec<&'a str>) {
        for run in runs {
            match run {
                Inline::Link { to, .. } => found.push(to),
                Inline::Strong(within) | Inline::Emphasis(within) => of_runs(within, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(runs) => of_runs(runs, &mut found),
            Block::List { items, .. } => items.iter().for_each(|item| found.extend(links(item))),
            Block::Quote(within) => found.extend(links(within)),
            Block::Table(rows) => rows.iter().flatten().for_each(|cell| of_runs(cell, &mut found)),
            Block::Code(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentences_are_cut_where_they_end() {
        let told = |text: &str| opening(&super::read(text), 2);
        assert_eq!(told("- Not this\n\nOne is *v1.2*. Two! Three.\n\nFour."), "One is v1.2. Two!");
        assert_eq!(told("第一句。第二句？第三句。"), "第一句。第二句？");
        assert_eq!(told("Only this"), "Only this");
        assert_eq!(told(""), "");
    }

    fn text(words: &str) -> Inline {
        Inline::Text(words.into())
    }

    #[test]
    fn paragraphs_lists_and_tables() {
        assert_eq!(
            read("One *two* **three** `four`\nfive.\n\n- a\n- b\n\n> said\n"),
            [
                Block::Paragraph(vec![
                    text("One "),
                    Inline::Emphasis(vec![text("two")]),
                    text(" "),
                    Inline::Strong(vec![text("three")]),
                    text(" "),
                    Inline::Code("four".into()),
                    text(" five.")
                ]),
                Block::List {
                    numbered: false,
                    items: vec![
                        vec![Block::Paragraph(vec![text("a")])],
                        vec![Block::Paragraph(vec![text("b")])]
                    ]
                },
                Block::Quote(vec![Block::Paragraph(vec![text("said")])]),
            ]
        );
        let table = read("| a | b |\n|---|---|\n| 1 | *2* |\n");
        let cell = |run| vec![run];
        assert_eq!(
            table,
            [Block::Table(vec![
                vec![cell(text("a")), cell(text("b"))],
                vec![cell(text("1")), cell(Inline::Emphasis(vec![text("2")]))]
            ])]
        );
    }

    #[test]
    fn nothing_becomes_markup_and_links_lead_where_they_may() {
        let told =
            read("<b onclick=x>bold</b> [a](javascript:x) [b](https://x.org) [c](#v1&term=x)");
        let [Block::Paragraph(runs)] = &told[..] else { panic!("{told:?}") };
        assert_eq!(words(runs), "<b onclick=x>bold</b> a b c");
        assert_eq!(links(&told), ["https://x.org", "#v1&term=x"]);
        assert_eq!(
            read("<script>\nx\n</script>\n"),
            [Block::Code("<script>\nx\n</script>\n".into())]
        );
    }

    #[test]
    fn whatever_is_written_is_read_to_its_end() {
        let deep = format!("{}x", "> ".repeat(5_000));
        assert!(read(&deep).len() <= 1);
        read(&"*".repeat(20_000));
        read(&"[".repeat(20_000));
        read("- \n  - \n\n1. \n|\n|-\n");
    }
}
